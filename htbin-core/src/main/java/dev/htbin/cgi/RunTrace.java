package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Request;
import dev.htbin.process.ExitStatus;
import dev.htbin.process.Usage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows one request for a script and keeps what its {@link RunReport} says. Made by who wants the report, filled by the run. Safe for use by several threads.
 */
public final class RunTrace {
    /** How much is kept unless more is asked for: enough for the log. */
    private static final int FOR_LOG = 4096;

    private final String id;
    private final int most;
    private final Consumer<RunReport> whenEnded;
    private final Instant received = Instant.now();
    private final long start = System.nanoTime();

    private final StringBuilder body = new StringBuilder();
    private final StringBuilder output = new StringBuilder();
    private final StringBuilder stderr = new StringBuilder();
    private long bodyBytes;
    private long outputBytes;
    private long stderrBytes;
    private @Nullable Request request;
    private @Nullable LaunchPlan plan;
    private String user = "";
    private boolean warm;
    private OptionalLong pid = OptionalLong.empty();
    private Optional<Duration> queued = Optional.empty();
    private Optional<Duration> started = Optional.empty();
    private Optional<Duration> firstOctet = Optional.empty();
    private Optional<Duration> ended = Optional.empty();
    private Optional<ExitStatus> exit = Optional.empty();
    private Optional<StopReason> stopped = Optional.empty();
    private Optional<Usage> usage = Optional.empty();
    private final CompletableFuture<RunTrace> finished = new CompletableFuture<>();
    private volatile boolean measured;
    private Optional<Finding> finding = Optional.empty();

    private RunTrace(String id, int most, Consumer<RunReport> whenEnded) {
        this.id = requireNonNull(id, "id");
        this.most = most;
        this.whenEnded = requireNonNull(whenEnded, "whenEnded");
    }

    /**
     * Creates a trace that keeps what the log needs: of standard output and the body nothing to speak of.
     *
     * @param id what tells the request from all others
     */
    public static RunTrace forLog(String id) {
        return new RunTrace(id, FOR_LOG, report -> {});
    }

    /**
     * Creates a trace that keeps more.
     *
     * @param id what tells the request from all others
     * @param bytes how many octets are kept of the body, of standard output and of standard error each, at least 1
     * @param whenEnded gets the report when the script's process has ended or could not be started, on the thread that watched it; must not block
     */
    public static RunTrace keeping(String id, int bytes, Consumer<RunReport> whenEnded) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes: %d (expected: >= 1)".formatted(bytes));
        }
        return new RunTrace(id, bytes, whenEnded);
    }

    /** Returns the identifier of the request. */
    public String id() {
        return id;
    }

    synchronized void body(byte[] octets, int length) {
        bodyBytes += length;
        for (int i = 0; i < length && body.length() < most; i++) {
            body.append((char) (octets[i] & 0xFF));
        }
    }

    synchronized void planned(Request of, LaunchPlan made, String as) {
        request = of;
        plan = made;
        user = as;
        queued = Optional.of(sinceStart());
    }

    synchronized void started(long process, boolean byWarmInterpreter) {
        pid = OptionalLong.of(process);
        warm = byWarmInterpreter;
        started = Optional.of(sinceStart());
    }

    /** Keeps what is left in a buffer, which stays as it is. */
    synchronized void output(ByteBuffer octets) {
        if (firstOctet.isEmpty() && octets.hasRemaining()) {
            firstOctet = Optional.of(sinceStart());
        }
        outputBytes += octets.remaining();
        for (int i = octets.position(); i < octets.limit() && output.length() < most; i++) {
            output.append((char) (octets.get(i) & 0xFF));
        }
    }

    /** Keeps what is left in a buffer, which stays as it is. */
    synchronized void stderr(ByteBuffer octets) {
        stderrBytes += octets.remaining();
        for (int i = Math.max(octets.position(), octets.limit() - most); i < octets.limit(); i++) {
            stderr.append((char) (octets.get(i) & 0xFF));
        }
        if (stderr.length() > 2L * most) {
            stderr.delete(0, stderr.length() - most);
        }
    }

    synchronized void failed(Finding found) {
        finding = Optional.of(found);
    }

    synchronized void stopped(StopReason reason) {
        stopped = Optional.of(reason);
    }

    synchronized void ended(ExitStatus status, Optional<Usage> used) {
        exit = Optional.of(status);
        usage = used;
        ended = Optional.of(sinceStart());
    }

    /** Nothing more will come. */
    void finish() {
        try {
            whenEnded.accept(report());
        } finally {
            finished.complete(this);
        }
    }

    /** It was not even to be started; whoever asked for the report at the end of a run does not get one. */
    void refused() {
        finished.complete(this);
    }

    /** Completes when nothing more will come: the process has ended, could not be started, or was not to be. On the thread that watched it. */
    public CompletableFuture<RunTrace> finished() {
        return finished.copy();
    }

    /** Has the memory of the script looked at while it runs. */
    void measure() {
        measured = true;
    }

    boolean isMeasured() {
        return measured;
    }

    /**
     * Returns what is known by now.
     *
     * @throws IllegalStateException if the request has not been planned yet
     */
    public synchronized RunReport report() {
        if (request == null) {
            throw new IllegalStateException("a report of a request that was not planned");
        }
        String end = stderr.length() > most ? stderr.substring(stderr.length() - most) : stderr.toString();
        return new RunReport(
                id,
                request,
                new Kept(body.toString(), bodyBytes),
                Optional.ofNullable(plan),
                user,
                pid,
                warm,
                new Kept(output.toString(), outputBytes),
                new Kept(end, stderrBytes),
                exit,
                stopped,
                usage,
                new RunTimes(received, queued, started, firstOctet, ended),
                finding);
    }

    private Duration sinceStart() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
