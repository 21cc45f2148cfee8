package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Every limit that a script's request and response are held to.
 *
 * @param firstByte how long a script may take until its first octet of output
 * @param silence how long a script may be silent between octets of output
 * @param total how long a script may take in all; streams that never end need it long
 * @param grace how long after SIGTERM a script gets SIGKILL
 * @param halfClosed how long a script may be silent after its client sent FIN
 * @param requestBodyBytes how long a request body may be, in octets
 * @param headBytes how long the head of a script's response may be, in octets, line ends included
 * @param headFields how many fields the head of a script's response may have
 * @param localRedirects how many local redirects may follow one another
 * @param stderrBytes how much of a script's standard error goes to the log, in octets
 */
public record CgiLimits(
        Duration firstByte,
        Duration silence,
        Duration total,
        Duration grace,
        Duration halfClosed,
        long requestBodyBytes,
        int headBytes,
        int headFields,
        int localRedirects,
        int stderrBytes) {
    public CgiLimits {
        requirePositive("firstByte", firstByte);
        requirePositive("silence", silence);
        requirePositive("total", total);
        requirePositive("grace", grace);
        requirePositive("halfClosed", halfClosed);
        if (requestBodyBytes < 0 || headBytes < 1 || headFields < 1 || localRedirects < 0 || stderrBytes < 0) {
            throw new IllegalArgumentException(
                    "requestBodyBytes: %d, headBytes: %d, headFields: %d, localRedirects: %d, stderrBytes: %d (expected: >= 0, >= 1, >= 1, >= 0, >= 0)"
                            .formatted(requestBodyBytes, headBytes, headFields, localRedirects, stderrBytes));
        }
    }

    /** Returns 60 s to the first octet, 60 s of silence, 1 h in all, 3 s of grace, 5 s half-closed; 1 GiB of body, 64 KiB and 100 fields of head, 10 redirects, 64 KiB of stderr. */
    public static CgiLimits defaults() {
        return new CgiLimits(
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofHours(1),
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                1L << 30,
                64 << 10,
                100,
                10,
                64 << 10);
    }

    /** Returns these limits with another time for the first octet and for silence. */
    public CgiLimits withScriptTimeout(Duration timeout) {
        return new CgiLimits(
                timeout,
                timeout,
                total,
                grace,
                halfClosed,
                requestBodyBytes,
                headBytes,
                headFields,
                localRedirects,
                stderrBytes);
    }

    /** Returns these limits with another time in all. */
    public CgiLimits withTotal(Duration time) {
        return new CgiLimits(
                firstByte,
                silence,
                time,
                grace,
                halfClosed,
                requestBodyBytes,
                headBytes,
                headFields,
                localRedirects,
                stderrBytes);
    }

    /** Returns these limits with another grace. */
    public CgiLimits withGrace(Duration time) {
        return new CgiLimits(
                firstByte,
                silence,
                total,
                time,
                halfClosed,
                requestBodyBytes,
                headBytes,
                headFields,
                localRedirects,
                stderrBytes);
    }

    /** Returns these limits with another time for a script that is silent after its client sent FIN. */
    public CgiLimits withHalfClosed(Duration time) {
        return new CgiLimits(
                firstByte,
                silence,
                total,
                grace,
                time,
                requestBodyBytes,
                headBytes,
                headFields,
                localRedirects,
                stderrBytes);
    }

    /** Returns these limits with another length of request bodies. */
    public CgiLimits withRequestBodyBytes(long bytes) {
        return new CgiLimits(
                firstByte,
                silence,
                total,
                grace,
                halfClosed,
                bytes,
                headBytes,
                headFields,
                localRedirects,
                stderrBytes);
    }

    private static void requirePositive(String name, Duration time) {
        requireNonNull(time, name);
        if (!time.isPositive()) {
            throw new IllegalArgumentException("%s: %s (expected: more than nothing)".formatted(name, time));
        }
    }
}
