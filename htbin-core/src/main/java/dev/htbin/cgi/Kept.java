package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

/**
 * What was kept of a stream.
 *
 * @param octets its beginning or its end, an octet string
 * @param bytes how many octets the stream had in all
 */
public record Kept(String octets, long bytes) {
    /** Nothing of an empty stream. */
    public static final Kept NOTHING = new Kept("", 0);

    public Kept {
        requireNonNull(octets, "octets");
        if (bytes < octets.length()) {
            throw new IllegalArgumentException(
                    "bytes: %d (expected: at least the %d that were kept)".formatted(bytes, octets.length()));
        }
    }

    /** Tells whether all of the stream was kept. */
    public boolean whole() {
        return bytes == octets.length();
    }
}
