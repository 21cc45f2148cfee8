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

    /** Returns how long it waited for its turn, the start of the process included; empty if it was not started. */
    public Optional<Duration> waited() {
        return started.flatMap(start -> queued.map(start::minus));
    }

    /** Returns how long after its start its first octet of output came; empty if none did. */
    public Optional<Duration> untilFirstOctet() {
        return firstOctet.flatMap(first -> started.map(first::minus));
    }

    /** Returns how long its process lived; empty if it was not started, or has not ended. */
    public Optional<Duration> lived() {
        return ended.flatMap(end -> started.map(end::minus));
    }
}
