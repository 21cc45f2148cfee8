package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.auth.AuthRule;
import dev.htbin.auth.AuthRules;
import dev.htbin.cgi.ScriptRule;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import dev.htbin.http.Peer;
import dev.htbin.jetty.ListenerConfig;
import dev.htbin.process.Launcher;
import dev.htbin.process.Profile;
import dev.htbin.process.ServerUser;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the server says when it has started: first the line that Python's prints, then what differs from it and what to do about it.
 *
 * @param mounts what is served
 * @param settings what was asked for
 * @param serverUser whom the server becomes; empty when it is not root
 * @param launcher what runs scripts; empty when nothing does
 */
record Banner(Mounts mounts, Settings settings, Optional<ServerUser> serverUser, Optional<Launcher> launcher) {
    Banner {
        requireNonNull(mounts, "mounts");
        requireNonNull(settings, "settings");
        requireNonNull(serverUser, "serverUser");
        requireNonNull(launcher, "launcher");
    }

    Banner(Mounts mounts, Settings settings, Optional<ServerUser> serverUser) {
        this(mounts, settings, serverUser, Optional.empty());
    }

    Banner runBy(Launcher other) {
        return new Banner(mounts, settings, serverUser, Optional.of(other));
    }

    /**
     * Returns the banner's lines.
     *
     * @param places where it was to listen
     * @param addresses where it listens, in the same order
     * @param logins who may make which requests
     */
    String text(List<ListenerConfig> places, List<SocketAddress> addresses, AuthRules logins) {
        var text = new StringBuilder();
        line(text, "Serving %s ...".formatted(place(places.getFirst(), addresses.getFirst())));
        for (int i = 1; i < places.size(); i++) {
            boolean redirects = places.get(i).redirectPort().isPresent();
            String what = redirects ? "redirects " : "also      ";
            line(text, "  " + what + " " + place(places.get(i), addresses.get(i)));
        }
        line(text, "  directory  " + mounts.root().directory());
        mounted().forEach(place -> line(text, place));
        line(text, "  scripts    " + scripts());
        warm().ifPresent(paths -> line(text, "  warm       " + paths));
        rules().forEach(rule -> line(text, "             " + rule));
        serverUser.ifPresent(user -> line(text, "  server     " + server(user)));
        logins(logins, openInClear(places, addresses)).forEach(login -> line(text, login));
        line(text, "  reachable  " + reachable(addresses));
        return text.toString();
    }

    /** Tells whether others than this machine can come without TLS. */
    private static boolean openInClear(List<ListenerConfig> places, List<SocketAddress> addresses) {
        for (int i = 0; i < places.size(); i++) {
            boolean clear = places.get(i).tls().isEmpty()
                    && places.get(i).redirectPort().isEmpty();
            if (clear
                    && addresses.get(i) instanceof InetSocketAddress tcp
                    && !tcp.getAddress().isLoopbackAddress()) {
                return true;
            }
        }
        return false;
    }

    private static String place(ListenerConfig listener, SocketAddress address) {
        boolean tls = listener.tls().isPresent();
        String name = tls ? "HTTPS" : "HTTP";
        if (address instanceof InetSocketAddress tcp) {
            String host = Peer.textOf(tcp);
            String inUrl = tcp.getAddress() instanceof Inet6Address ? "[" + host + "]" : host;
            return "%s on %s port %d (%s://%s:%d/)"
                    .formatted(name, host, tcp.getPort(), tls ? "https" : "http", inUrl, tcp.getPort());
        }
        return "%s on unix:%s".formatted(name, address);
    }

