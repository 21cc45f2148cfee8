package dev.htbin.cgi;

import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which rule a script met when something was denied to it, by the message that it left and what its profile and its user may do. */
final class Denial {
    private static final Pattern DENIED = Pattern.compile(
            ".*(?:Permission denied|Operation not permitted|Read-only file system|EACCES|EPERM|PermissionError).*",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PATH =
            Pattern.compile("['\"\u2018](?<quoted>/[^'\"\u2019]+)|(?<=[\\s:=(])(?<plain>/[^:'\"\\s,)]+)");
    private static final Pattern NETWORK =
            Pattern.compile("(?i).*(?:socket|connect|bind|listen|resolve|network|urlopen|getaddrinfo).*");

    private Denial() {}

    /**
     * Finds a message of a denial among the last lines.
     *
     * @param script the script's own file, which messages name beside what was denied
     */
    static Optional<Finding> in(List<String> stderr, Path script, Profile profile, RunsAs user) {
        for (String line : stderr.reversed()) {
            if (DENIED.matcher(line).matches()) {
                Optional<Path> path = pathIn(line, script);
                String rule = ruleFor(path, String.join("\n", stderr), profile, user);
                return Optional.of(new Finding(Cause.DENIED, "the script says: %s; %s".formatted(line, rule)));
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> pathIn(String line, Path script) {
        Optional<Path> last = Optional.empty();
        Matcher paths = PATH.matcher(line);
        while (paths.find()) {
            String text = Optional.ofNullable(paths.group("quoted")).orElseGet(() -> paths.group("plain"));
            try {
                Path path = Path.of(text);
                if (!path.equals(script)) {
                    last = Optional.of(path);
                }
            } catch (InvalidPathException e) {
                // Then it is no path.
            }
        }
        return last;
    }

    private static String ruleFor(Optional<Path> path, String all, Profile profile, RunsAs user) {
        String name = "profile '" + profile.name() + "'";
        if (path.isPresent()) {
            Path named = path.get();
            Optional<String> barrier = barrier(named, user);
            boolean writable = profile.writable().stream().anyMatch(named::startsWith);
            if (barrier.isPresent()) {
                return barrier.get();
            }
            if (profile.readingRestricted() && !writable && isElsewhere(named, profile)) {
                return "%s lets a script read only the system, the site and what --read names, and write only below TMPDIR and what --write names: --read or --write for '%s' allow more"
                        .formatted(name, named);
            }
            if (profile.writingRestricted() && !writable) {
                return "%s lets a script write only below TMPDIR%s: --write for '%s' allows more"
                        .formatted(name, profile.writable().isEmpty() ? "" : " and " + profile.writable(), named);
            }
        }
        if (profile.networkDenied() && NETWORK.matcher(all.replace('\n', ' ')).matches()) {
            return "%s denies the network; another profile allows it".formatted(name);
        }
        if (profile.kind().confined()) {
            return "%s refuses system calls that no script needs, and user %s may do no more than its own"
                    .formatted(name, user.user());
        }
        return "user %s may not do it; the profile is '%s'".formatted(user.user(), profile.name());
    }

    private static boolean isElsewhere(Path path, Profile profile) {
        return profile.readable().stream().noneMatch(path::startsWith);
    }

    /** Finds what of the file's own permissions is in the user's way. */
    private static Optional<String> barrier(Path path, RunsAs user) {
        Optional<Path> closed = FileAccess.closedAbove(path, user);
        if (closed.isPresent()) {
            return closed.map(directory ->
                    "user %s may not pass '%s' (%s)".formatted(user.user(), directory, FileAccess.describe(directory)));
        }
        Path existing = Files.exists(path) ? path : path.getParent();
        if (existing == null) {
            return Optional.empty();
        }
        boolean closedToWrite = FileAccess.mayNotWrite(existing, user);
        return closedToWrite || FileAccess.mayNotRead(existing, user)
                ? Optional.of("user %s may not %s '%s' (%s)"
                        .formatted(
                                user.user(),
                                FileAccess.mayNotRead(existing, user) ? "read" : "write",
                                existing,
                                FileAccess.describe(existing)))
                : Optional.empty();
    }
}
