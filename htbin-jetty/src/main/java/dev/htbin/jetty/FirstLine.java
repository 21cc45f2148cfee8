package dev.htbin.jetty;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The end of the first request line of a connection, read as it comes: Jetty's parser takes {@code http/1.1} for {@code HTTP/1.1}.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc9112#section-2.3 RFC 9112 section 2.3: the name is case-sensitive
 */
final class FirstLine {
    private static final int TAIL = " HTTP/1.1".length();

    private final StringBuilder tail = new StringBuilder(TAIL + 1);
    private boolean ended;
    private volatile boolean begun;

    boolean ended() {
        return ended;
    }

    /** Tells whether anything of it came. */
    boolean begun() {
        return begun;
    }

    /** Takes the next octets of the connection: those from an index of the buffer up to its limit. */
    void accept(ByteBuffer buffer, int from) {
        begun = true;
        for (int i = from; i < buffer.limit() && !ended; i++) {
            char octet = (char) (buffer.get(i) & 0xFF);
            if (octet == '\n') {
                ended = !tail.isEmpty();
            } else if (octet != '\r') {
                tail.append(octet);
                if (tail.length() > TAIL) {
                    tail.deleteCharAt(0);
                }
            }
        }
    }

    /** Tells whether the line ended with the protocol's name in other letters than capitals. */
    boolean misspellsProtocol() {
        String version = tail.toString();
        return ended
                && !version.startsWith(" HTTP/")
                && version.toUpperCase(Locale.ROOT).startsWith(" HTTP/");
    }
}
