package dev.htbin.process.posix;

import dev.htbin.process.ExitStatus;
import java.time.Duration;
import java.util.Optional;

/**
 * The end of a process, as the kernel reports it.
 *
 * @param status how it ended
 * @param times what it used; empty if something else in this process reaped it, which took that with it
 */
record Ended(ExitStatus status, Optional<Times> times) {
    /** What stands for the end of a child that something else in this process reaped. */
    static final Ended UNKNOWN = new Ended(new ExitStatus.Exited(0), Optional.empty());

    /**
     * Of {@code struct rusage}.
     *
     * @param maxResidentBytes as the kernel has it: see {@link ResidentSize}
     */
    record Times(Duration user, Duration system, long maxResidentBytes) {}
}
