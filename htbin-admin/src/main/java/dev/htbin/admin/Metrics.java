package dev.htbin.admin;

import static java.util.Objects.requireNonNull;

import dev.htbin.admin.History.Kind;
import dev.htbin.cgi.RunListener;
import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.http.Request;
import dev.htbin.observe.RequestListener;
import dev.htbin.observe.RequestReport;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntSupplier;

/**
 * Counts and measures a server's requests and scripts, and gives the figures as Prometheus reads them. What clients can choose never makes a new time series: methods that
 * are not registered, and scripts beyond the first hundred, share one. Safe for use by several threads.
 */
public final class Metrics implements RequestListener, RunListener, AutoCloseable {
    /** The media type of {@link #text}. */
    public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final int MOST_SCRIPTS = 100;
    private static final String OTHER = "other";
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT");

    private static final Duration[] TIMES = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(300)
    };
    private static final double[] SIZES = {1 << 20, 4 << 20, 16 << 20, 64 << 20, 256 << 20, 1 << 30, 4L << 30};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Set<String> scripts = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<RequestKind, Counter> requests = new ConcurrentHashMap<>();
    private final Counter octets = registry.counter("htbin.response.octets");
    private final Counter broken = registry.counter("htbin.requests.broken");
    private final Timer duration =
            timer("htbin.request.duration", "From the head of a request to the end of its response", "");
    private final History lastRequests = new History();
    private final History lastRuns = new History();

    /** What requests are counted by; hundreds: of the status, 0 without a response. */
    private record RequestKind(String method, int hundreds) {}

    /** Creates metrics, of the JVM alone until they are told of more. */
    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** Shows how many scripts of a host run and wait. It is to be told of its runs by {@link ScriptHost#listen}. */
    public void watch(ScriptHost host) {
        requireNonNull(host, "host");
        gauge("htbin.scripts.running", "Scripts that run", host::runningCount);
        gauge("htbin.scripts.waiting", "Requests that wait for their turn to run a script", host::waiting);
    }

    /** Shows how many connections of clients are open. */
    public void watchConnections(IntSupplier count) {
        gauge("htbin.connections", "Connections of clients that are open", requireNonNull(count, "count"));
    }

    @Override
    public void ended(RequestReport request) {
        Optional<Request> known = request.request();
        String method = known.map(Request::method).filter(METHODS::contains).orElse(OTHER);
        requests.computeIfAbsent(new RequestKind(method, request.status() / 100), this::counterOf)
                .increment();
        octets.increment((double) request.octets());
        if (request.broken()) {
            broken.increment();
        }
        if (!request.duration().isZero()) {
            duration.record(request.duration());
        }
        lastRequests.add(kindOf(request), request.duration());
    }

    private Counter counterOf(RequestKind kind) {
        return registry.counter(
                "htbin.requests",
                "method",
                kind.method(),
                "status",
                kind.hundreds() == 0 ? "none" : kind.hundreds() + "xx");
    }

    private static Kind kindOf(RequestReport request) {
        if (request.broken() || request.status() >= 500) {
            return Kind.FAILED;
        }
        return request.status() >= 400 ? Kind.REFUSED : Kind.GOOD;
    }

    @Override
    public void ended(RunReport run) {
        lastRuns.add(
                run.outcome() == RunReport.Outcome.SUCCEEDED ? Kind.GOOD : Kind.FAILED,
                run.times().lived().orElse(Duration.ZERO));
        String script = nameOf(run.scriptName());
        String outcome = run.outcome().name().toLowerCase(Locale.ROOT);
        registry.counter("htbin.scripts", "script", script, "outcome", outcome).increment();
        run.times()
                .waited()
                .ifPresent(time -> timer("htbin.script.queue", "Waiting for the turn", script)
                        .record(time));
        run.times()
                .untilFirstOctet()
                .ifPresent(time -> timer("htbin.script.first.octet", "From start to first octet of output", script)
                        .record(time));
        run.times()
                .lived()
                .ifPresent(time -> timer("htbin.script.duration", "From start to end", script)
                        .record(time));
        run.usage().ifPresent(usage -> {
            double seconds = usage.processor().toNanos() / 1e9;
            registry.counter("htbin.script.processor.seconds", "script", script).increment(seconds);
            usage.maxResidentBytes()
                    .ifPresent(bytes -> DistributionSummary.builder("htbin.script.resident.max")
                            .description("Most memory that was resident at once")
                            .baseUnit("bytes")
                            .tag("script", script)
                            .serviceLevelObjectives(SIZES)
                            .register(registry)
                            .record((double) bytes));
        });
    }

    /** Returns what is known of the last minutes' requests. */
    History requests() {
        return lastRequests;
    }

    /** Returns what is known of the last minutes' scripts. */
    History runs() {
        return lastRuns;
    }

    /** Returns all figures in the text format of Prometheus. */
    public String text() {
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    private String nameOf(String script) {
        if (scripts.contains(script)) {
            return script;
        }
        if (scripts.size() >= MOST_SCRIPTS) {
            return OTHER;
        }
        scripts.add(script);
        return script;
    }

    private void gauge(String name, String description, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    private Timer timer(String name, String description, String script) {
        Timer.Builder timer = Timer.builder(name).description(description).serviceLevelObjectives(TIMES);
        return (script.isEmpty() ? timer : timer.tag("script", script)).register(registry);
    }
}
