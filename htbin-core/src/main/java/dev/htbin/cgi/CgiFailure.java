package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.process.ExitStatus;
import dev.htbin.process.LaunchException;
import java.time.Duration;
import java.util.Optional;

/** The script's fault. The message is a sentence for the log: what was seen, and what to do. */
public abstract sealed class CgiFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private CgiFailure(String message) {
        super(message);
    }

    /** Returns the status that the client gets, if the response has not begun: 403, 431, 502, 503 or 504. */
    public final int status() {
        return switch (this) {
            case NotStarted failure ->
                switch (failure.reason()) {
                    case EXHAUSTED -> 503;
                    case TOO_LONG -> 431;
                    case NOT_FOUND, NOT_PERMITTED, NOT_EXECUTABLE_FORMAT, OTHER -> 403;
                };
            case TooManyRunning failure -> 503;
            case TimedOut failure -> 504;
            case NoOutput failure -> 502;
            case EndedBeforeHead failure -> 502;
            case EndedEarly failure -> 502;
            case BadHead failure -> 502;
            case LengthMismatch failure -> 502;
            case TooManyRedirects failure -> 502;
        };
    }

    /** Returns the sentence for the log. */
    public final String reasonForLog() {
        return String.valueOf(getMessage());
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
         * @param diagnosis what is wrong with the file and what to do, if that was found: {@link ScriptDiagnosis#of}
         */
        public NotStarted(LaunchException cause, Optional<String> diagnosis) {
            super(diagnosis.map(d -> d + " (" + cause.getMessage() + ")").orElseGet(() -> "" + cause.getMessage()));
            this.reason = cause.reason();
            initCause(cause);
        }

        /** Returns why the script was not started. */
        public LaunchException.Reason reason() {
            return reason;
        }
    }

    /** As many scripts run and wait as may. */
    public static final class TooManyRunning extends CgiFailure {
        private static final long serialVersionUID = 1L;

        /** Creates the failure; {@code running} scripts run and {@code waiting} requests wait. */
        public TooManyRunning(int running, int waiting) {
            super("%d scripts run and %d requests wait, which is the limit; raise it, or see which script is slow"
                    .formatted(running, waiting));
        }
    }

    /** The script took too long. */
    public static final class TimedOut extends CgiFailure {
        private static final long serialVersionUID = 1L;
        private final Phase phase;

        /** Which time was over. */
        public enum Phase {
            /** Until the first octet. */
            FIRST_BYTE("wrote nothing for"),
            /** Between two octets. */
            SILENCE("was silent for"),
            /** In all. */
            TOTAL("ran for"),
            /** Waiting for its turn. */
            QUEUE("waited for its turn for");

            private final String words;

            Phase(String words) {
                this.words = words;
            }
        }

        /** Creates the failure; {@code limit} is the time that was over. */
        public TimedOut(Phase phase, Duration limit) {
            super("the script %s %s s, its limit; raise the limit, or see what it waits for"
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
                    "the script wrote nothing to its standard output (%s); it must write at least 'Content-Type: ...' and a blank line"
                            .formatted(ending(status)));
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
            super("the script's output ended before the blank line after its header fields (%s); it begins: %s"
                    .formatted(ending(status), output));
        }
    }

    /** The script was killed before its response was whole. */
    public static final class EndedEarly extends CgiFailure {
        private static final long serialVersionUID = 1L;

        /** Creates the failure; {@code status} is how the script ended. */
        public EndedEarly(ExitStatus status) {
            super("the script ended with %s before its response was whole".formatted(status));
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
         * @param reason what is wrong
         * @param line the number of the line, from 1
         * @param excerpt how the line begins, printable
         */
        public BadHead(String reason, int line, String excerpt) {
            super("line %d of the script's output: %s: %s".formatted(line, requireNonNull(reason, "reason"), excerpt));
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
            super("the script announced Content-Length: %d and wrote %s%d octets; it should leave Content-Length out"
                    .formatted(announced, written > announced ? "at least " : "", written));
        }
    }

    /** Local redirects followed one another too often. */
    public static final class TooManyRedirects extends CgiFailure {
        private static final long serialVersionUID = 1L;

        /** Creates the failure; {@code location} is where the last one would lead. */
        public TooManyRedirects(int limit, String location) {
            super("more than %d local redirects, the next to %s; see whether they form a loop"
                    .formatted(limit, Excerpt.of(location)));
        }
    }
}
