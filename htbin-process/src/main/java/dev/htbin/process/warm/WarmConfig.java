package dev.htbin.process.warm;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How many warm interpreters there are, and how long. Immutable.
 *
 * @param interpreters how many there are at most, at least 1: the one that was not used for the longest time goes
 * @param memoryBytes how much memory they have together at most, each counted when it is ready, in octets
 * @param idle how long one stays that is not used
 * @param launches how many launches one serves before another takes its place, at least 1
 */
public record WarmConfig(int interpreters, long memoryBytes, Duration idle, int launches) {
    private static final long MIB = 1L << 20;

    public WarmConfig {
        requireNonNull(idle, "idle");
        if (interpreters < 1 || memoryBytes < 1 || !idle.isPositive() || launches < 1) {
            throw new IllegalArgumentException(
                    "interpreters: %d, memoryBytes: %d, idle: %s, launches: %d (expected: >= 1, >= 1, more than nothing, >= 1)"
                            .formatted(interpreters, memoryBytes, idle, launches));
        }
    }

    /** Returns 32 interpreters with 512 MiB, each for 15 idle minutes and 10,000 launches. */
    public static WarmConfig defaults() {
        return new WarmConfig(32, 512 * MIB, Duration.ofMinutes(15), 10_000);
    }

    /** Returns this configuration with other bounds. */
    public WarmConfig withBounds(int count, long bytes) {
        return new WarmConfig(count, bytes, idle, launches);
    }

    /** Returns this configuration with another time for one that is not used. */
    public WarmConfig withIdle(Duration time) {
        return new WarmConfig(interpreters, memoryBytes, time, launches);
    }

    /** Returns this configuration with another number of launches for each. */
    public WarmConfig withLaunches(int count) {
        return new WarmConfig(interpreters, memoryBytes, idle, count);
    }
}
