package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

/**
 * A cause that was found.
 *
 * @param cause which
 * @param detail what was seen here, and what to do about it where that can be said; printable
 */
public record Finding(Cause cause, String detail) {
    public Finding {
        requireNonNull(cause, "cause");
        requireNonNull(detail, "detail");
    }

    /** Returns the finding for the log: the identifier and the detail. */
    @Override
    public String toString() {
        return cause.id() + " " + detail;
    }
}
