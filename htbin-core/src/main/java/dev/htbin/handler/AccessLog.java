package dev.htbin.handler;

import dev.htbin.http.Request;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of requests: SLF4J logger {@code dev.htbin.access}, level INFO, each line exactly as Python's server prints it.
 *
 * <p>{@code 127.0.0.1 - - [22/Nov/2026 22:00:00] "GET / HTTP/1.1" 200 -}
 */
public final class AccessLog {
    /** The name of the SLF4J logger. */
    public static final String LOGGER_NAME = "dev.htbin.access";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER_NAME);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy HH:mm:ss", Locale.ENGLISH);

    private static volatile Second lastSecond = new Second(Long.MIN_VALUE, "");

    private AccessLog() {}

    private record Second(long epochSecond, String text) {}

    /** Tells whether lines are written at all. */
    static boolean isOn() {
        return LOG.isInfoEnabled();
    }

    /**
     * Writes a line.
     *
     * @param client the client's address
     * @param message what happened; control characters are escaped
     */
    public static void write(String client, String message) {
        if (LOG.isInfoEnabled()) {
            LOG.info("{} - - [{}] {}", client, now(), escape(message));
        }
    }

    /**
     * Returns what Python's server logs of a request, and the request's identifier after it.
     *
     * @param size the length of the response's body in octets; -1: not told
     * @param id the identifier; empty: not told
     */
    static String line(Request request, String version, int code, long size, String id) {
        String line = request.method() + " " + request.target() + " " + version;
        String octets = size < 0 ? "-" : Long.toString(size);
        return "\"" + line + "\" " + code + " " + octets + (id.isEmpty() ? "" : " " + id);
    }

    /** Escapes U+0000 to U+001F and U+007F to U+009F as {@code \xNN}, and the backslash, as Python does. */
    public static String escape(String message) {
        for (int i = 0; i < message.length(); i++) {
            if (needsEscape(message.charAt(i))) {
                return escapeFrom(i, message);
            }
        }
        return message;
    }

    private static String escapeFrom(int start, String message) {
        var escaped = new StringBuilder(message.length() + 16).append(message, 0, start);
        for (int i = start; i < message.length(); i++) {
            char c = message.charAt(i);
            if (c == '\\') {
                escaped.append("\\\\");
            } else if (needsEscape(c)) {
                escaped.append("\\x%02x".formatted((int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static boolean needsEscape(char c) {
        return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == '\\';
    }

    private static String now() {
        Instant instant = Instant.now();
        Second second = lastSecond;
        if (second.epochSecond() != instant.getEpochSecond()) {
            second = new Second(instant.getEpochSecond(), TIME.format(instant.atZone(ZoneId.systemDefault())));
            lastSecond = second;
        }
        return second.text();
    }
}
