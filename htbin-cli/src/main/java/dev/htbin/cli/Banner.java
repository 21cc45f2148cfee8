package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Octets;
import dev.htbin.http.Peer;
import dev.htbin.process.Launcher;
import dev.htbin.process.Profile;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Optional;

/**
 * What the server says when it has started: first the line that Python's prints, then what differs from it and what to do about it.
 *
 * @param root what is served
 * @param settings what was asked for
 * @param launcher what runs scripts; empty when nothing does
 */
record Banner(DocumentRoot root, Settings settings, Optional<Launcher> launcher) {
    Banner {
        requireNonNull(root, "root");
        requireNonNull(settings, "settings");
        requireNonNull(launcher, "launcher");
    }

    Banner(DocumentRoot root, Settings settings) {
        this(root, settings, Optional.empty());
    }

    Banner runBy(Launcher other) {
        return new Banner(root, settings, Optional.of(other));
    }

    /**
     * Returns the banner's lines.
     *
     * @param address where the server listens
     */
    String text(InetSocketAddress address) {
        var text = new StringBuilder();
        InetAddress ip = address.getAddress();
        String host = Peer.textOf(address);
        String inUrl = ip instanceof Inet6Address ? "[" + host + "]" : host;
        line(
                text,
                "Serving HTTP on %s port %d (http://%s:%d/) ..."
                        .formatted(host, address.getPort(), inUrl, address.getPort()));
        line(text, "  directory  " + root.directory());
        line(text, "  scripts    " + scripts());
        line(text, "  reachable  " + reachable(ip));
        return text.toString();
    }

    private String scripts() {
        if (settings.scripts().isEmpty()) {
            boolean waiting = Files.isDirectory(root.directory().resolve("cgi-bin"))
                    || Files.isDirectory(root.directory().resolve("htbin"));
            return waiting
                    ? "none: the files in cgi-bin and htbin are served as files (--cgi runs them)"
                    : "none (--cgi runs those in /cgi-bin and /htbin)";
        }
        Settings.Scripts scripts = settings.scripts().get();
        String where = Octets.toText(String.join(", ", scripts.directories()));
        String extensions = scripts.extensions().isEmpty()
                ? ""
                : ", and *" + Octets.toText(String.join(", *", scripts.extensions())) + " anywhere";
        return where + extensions + launcher.map(Banner::runner).orElse("");
    }

    private static String runner(Launcher launcher) {
        return "; run as %s, by %s"
                .formatted(launcher.runsAs(Profile.standard()).user(), launcher.name());
    }

    private String reachable(InetAddress ip) {
        String names = settings.allowedHosts().contains("*")
                ? "any host name"
                : String.join(", ", settings.allowedHosts().stream().sorted().toList());
        if (!ip.isLoopbackAddress()) {
            return "from other machines" + (names.isEmpty() ? ", by any host name" : ", by address or as " + names);
        }
        return "from this machine only (--bind 0.0.0.0 opens it), as localhost%s"
                .formatted(names.isEmpty() ? " (--allow-host NAME adds a name)" : " or " + names);
    }

    private static void line(StringBuilder text, String line) {
        text.append(LogText.escape(line)).append(System.lineSeparator());
    }
}
