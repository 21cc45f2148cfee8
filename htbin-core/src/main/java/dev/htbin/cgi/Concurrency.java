package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How many scripts run at once, and how many requests wait for their turn. Requests are let in by the order in which they came; one that waits for its own script or
 * its own client holds up no other.
 *
 * @param scripts how many scripts run at once, at least 1
 * @param perScript how many of them may be of one script, at least 1
 * @param perClient how many of them may be for one client, which is an IPv4 address or an IPv6 network of 64 bits, at least 1
 * @param queue how many requests may wait, at least 0; of one script or one client at most {@link #WAITING_PER_SCRIPT} for each that may run
 * @param longestWait how long a request may wait, more than nothing
 */
public record Concurrency(int scripts, int perScript, int perClient, int queue, Duration longestWait) {
    /** How many requests may wait for each script that may run, unless the queue's length is said. */
    public static final int WAITING_PER_SCRIPT = 4;

    private static final Concurrency DEFAULTS =
            new Concurrency(64, Integer.MAX_VALUE, Integer.MAX_VALUE, 64 * WAITING_PER_SCRIPT, Duration.ofSeconds(60));

    public Concurrency {
        if (scripts < 1 || perScript < 1 || perClient < 1 || queue < 0) {
            throw new IllegalArgumentException(
                    "scripts: %d, perScript: %d, perClient: %d, queue: %d (expected: >= 1, >= 1, >= 1, >= 0)"
                            .formatted(scripts, perScript, perClient, queue));
        }
        if (!requireNonNull(longestWait, "longestWait").isPositive()) {
            throw new IllegalArgumentException("longestWait: %s (expected: more than nothing)".formatted(longestWait));
        }
    }

    /** Returns 64 scripts, as many of one script and for one client, and 256 requests that wait for at most 60 s. */
    public static Concurrency defaults() {
        return DEFAULTS;
    }

    /** Returns the defaults with other numbers of scripts and of waiting requests. */
    public static Concurrency of(int scripts, int queue) {
        return new Concurrency(scripts, Integer.MAX_VALUE, Integer.MAX_VALUE, queue, DEFAULTS.longestWait);
    }

    /** Returns this with another bound for one script. */
    public Concurrency withPerScript(int most) {
        return new Concurrency(scripts, most, perClient, queue, longestWait);
    }

    /** Returns this with another bound for one client. */
    public Concurrency withPerClient(int most) {
        return new Concurrency(scripts, perScript, most, queue, longestWait);
    }

    /** Returns this with another time to wait. */
    public Concurrency withLongestWait(Duration time) {
        return new Concurrency(scripts, perScript, perClient, queue, time);
    }
}
