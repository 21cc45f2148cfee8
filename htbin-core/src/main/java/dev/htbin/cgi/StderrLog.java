package dev.htbin.cgi;

import dev.htbin.http.Octets;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A script's standard error on its way to the log: a record for each line, with script and pid, at most so many octets; the rest is read, counted and named
 * once at the end. Used by one thread.
 */
final class StderrLog {
    private static final Logger LOG = LoggerFactory.getLogger(StderrLog.class);
    private static final int LINE_BYTES = 4096;

    private final String origin;
    private final StringBuilder line = new StringBuilder();
    private long room;
    private long dropped;

    /**
     * Creates the log of one run.
     *
     * @param origin script and pid
     * @param bytes how many octets are logged, at least 0
     */
    StderrLog(String origin, int bytes) {
        this.origin = origin;
        this.room = bytes;
    }

    /** Takes what is left in a buffer. */
    void accept(ByteBuffer buffer) {
        int taken = (int) Math.min(room, buffer.remaining());
        room -= taken;
        for (int i = 0; i < taken; i++) {
            char octet = (char) (buffer.get() & 0xFF);
            if (octet == '\n' || line.length() == LINE_BYTES) {
                flushLine();
            }
            if (octet != '\n') {
                line.append(octet);
            }
        }
        dropped += buffer.remaining();
        buffer.position(buffer.limit());
    }

    /** Logs what has no line end yet and how much was dropped. */
    void finish() {
        if (!line.isEmpty()) {
            flushLine();
        }
        if (dropped > 0) {
            LOG.warn("{}: stderr: {} more bytes are not logged", origin, dropped);
            dropped = 0;
        }
    }

    private void flushLine() {
        String text = new String(Octets.bytes(line.toString()), StandardCharsets.UTF_8);
        line.setLength(0);
        if (!text.isBlank()) {
            LOG.warn("{}: stderr: {}", origin, Printable.of(text));
        }
    }
}
