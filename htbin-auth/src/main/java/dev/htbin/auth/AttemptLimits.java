package dev.htbin.auth;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How many wrong passwords are put up with. Who is over a limit of the first two gets 429; nobody is refused for what clients elsewhere do.
 *
 * @param pair those of one client for one user
 * @param client those of one client for all users; does not hold for users that have logged in from there before
 * @param user those of all clients for one user: beyond it, attempts by clients that this user never logged in from are slowed down, not refused
 * @param delay by how much; zero or more
 */
public record AttemptLimits(Rate pair, Rate client, Rate user, Duration delay) {
    public AttemptLimits {
        requireNonNull(pair, "pair");
        requireNonNull(client, "client");
        requireNonNull(user, "user");
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay: %s (expected: not negative)".formatted(delay));
        }
    }

    /**
     * So many at once, and one more each time that this time has passed.
     *
     * @param burst at least 1
     * @param each more than zero
     */
    public record Rate(int burst, Duration each) {
        public Rate {
            if (burst < 1) {
                throw new IllegalArgumentException("burst: %d (expected: >= 1)".formatted(burst));
            }
            if (!each.isPositive()) {
                throw new IllegalArgumentException("each: %s (expected: > 0)".formatted(each));
            }
        }
    }

    /** Returns the documented defaults: 10 and one in 10 s; 50 and one in 2 s; 50 and one in 10 s, then 2 s. */
    public static AttemptLimits defaults() {
        return new AttemptLimits(
                new Rate(10, Duration.ofSeconds(10)),
                new Rate(50, Duration.ofSeconds(2)),
                new Rate(50, Duration.ofSeconds(10)),
                Duration.ofSeconds(2));
    }
}
