package dev.htbin.cli;

import dev.htbin.jetty.ListenAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place to listen, as {@code --listen} names it. */
sealed interface ListenOption {
    /**
     * A host and a port.
     *
     * @param host an address or a name
     * @param port 0: any free one
     * @param tls whether TLS is spoken there
     */
    record Tcp(String host, int port, boolean tls) implements ListenOption {}

    /** A Unix socket. */
    record Unix(ListenAddress.Unix address) implements ListenOption {}

    Pattern TCP = Pattern.compile(
            "(?:(?<scheme>https?)://)?(?:\\[(?<six>[0-9A-Fa-f:.%a-z0-9]+)]|(?<host>[0-9A-Za-z._-]+)):(?<port>[0-9]{1,5})/?");
    Pattern MODE = Pattern.compile("0?[0-7]{3}");

    /**
     * Reads {@code [http://|https://]HOST:PORT} or {@code unix:PATH[,mode=660][,owner=NAME][,group=NAME]}.
     *
     * @param tls whether there is a certificate: then a place without a scheme speaks TLS
     * @throws UsageException if it is none of these
     */
    static ListenOption of(String value, boolean tls) {
        if (value.startsWith("unix:")) {
            return unix(value);
        }
        Matcher tcp = TCP.matcher(value);
        if (!tcp.matches() || Integer.parseInt(tcp.group("port")) > 65_535) {
            throw refused(value);
        }
        boolean secured =
                tcp.group("scheme") == null ? tls : tcp.group("scheme").equals("https");
        if (secured && !tls) {
            throw new UsageException(
                    "--listen: '%s' without --tls-cert (expected: the certificate, too, for example --tls-cert server.crt)"
                            .formatted(LogText.escape(value)));
        }
        String host = tcp.group("six") == null ? tcp.group("host") : tcp.group("six");
        return new Tcp(host, Integer.parseInt(tcp.group("port")), secured);
    }

    private static ListenOption unix(String value) {
        String[] parts = value.substring("unix:".length()).split(",", -1);
        try {
            if (parts[0].isEmpty()) {
                throw refused(value);
            }
            ListenAddress.Unix address = ListenAddress.Unix.of(Path.of(parts[0]).toAbsolutePath());
            for (int i = 1; i < parts.length; i++) {
                int equals = parts[i].indexOf('=');
                String name = equals < 0 ? "" : parts[i].substring(0, equals);
                String content = parts[i].substring(equals + 1);
                address = switch (name) {
                    case "mode" -> address.withMode(mode(value, content));
                    case "owner" -> address.withOwner(notEmpty(value, content), address.group());
                    case "group" -> address.withOwner(address.owner(), notEmpty(value, content));
                    default -> throw refused(value);
                };
            }
            return new Unix(address);
        } catch (InvalidPathException e) {
            throw refused(value);
        }
    }

    private static Optional<String> notEmpty(String value, String name) {
        if (name.isEmpty()) {
            throw refused(value);
        }
        return Optional.of(name);
    }

    private static Set<PosixFilePermission> mode(String value, String octal) {
        if (!MODE.matcher(octal).matches()) {
            throw refused(value);
        }
        int bits = Integer.parseInt(octal, 8);
        var letters = new StringBuilder();
        for (int i = 8; i >= 0; i--) {
            letters.append((bits & (1 << i)) == 0 ? '-' : "xwr".charAt(i % 3));
        }
        return PosixFilePermissions.fromString(letters.toString());
    }

    private static UsageException refused(String value) {
        return Values.refused(
                "--listen",
                value,
                "HOST:PORT, http:// or https:// before it, or unix:PATH with ,mode= ,owner= ,group= after it");
    }
}