    private String scripts() {
        if (settings.scripts().isEmpty()) {
            boolean waiting = Files.isDirectory(mounts.root().directory().resolve("cgi-bin"))
                    || Files.isDirectory(mounts.root().directory().resolve("htbin"));
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
        return "; started by " + launcher.name();
    }

    /** A line for each path that something was said for: who runs there, and what they may do. */
    private List<String> rules() {
        if (settings.scripts().isEmpty() || launcher.isEmpty()) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        for (ScriptRule rule : saidRules()) {
            Profile profile = rule.profile();
            String where = rule.path().isEmpty() ? "" : Octets.toText(rule.path()) + " ";
            String unconfined = profile.kind().confined() ? "" : ": NOT CONFINED, they may do what their user may";
            lines.add("%srun as %s, profile %s%s"
                    .formatted(where, launcher.get().runsAs(profile).user(), profile.name(), unconfined));
        }
        return lines;
    }

    /** The rules of paths that something was said for; those of mounts are the same but for what may be read. */
    private List<ScriptRule> saidRules() {
        Map<String, Rules.Said> said = settings.scripts().orElseThrow().rules().said();
        return settings.scriptRules().rules().reversed().stream()
                .filter(rule -> said.containsKey(rule.path()))
                .toList();
    }

    /** A line for each URL path at which something else is found. */
    private List<String> mounted() {
        var lines = new ArrayList<String>();
        mounts.others()
                .reversed()
                .forEach(mount -> lines.add("%s: %s"
                        .formatted(Octets.toText(mount.urlPath()), mount.root().directory())));
        settings.mounts()
                .programs()
                .forEach((url, program) ->
                        lines.add("%s: the program %s".formatted(url.isEmpty() ? "/" : Octets.toText(url), program)));
        lines.replaceAll(line -> "             " + line);
        return lines;
    }

    /** A line for each path at which users are asked for, and what is wrong with that. */
    private static List<String> logins(AuthRules logins, boolean openInClear) {
        var lines = new ArrayList<String>();
        for (AuthRule rule : logins.rules().reversed()) {
            String where = rule.path().isEmpty() ? "everywhere" : Octets.toText(rule.path());
            lines.add("%s: those of %s%s"
                    .formatted(
                            where,
                            rule.users().path(),
                            rule.anonymous().isEmpty() ? "" : ", but for some requests anybody"));
        }
        logins.rules().stream()
                .map(AuthRule::users)
                .distinct()
                .forEach(users -> users.obstacle()
                        .ifPresent(why -> lines.add("CHANGES ARE NOT SEEN: %s %s".formatted(users.path(), why))));
        if (!lines.isEmpty() && openInClear) {
            lines.add("PASSWORDS ARE SENT IN CLEAR: whoever is on the way can read them");
        }
        for (int i = 0; i < lines.size(); i++) {
            lines.set(i, (i == 0 ? "  users      " : "             ") + lines.get(i));
        }
        return lines;
    }

    /** Where warm interpreters serve scripts; empty if they do nowhere. */
    private Optional<String> warm() {
        if (settings.scripts().isEmpty() || launcher.isEmpty()) {
            return Optional.empty();
        }
        List<ScriptRule> rules = saidRules();
        List<String> on = paths(rules, true);
        if (on.isEmpty()) {
            return Optional.empty();
        }
        boolean all = on.contains("");
        List<String> named = all ? paths(rules, false) : on;
        String where = all ? "Python, Perl and Ruby scripts" : "those below " + String.join(", ", named);
        String except = all && !named.isEmpty() ? ", but for those below " + String.join(", ", named) : "";
        return Optional.of(where + except);
    }

    private static List<String> paths(List<ScriptRule> rules, boolean warm) {
        return rules.stream()
                .filter(rule -> rule.warm().isPresent() == warm)
                .map(rule -> Octets.toText(rule.path()))
                .toList();
    }

    private static String server(ServerUser user) {
        return user.name().isPresent()
                ? "runs as " + user.name().get() + " from now on"
                : "STAYS ROOT: %s; mend that, or name another one with --server-user"
                        .formatted(user.obstacles().isEmpty() ? "no user" : lastOf(user));
    }

    private static String lastOf(ServerUser user) {
        return user.obstacles().stream()
                .filter(obstacle -> obstacle.contains("may not"))
                .findFirst()
                .orElseGet(() -> user.obstacles().getLast());
    }

    private String reachable(List<SocketAddress> addresses) {
        List<InetAddress> tcp = addresses.stream()
                .flatMap(a -> a instanceof InetSocketAddress inet ? Stream.of(inet.getAddress()) : Stream.empty())
                .toList();
        if (tcp.isEmpty()) {
            return "through Unix sockets only";
        }
        String names = settings.allowedHosts().contains("*")
                ? "any host name"
                : String.join(", ", settings.allowedHosts().stream().sorted().toList());
        if (!tcp.stream().allMatch(InetAddress::isLoopbackAddress)) {
            return "from other machines" + (names.isEmpty() ? ", by any host name" : ", by address or as " + names);
        }
        return "from this machine only (--bind 0.0.0.0 opens it), as localhost%s"
                .formatted(names.isEmpty() ? " (--allow-host NAME adds a name)" : " or " + names);
    }

    private static void line(StringBuilder text, String line) {
        text.append(LogText.escape(line)).append(System.lineSeparator());
    }
}
