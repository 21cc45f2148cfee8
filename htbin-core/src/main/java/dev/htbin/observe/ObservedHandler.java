package dev.htbin.observe;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.RunTrace;
import dev.htbin.http.Authentication;
import dev.htbin.http.Exchange;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Request;
import dev.htbin.http.RequestNotes;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of each request, when another handler has answered it. The outermost handler of an engine, so that it is told of what the engine refuses as well.
 * Safe for use by several threads.
 */
public final class ObservedHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ObservedHandler.class);

    /** So long the report of a request waits for the end of its script, which mostly comes with the response. */
    private static final Duration MOST_WAIT = Duration.ofSeconds(1);

    private final HttpHandler next;
    private final List<RequestListener> listeners;

    /**
     * Creates the handler.
     *
     * @param next answers the requests
     * @param listeners are told of them
     */
    public ObservedHandler(HttpHandler next, List<RequestListener> listeners) {
        this.next = requireNonNull(next, "next");
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        observe(exchange, observed -> {
            next.handle(observed);
            return true;
        });
    }

    @Override
    public boolean answerNow(Exchange exchange) throws IOException {
        return observe(exchange, next::answerNow);
    }

    /** What may answer a request; tells whether it did. */
    @FunctionalInterface
    private interface Attempt {
        boolean on(Exchange exchange) throws IOException;
    }

    private boolean observe(Exchange exchange, Attempt attempt) throws IOException {
        var observed = new ObservedExchange(exchange);
        var notes = new RequestNotes();
        Instant received = Instant.now();
        long start = System.nanoTime();
        boolean whole = false;
        boolean left = false;
        try {
            left = !notes.during(() -> attempt.on(observed));
            whole = true;
            return !left;
        } catch (RuntimeException | Error e) {
            // The engine answers it, and tells of it.
            left = !exchange.committed();
            throw e;
        } finally {
            if (!left) {
                boolean broken = !whole || observed.broken();
                ended(observed, notes, received, Duration.ofNanos(System.nanoTime() - start), broken);
            }
        }
    }

    @Override
    public void refused(String client, String requestLine, Optional<Request> request, int status) {
        tell(new RequestReport(
                Instant.now(),
                Duration.ZERO,
                client,
                "",
                requestLine,
                request,
                status,
                0,
                false,
                "",
                Optional.empty()));
        next.refused(client, requestLine, request, status);
    }

    private void ended(
            ObservedExchange exchange, RequestNotes notes, Instant received, Duration duration, boolean broken) {
        Request request = exchange.request();
        Optional<RunTrace> trace = notes.last(RunTrace.class);
        Optional<Authentication> user =
                notes.last(Authentication.class).or(() -> Authentication.byCertificate(exchange.peer()));
        var report = new RequestReport(
                received,
                duration,
                exchange.peer().clientAddress(),
                user.map(Authentication::user).orElse(""),
                request.method() + " " + request.target() + " "
                        + request.version().text(),
                Optional.of(request),
                exchange.status(),
                exchange.octets(),
                broken,
                trace.map(RunTrace::id).orElse(exchange.id()),
                Optional.empty());
        if (trace.isEmpty()) {
            tell(report);
            return;
        }
        var _ = trace.get()
                .finished()
                .completeOnTimeout(trace.get(), MOST_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                .thenAccept(run -> tell(report.withRun(run.report())));
    }

    private void tell(RequestReport report) {
        for (RequestListener listener : listeners) {
            try {
                listener.ended(report);
            } catch (RuntimeException e) {
                LOG.error("a listener failed at the end of a request", e);
            }
        }
    }
}
