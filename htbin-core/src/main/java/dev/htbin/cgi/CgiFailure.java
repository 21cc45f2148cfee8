package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.process.ExitStatus;
import dev.htbin.process.LaunchException;
import dev.htbin.process.Signals;
import java.time.Duration;
import java.util.Optional;

/** The script's fault. The message is a sentence for the log: what was seen, and what to do. */
public abstract sealed class CgiFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final Cause cause;
    private final String symptom;

    private CgiFailure(Cause cause, String symptom) {
        this(cause, symptom, "");
    }

    /** Creates a failure of what was seen, and of what to do about it, which is of no use if something else turns out to be the cause. */
    private CgiFailure(Cause cause, String symptom, String remedy) {
        super(remedy.isEmpty() ? symptom : symptom + "; " + remedy);
        this.cause = cause;
        this.symptom = symptom;
    }

    /** Returns what was seen, without what to do about it. */
    final String symptom() {
        return symptom;
    }

    /** Returns the cause with what was seen here. */
    public final Finding finding() {
        return new Finding(cause, String.valueOf(getMessage()));
    }

    /** Returns the status that the client gets, if the response has not begun. */
    public final int status() {
        return cause.status();
    }

    /** Returns the sentence for the log, which begins with the cause's identifier. */
    public final String reasonForLog() {
        return finding().toString();
    }

    private static Cause ofEnding(Optional<ExitStatus> status, Cause otherwise) {
        return switch (status.orElse(null)) {
            case ExitStatus.Signaled signaled -> ofSignal(signaled.number()).orElse(Cause.KILLED);
            case ExitStatus.Exited exited when !exited.success() -> Cause.FAILED;
            case ExitStatus.Exited exited -> otherwise;
            case null -> otherwise;
        };
    }

    /** Returns the cause that a signal of the kernel tells of by itself. */
    static Optional<Cause> ofSignal(int number) {
        return switch (Signals.name(number)) {
            case "SIGXCPU" -> Optional.of(Cause.PROCESSOR_LIMIT);
            case "SIGXFSZ" -> Optional.of(Cause.FILE_SIZE_LIMIT);
            case "SIGSYS" -> Optional.of(Cause.OTHER_SYSTEM_CALLS);
            default -> Optional.empty();
        };
    }

    private static String ending(Optional<ExitStatus> status) {
        return status.map(ExitStatus::toString).orElse("it closed its output and lives on");
    }

    /** The operating system did not start the script. */
    public static final class NotStarted extends CgiFailure {
        private static final long serialVersionUID = 1L;
        private final LaunchException.Reason reason;

        /**
         * Creates the failure.
         *
         * @param cause what the launcher says
         * @param diagnosis what is wrong with the file and what to do, if that was found: {@link ScriptDiagnosis#of}; counts only where the file may be at fault
         */
        public NotStarted(LaunchException cause, Optional<Finding> diagnosis) {
            Optional<Finding> ofFile = diagnosis.filter(found -> isOfFile(cause.reason()));
            super(
                    ofFile.map(Finding::cause).orElseGet(() -> causeOf(cause.reason())),
                    ofFile.map(d -> d.detail() + " (" + cause.getMessage() + ")")
                            .orElseGet(() -> "" + cause.getMessage()));
            this.reason = cause.reason();
            initCause(cause);
        }

        private static boolean isOfFile(LaunchException.Reason reason) {
            return switch (reason) {
                case NOT_FOUND, NOT_PERMITTED, NOT_EXECUTABLE_FORMAT, OTHER -> true;
                case EXHAUSTED, NO_SPACE, TOO_LONG, BUSY -> false;
            };
        }

        private static Cause causeOf(LaunchException.Reason reason) {
            return switch (reason) {
                case EXHAUSTED -> Cause.EXHAUSTED;
                case NO_SPACE -> Cause.NO_SPACE;
                case TOO_LONG -> Cause.TOO_LONG;
                case BUSY -> Cause.BUSY_FILE;
                case NOT_FOUND, NOT_PERMITTED, NOT_EXECUTABLE_FORMAT, OTHER -> Cause.NOT_STARTED;
            };
        }

        /** Returns why the script was not started. */
        public LaunchException.Reason reason() {
            return reason;
        }
    }

    /** As many scripts run and wait as may. */
    public static final class TooManyRunning extends CgiFailure {
        private static final long serialVersionUID = 1L;

        /** Creates the failure; {@code running} scripts run and {@code waiting} requests wait{@code of}. */
        public TooManyRunning(int running, int waiting, String of) {
            super(
                    Cause.TOO_MANY,
                    "%d scripts run and %d requests wait%s, which is the limit; raise it, or see which script is slow"
                            .formatted(running, waiting, of));
        }
    }

    /** The script took too long. */
    public static final class TimedOut extends CgiFailure {
        private static final long serialVersionUID = 1L;
        private final Phase phase;

        /** Which time was over. */
        public enum Phase {
            /** Until the first octet. */
            FIRST_BYTE(Cause.NO_FIRST_OCTET, "wrote nothing for"),
            /** Between two octets. */
            SILENCE(Cause.SILENT, "was silent for"),
            /** In all. */
            TOTAL(Cause.TOTAL_TIME, "ran for"),
            /** Waiting for its turn. */
            QUEUE(Cause.QUEUE_TIME, "waited for its turn for");

            private final Cause cause;
            private final String words;

            Phase(Cause cause, String words) {
                this.cause = cause;
                this.words = words;
            }
        }

        /** Creates the failure; {@code limit} is the time that was over. */
        public TimedOut(Phase phase, Duration limit) {
            super(
                    phase.cause,
                    "the script %s %s s, its limit; raise the limit, or see what it waits for"
                            .formatted(phase.words, seconds(limit)));
            this.phase = phase;
        }

        /** Returns which time was over. */
        public Phase phase() {
            return phase;
        }

        private static String seconds(Duration time) {
            return java.math.BigDecimal.valueOf(time.toMillis(), 3)
                    .stripTrailingZeros()
                    .toPlainString();
        }
    }

    /** The script ended without any output. */
    public static final class NoOutput extends CgiFailure {
        private static final long serialVersionUID = 1L;

        /** Creates the failure; {@code status} is how the script ended, empty if it closed its output and lives on. */
        public NoOutput(Optional<ExitStatus> status) {
            super(
                    ofEnding(status, Cause.NO_OUTPUT),
                    "the script wrote nothing to its standard output (%s)".formatted(ending(status)),
                    "it must write at least 'Content-Type: ...' and a blank line");
        }
    }

    /** The script ended before the blank line that ends its head. */
    public static final class EndedBeforeHead extends CgiFailure {
        private static final long serialVersionUID = 1L;

        /**
         * Creates the failure.
         *
         * @param status how the script ended, empty if it closed its output and lives on
         * @param output how its output begins, printable
         */
        public EndedBeforeHead(Optional<ExitStatus> status, String output) {
            super(
                    ofEnding(status, Cause.NO_BLANK_LINE),
                    "the script's output ended before the blank line after its header fields (%s); it begins: %s"
                            .formatted(ending(status), output));
        }
    }

    /** The script was killed before its response was whole. */
    public static final class EndedEarly extends CgiFailure {
        private static final long serialVersionUID = 1L;

        /** Creates the failure; {@code status} is how the script ended. */
        public EndedEarly(ExitStatus status) {
            super(
                    ofEnding(Optional.of(status), Cause.KILLED),
                    "the script ended with %s before its response was whole".formatted(status));
        }
    }

    /** A failure whose cause was found beneath what was seen. */
    public static final class Diagnosed extends CgiFailure {
        private static final long serialVersionUID = 1L;

        /**
         * Creates the failure.
         *
         * @param seen what was seen
         * @param finding what was found beneath it
         */
        public Diagnosed(CgiFailure seen, Finding finding) {
            super(finding.cause(), finding.detail());
            initCause(seen);
        }
    }

    /** The script's output does not begin with a CGI head. */
    public static final class BadHead extends CgiFailure {
        private static final long serialVersionUID = 1L;
        private final String reason;
        private final int line;
        private final String excerpt;

        /**
         * Creates the failure.
         *
         * @param cause what is wrong
         * @param reason what is wrong here
         * @param line the number of the line, from 1
         * @param excerpt how the line begins, printable
         */
        public BadHead(Cause cause, String reason, int line, String excerpt) {
            super(
                    cause,
                    "line %d of the script's output: %s: %s"
                            .formatted(line, requireNonNull(reason, "reason"), excerpt));
            this.reason = reason;
            this.line = line;
            this.excerpt = requireNonNull(excerpt, "excerpt");
        }

        /** Returns what is wrong. */
        public String reason() {
            return reason;
        }

        /** Returns the number of the offending line, from 1. */
        public int line() {
            return line;
        }

        /** Returns how the offending line begins, printable. */
        public String excerpt() {
            return excerpt;
        }
    }

    /** The script's body is not as long as its {@code Content-Length} says. */
    public static final class LengthMismatch extends CgiFailure {
        private static final long serialVersionUID = 1L;

        /** Creates the failure; lengths in octets. */
        public LengthMismatch(long announced, long written) {
            super(
                    Cause.LENGTH_MISMATCH,
                    "the script announced Content-Length: %d and wrote %s%d octets; it should leave Content-Length out"
                            .formatted(announced, written > announced ? "at least " : "", written));
        }
    }

    /** Local redirects followed one another too often. */
    public static final class TooManyRedirects extends CgiFailure {
        private static final long serialVersionUID = 1L;

        /** Creates the failure; {@code location} is where the last one would lead. */
        public TooManyRedirects(int limit, String location) {
            super(
                    Cause.REDIRECT_LOOP,
                    "more than %d local redirects, the next to %s; see whether they form a loop"
                            .formatted(limit, Excerpt.of(location)));
        }
    }
}
