package dev.htbin.jetty;

import dev.htbin.http.Peer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lines for requests that the engine itself answered, in the form of Python's http.server. */
final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.access");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy HH:mm:ss", Locale.ENGLISH);

    private AccessLog() {}

    static void answered(@Nullable SocketAddress client, String requestLine, int status) {
        if (LOG.isInfoEnabled()) {
            LOG.info(
                    "{} - - [{}] \"{}\" {} -",
                    addressOf(client),
                    LocalDateTime.now(ZoneId.systemDefault()).format(TIME),
                    escape(requestLine),
                    status);
        }
    }

    /** Returns the text with control characters, quotation marks and backslashes escaped so that it stays one line and one quoted string. */
    static String escape(String octets) {
        var escaped = new StringBuilder(octets.length());
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            if (c < 0x20 || c >= 0x7F) {
                escaped.append("\\x%02x".formatted((int) c));
            } else if (c == '\\' || c == '"') {
                escaped.append('\\').append(c);
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    static String addressOf(@Nullable SocketAddress client) {
        return client instanceof InetSocketAddress inet && inet.getAddress() != null ? Peer.textOf(inet) : "-";
    }
}
