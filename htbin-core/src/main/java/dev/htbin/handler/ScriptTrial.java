package dev.htbin.handler;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.Finding;
import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.RunTrace;
import dev.htbin.file.FileConfig;
import dev.htbin.http.LocalExchange;
import dev.htbin.http.Request;
import dev.htbin.http.ServerInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes one request without a server: the same resolution, environment, profile, limits and parser as {@link CgiHttpRequestHandler} has behind an engine.
 *
 * @param files where files and scripts lie
 * @param cgi what is a script and how it is run
 * @param keptBytes how many octets of the script's output, of its standard error and of the request's body are kept for the report, at least 1
 * @param endWait how long the script's end is waited for once its response is complete
 */
public record ScriptTrial(FileConfig files, CgiConfig cgi, int keptBytes, Duration endWait) {
    public ScriptTrial {
        requireNonNull(files, "files");
        requireNonNull(cgi, "cgi");
        requireNonNull(endWait, "endWait");
    }

    /**
     * What came of a request.
     *
     * @param status the status of the response; 0 if there was none
     * @param finding why the script could not be run, or what went wrong in its run; empty if nothing did
     * @param report what is known of the run; empty if there was none
     * @param broken why the response is not whole; empty if it is
     */
    public record Outcome(
            int status, Optional<Finding> finding, Optional<RunReport> report, Optional<Throwable> broken) {}

    /**
     * A request to make.
     *
     * @param head its head
     * @param body its body; empty if it has none. Left open
     * @param server what the server says of itself
     * @param port the port that the request is said to have come to
     */
    public record Attempt(Request head, Optional<InputStream> body, ServerInfo server, int port) {}

    /**
     * Makes a request.
     *
     * @param attempt the request
     * @param out where the response goes, as a client would be shown it; left open
     * @return what came of it; of a script that lives on after its response, as of {@code endWait} later
     * @throws IOException if the body can't be read or the response can't be written
     */
    public Outcome run(Attempt attempt, OutputStream out) throws IOException {
        var exchange = new LocalExchange(
                attempt.head(),
                attempt.body(),
                attempt.server(),
                attempt.port(),
                out,
                code -> StatusText.of(code).phrase());
        var handler = new Handler(exchange);
        try {
            handler.handle();
        } catch (IOException e) {
            // A response that the script broke off is an outcome; any other failure is the writer's.
            if (exchange.aborted().isEmpty()) {
                throw e;
            }
        }
        Optional<RunReport> report = handler.report();
        Optional<Finding> finding = handler.finding().or(() -> report.flatMap(RunReport::finding));
        return new Outcome(exchange.head().map(head -> head.status()).orElse(0), finding, report, exchange.aborted());
    }

    private final class Handler extends CgiHttpRequestHandler {
        private final CompletableFuture<RunReport> ended = new CompletableFuture<>();
        private @Nullable RunTrace trace;
        private @Nullable Finding found;

        Handler(LocalExchange exchange) {
            super(exchange, files, cgi);
        }

        @Override
        protected RunTrace newTrace(String id) {
            var made = RunTrace.keeping(id, keptBytes, ended::complete);
            trace = made;
            return made;
        }

        @Override
        protected void sendFailure(Finding finding, Optional<RunReport> report) throws IOException {
            found = finding;
            super.sendFailure(finding, report);
        }

        Optional<Finding> finding() {
            return Optional.ofNullable(found);
        }

        Optional<RunReport> report() {
            RunTrace made = trace;
            if (made == null) {
                return Optional.empty();
            }
            try {
                return Optional.of(ended.get(endWait.toNanos(), TimeUnit.NANOSECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.of(made.report());
            } catch (ExecutionException | TimeoutException e) {
                return Optional.of(made.report());
            }
        }
    }
}
