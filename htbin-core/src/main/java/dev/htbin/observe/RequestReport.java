package dev.htbin.observe;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.RunReport;
import dev.htbin.http.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a request that was answered. Immutable.
 *
 * @param received when its head had arrived
 * @param duration from then until the response was complete, or, if it was answered without waiting, handed to the engine; zero if the engine itself answered
 * @param client the client's IP address as text; {@code -} when there is none
 * @param user who the server found the client to be, an octet string; empty when it did not ask
 * @param line the request line, an octet string; {@code -} when none arrived
 * @param request the request's head; empty when it is not known, or was refused for being none
 * @param status the status of the response; 0 if there was none
 * @param octets how many octets of a body were handed to the engine; the client may have received fewer when {@code broken}
 * @param broken whether the response is not whole: the client was gone, or it was broken off
 * @param id what tells the request from all others; empty if nothing else is known of it
 * @param run what is known of the last script that ran for it; empty if none was to
 */
public record RequestReport(
        Instant received,
        Duration duration,
        String client,
        String user,
        String line,
        Optional<Request> request,
        int status,
        long octets,
        boolean broken,
        String id,
        Optional<RunReport> run) {
    public RequestReport {
        requireNonNull(received, "received");
        requireNonNull(duration, "duration");
        requireNonNull(client, "client");
        requireNonNull(user, "user");
        requireNonNull(line, "line");
        requireNonNull(request, "request");
        requireNonNull(id, "id");
        requireNonNull(run, "run");
    }

    /** Returns this report with a run. */
    RequestReport withRun(RunReport other) {
        return new RequestReport(
                received, duration, client, user, line, request, status, octets, broken, id, Optional.of(other));
    }
}
