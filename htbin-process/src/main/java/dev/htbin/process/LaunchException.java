package dev.htbin.process;

import static java.util.Objects.requireNonNull;

/** A process could not be started. */
public final class LaunchException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why a process could not be started. */
    public enum Reason {
        /** The file or its interpreter does not exist (ENOENT, ENOTDIR). */
        NOT_FOUND,
        /** The file may not be executed (EACCES, EPERM). */
        NOT_PERMITTED,
        /** The file is nothing that the operating system can execute (ENOEXEC, ELIBBAD). */
        NOT_EXECUTABLE_FORMAT,
        /** Arguments and environment are too long (E2BIG). */
        TOO_LONG,
        /** The machine lacks processes, memory or descriptors just now (EAGAIN, ENOMEM, EMFILE, ENFILE). */
        EXHAUSTED,
        /** There is no space for the standard input or for a private temporary directory (ENOSPC, EDQUOT). */
        NO_SPACE,
        /** The file is open for writing (ETXTBSY). */
        BUSY,
        /** Anything else. */
        OTHER
    }

    /**
     * Creates the failure of a launch.
     *
     * @param reason why
     * @param message what was tried and what the operating system said, for the log
     */
    public LaunchException(Reason reason, String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason");
    }

    /**
     * Creates the failure of a launch.
     *
     * @param reason why
     * @param message what was tried and what the operating system said, for the log
     * @param cause the failure underneath
     */
    public LaunchException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = requireNonNull(reason, "reason");
    }

    /** Returns why. */
    public Reason reason() {
        return reason;
    }
}
