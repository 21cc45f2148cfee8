package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import dev.htbin.process.ExitStatus;
import dev.htbin.process.Usage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of one run of a script: the material of the log, of the error page in development, and of recordings. As of the moment when it was made; a run that
 * goes on has no end yet.
 *
 * @param id what tells the request from all others: the script's {@code UNIQUE_ID}
 * @param request the request that the script answered
 * @param body the request's body, its beginning
 * @param plan what was to be executed; empty if the request did not come so far
 * @param user the user that the script ran as; empty if none was
 * @param pid the process; empty if none was started
 * @param warm whether a warm interpreter forked it
 * @param output the beginning of standard output, the head included
 * @param stderr the end of standard error
 * @param exit how the process ended; empty if it has not, or was not started
 * @param stopped why it was ended before its time; empty if it was not
 * @param usage what it used; empty if it has not ended, or that is not known
 * @param times when what happened
 * @param finding what went wrong, if anything did
 */
public record RunReport(
        String id,
        Request request,
        Kept body,
        Optional<LaunchPlan> plan,
        String user,
        OptionalLong pid,
        boolean warm,
        Kept output,
        Kept stderr,
        Optional<ExitStatus> exit,
        Optional<StopReason> stopped,
        Optional<Usage> usage,
        RunTimes times,
        Optional<Finding> finding) {
    private static final int LAST_LINES = 3;
    private static final int LAST_CHARS = 300;

    public RunReport {
        requireNonNull(id, "id");
        requireNonNull(request, "request");
        requireNonNull(body, "body");
        requireNonNull(plan, "plan");
        requireNonNull(user, "user");
        requireNonNull(pid, "pid");
        requireNonNull(output, "output");
        requireNonNull(stderr, "stderr");
        requireNonNull(exit, "exit");
        requireNonNull(stopped, "stopped");
        requireNonNull(usage, "usage");
        requireNonNull(times, "times");
        requireNonNull(finding, "finding");
    }

    /** Returns the script's path in the URL; empty if there is no plan. */
    public String scriptName() {
        return plan.map(p -> p.script().scriptName()).orElse("");
    }

    /** Returns the client's address as the script was told it; empty if there is no plan. */
    public String client() {
        return plan.map(p -> p.spec().environment().getOrDefault("REMOTE_ADDR", ""))
                .orElse("");
    }

    /** Returns how it came to its end. */
    public Outcome outcome() {
        boolean refused = finding.filter(f -> f.cause() == Cause.TOO_MANY || f.cause() == Cause.QUEUE_TIME)
                .isPresent();
        if (pid.isEmpty() && refused) {
            return Outcome.REFUSED;
        }
        if (pid.isEmpty()) {
            return Outcome.NOT_STARTED;
        }
        if (stopped.isPresent()) {
            return switch (stopped.get()) {
                case CLIENT_GONE -> Outcome.CLIENT_GONE;
                case NO_FIRST_BYTE, SILENT, TOTAL_TIME -> Outcome.TIMED_OUT;
                case BAD_RESPONSE -> Outcome.BAD_RESPONSE;
                case OPERATOR, SERVER_STOPPING -> Outcome.STOPPED;
            };
        }
        return switch (exit.orElse(null)) {
            case ExitStatus.Signaled signaled -> Outcome.KILLED;
            case ExitStatus.Exited exited when !exited.success() -> Outcome.FAILED;
            case ExitStatus.Exited exited -> finding.isPresent() ? Outcome.BAD_RESPONSE : Outcome.SUCCEEDED;
            case null -> Outcome.UNKNOWN;
        };
    }

    /** The ways in which a request for a script can end. */
    public enum Outcome {
        /** It ended by itself with 0, and its response was good. */
        SUCCEEDED,
        /** It ended by itself with another status than 0. */
        FAILED,
        /** A signal ended it that did not come from the server. */
        KILLED,
        /** What it wrote is no response. */
        BAD_RESPONSE,
        /** A limit of time was over. */
        TIMED_OUT,
        /** Its client was gone before. */
        CLIENT_GONE,
        /** An operator stopped it, or the server was stopped. */
        STOPPED,
        /** The operating system did not start it. */
        NOT_STARTED,
        /** Too many others ran and waited. */
        REFUSED,
        /** It still runs, or nobody could see its end. */
        UNKNOWN
    }

    /** Returns the lines of what was kept of standard error, as text without control characters; blank lines are left out. */
    public List<String> stderrLines() {
        return linesOf(stderr.octets());
    }

    /**
     * Returns the sentence of a finding for the log, with what a reader needs beside it: profile and user, and how standard error ends.
     *
     * @param found what went wrong
     */
    public String explain(Finding found) {
        var text = new StringBuilder(found.toString());
        plan.ifPresent(p -> text.append(" (profile ")
                .append(p.spec().profile().name())
                .append(user.isEmpty() ? "" : ", user " + user)
                .append(')'));
        List<String> lines = stderrLines();
        if (!lines.isEmpty()) {
            String last = String.join(" | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
            text.append("; its standard error ends: ").append(shortened(last));
        }
        return text.toString();
    }

    static List<String> linesOf(String octets) {
        return Octets.toText(octets)
                .lines()
                .filter(line -> !line.isBlank())
                .map(Printable::of)
                .toList();
    }

    private static String shortened(String last) {
        return last.length() <= LAST_CHARS ? last : "..." + last.substring(last.length() - LAST_CHARS);
    }
}
