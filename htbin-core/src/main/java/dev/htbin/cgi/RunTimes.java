package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When what happened to a request for a script.
 *
 * @param received when its head had arrived
 * @param queued how long after that, its body received, it began to wait for its turn; empty if it did not
 * @param started how long after {@code received} the script was started; empty if it was not
 * @param firstOctet how long after {@code received} its first octet of output came; empty if none did
 * @param ended how long after {@code received} its process ended; empty if it has not
 */
public record RunTimes(
        Instant received,
        Optional<Duration> queued,
        Optional<Duration> started,
        Optional<Duration> firstOctet,
        Optional<Duration> ended) {
    public RunTimes {
        requireNonNull(received, "received");
        requireNonNull(queued, "queued");
        requireNonNull(started, "started");
        requireNonNull(firstOctet, "firstOctet");
        requireNonNull(ended, "ended");
    }
}
