package dev.htbin.cli;

import dev.htbin.auth.AuthRule;
import dev.htbin.auth.AuthRules;
import dev.htbin.auth.RequestPattern;
import dev.htbin.auth.UserFile;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who may make requests, as the command line says it for URL paths. What is said for a path holds for all below it too; a file of users that is named for a longer
 * path makes a new start, also with what anybody may do.
 *
 * @param said by path; the empty one is everywhere
 */
record Logins(Map<String, Said> said) {
    private static final Comparator<String> LONGER_LATER =
            Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

    /** What was said for one path. */
    static final class Said {
        private Optional<Path> file = Optional.empty();
        private Optional<String> realm = Optional.empty();
        private final List<RequestPattern> anonymous = new ArrayList<>();
    }

    /**
     * Reads what the command line says.
     *
     * @throws UsageException if a value is not what its option expects
     */
    static Logins of(Arguments arguments) {
        var logins = new Logins(new TreeMap<>(LONGER_LATER));
        for (String value : arguments.all(Option.AUTH)) {
            Values.ForPath given = Values.forPath(Option.AUTH, value);
            String file = Values.notEmpty(Option.AUTH, given.value(), "an htpasswd file");
            logins.at(given.path()).file = Optional.of(Values.directory(Option.AUTH, file));
        }
        for (String value : arguments.all(Option.ANONYMOUS)) {
            Values.ForPath given = Values.forPath(Option.ANONYMOUS, value);
            logins.at(given.path())
                    .anonymous
                    .add(RequestPattern.parse(given.value())
                            .orElseThrow(() -> Values.refused(
                                    "--anonymous",
                                    value,
                                    "methods, */LAST/NAMES of a path, ?NAME=VALUE, in this order, or * for all")));
        }
        for (String value : arguments.all(Option.REALM)) {
            Values.ForPath given = Values.forPath(Option.REALM, value);
            if (given.value().chars().anyMatch(Character::isISOControl)) {
                throw Values.refused("--realm", value, "a text without control characters");
            }
            logins.at(given.path()).realm = Optional.of(given.value());
        }
        return logins;
    }

    /** Tells whether nobody is asked anywhere. */
    boolean isEmpty() {
        return said.isEmpty();
    }

    /**
     * Reads the files of users.
     *
     * @throws IOException if one can't be used, or would be served; the message is for the user
     * @throws UsageException if something else is said for a path at which nobody is asked
     */
    AuthRules load(Mounts mounts) throws IOException {
        var files = new HashMap<Path, UserFile>();
        for (Said each : said.values()) {
            if (each.file.isPresent() && !files.containsKey(each.file.get())) {
                Path path = each.file.get();
                UserFile file = UserFile.load(path);
                refuseServed(path.toRealPath(), mounts);
                files.put(path, file);
            }
        }
        return new AuthRules(
                said.keySet().stream().map(path -> rule(path, files)).toList());
    }

    private AuthRule rule(String path, Map<Path, UserFile> files) {
        Optional<UserFile> users = Optional.empty();
        String realm = "";
        var anonymous = new ArrayList<RequestPattern>();
        for (Map.Entry<String, Said> entry : said.entrySet()) {
            if (!covers(entry.getKey(), path)) {
                continue;
            }
            Said each = entry.getValue();
            if (each.file.isPresent()) {
                users = Optional.ofNullable(files.get(each.file.get()));
                realm = entry.getKey().isEmpty() ? "/" : Octets.toText(entry.getKey());
                anonymous.clear();
            }
            realm = each.realm.orElse(realm);
            anonymous.addAll(each.anonymous);
        }
        return new AuthRule(path, users.orElseThrow(() -> nobodyAsked(path)), realm, anonymous);
    }

    private Said at(String path) {
        return said.computeIfAbsent(path, _ -> new Said());
    }

    /** What is said where nobody is asked is a mistake, and a dangerous one if it was meant to hold for a longer path. */
    private UsageException nobodyAsked(String path) {
        Said each = said.getOrDefault(path, new Said());
        Option option = each.anonymous.isEmpty() ? Option.REALM : Option.ANONYMOUS;
        return Values.refused(
                option.longName(),
                path.isEmpty() ? "/" : Octets.toText(path),
                "a path at which or above which --auth asks for users");
    }

    private static boolean covers(String above, String path) {
        return path.equals(above) || path.startsWith(above + "/");
    }

    private static void refuseServed(Path file, Mounts mounts) throws IOException {
        for (Mount mount : mounts.all()) {
            refuseServed(file, mount.root());
        }
    }

    private static void refuseServed(Path file, DocumentRoot root) throws IOException {
        if (!file.startsWith(root.directory())) {
            return;
        }
        for (Path name : root.directory().relativize(file)) {
            if (name.toString().startsWith(".")) {
                return;
            }
        }
        throw new IOException(
                "--auth: '%s' would be served to everybody (expected: a file outside of '%s', for example /etc/htbin/users)"
                        .formatted(file, root.directory()));
    }
}
