package dev.htbin.process;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What a process that has ended used, the children that it waited for included.
 *
 * @param user processor time in its own code
 * @param system processor time in the kernel
 * @param maxResidentBytes the most memory of it, or of one of its children, that was resident at once; empty when that is not known: a small process may end before it
 *     can be looked at
 */
public record Usage(Duration user, Duration system, OptionalLong maxResidentBytes) {
    public Usage {
        requireNonNull(user, "user");
        requireNonNull(system, "system");
        requireNonNull(maxResidentBytes, "maxResidentBytes");
    }

    /** Returns the processor time in all. */
    public Duration processor() {
        return user.plus(system);
    }
}
