package dev.htbin.cgi;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.htbin.process.RunsAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What must hold for a script that is run as a user whom the configuration names, so that nobody else can make that user run something: what Apache's suexec asks of
 * program and directory, and that nobody else can put something else in the place of a directory above.
 */
public final class OwnerCheck {
    private static final int SET_ID = 06000;
    private static final int STICKY = 01000;
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int EXECUTABLE_BY_OWNER = 0100;

    private OwnerCheck() {}

    /** What is known of a file, links not followed. */
    private record Status(Path path, int mode, long uid, long gid, boolean link) {
        static Status of(Path path) throws IOException {
            Map<String, Object> found = Files.readAttributes(path, "unix:mode,uid,gid,isSymbolicLink", NOFOLLOW_LINKS);
            return new Status(
                    path,
                    (Integer) found.getOrDefault("mode", 0),
                    Integer.toUnsignedLong((Integer) found.getOrDefault("uid", -1)),
                    Integer.toUnsignedLong((Integer) found.getOrDefault("gid", -1)),
                    Boolean.TRUE.equals(found.get("isSymbolicLink")));
        }

        boolean has(int bits) {
            return (mode & bits) != 0;
        }
    }

    /**
     * Checks a script.
     *
     * @param script its file, absolute
     * @param user whom it would run as
     * @return what is wrong and how to mend it; empty if nothing is, or if this system has no owners of that kind
     */
    public static Optional<Finding> of(Path script, RunsAs user) {
        try {
            Optional<String> wrong = ofScript(Status.of(script), user);
            Path directory = script.getParent();
            if (wrong.isEmpty() && directory != null) {
                wrong = ofDirectory(Status.of(directory), user);
            }
            for (Path above = directory; wrong.isEmpty() && above != null; above = above.getParent()) {
                wrong = ofAncestor(Status.of(above), user);
            }
            return wrong.map(detail -> new Finding(Cause.OWNER_OR_MODE, detail));
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(new Finding(Cause.OWNER_OR_MODE, "'%s' can't be checked: %s".formatted(script, e)));
        }
    }

    private static Optional<String> ofScript(Status script, RunsAs user) {
        if (script.link()) {
            return Optional.of("'%s' is a symbolic link (expected: the script itself, since it runs as user %s)"
                    .formatted(script.path(), user.user()));
        }
        if (script.has(SET_ID)) {
            return Optional.of("'%s' is set-user-id or set-group-id (expected: neither; chmod ug-s '%s')"
                    .formatted(script.path(), script.path()));
        }
        if (!script.has(EXECUTABLE_BY_OWNER)) {
            return Optional.of("'%s' may not be executed by its owner (expected: chmod u+x '%s')"
                    .formatted(script.path(), script.path()));
        }
        return ofOwned(script, user);
    }

    private static Optional<String> ofDirectory(Status directory, RunsAs user) {
        return directory.link()
                ? Optional.of(
                        "'%s' is a symbolic link (expected: the directory itself, since its scripts run as user %s)"
                                .formatted(directory.path(), user.user()))
                : ofOwned(directory, user);
    }

    private static Optional<String> ofOwned(Status file, RunsAs user) {
        if (file.uid() != user.uid() || file.gid() != user.gid()) {
            return Optional.of("'%s' belongs to %d:%d (expected: %d:%d, user %s, as whom it runs; chown %d:%d '%s')"
                    .formatted(
                            file.path(),
                            file.uid(),
                            file.gid(),
                            user.uid(),
                            user.gid(),
                            user.user(),
                            user.uid(),
                            user.gid(),
                            file.path()));
        }
        return file.has(WRITABLE_BY_OTHERS)
                ? Optional.of("'%s' may be written by group or others (expected: by user %s alone; chmod go-w '%s')"
                        .formatted(file.path(), user.user(), file.path()))
                : Optional.empty();
    }

    /** Who may rename a directory above can put another script in the place of this one; in a sticky directory only its owner and root can. */
    private static Optional<String> ofAncestor(Status directory, RunsAs user) {
        boolean trusted = directory.uid() == 0 || directory.uid() == user.uid();
        if (trusted && (!directory.has(WRITABLE_BY_OTHERS) || directory.has(STICKY))) {
            return Optional.empty();
        }
        return Optional.of(
                "'%s', above the script, may be changed by somebody else than root and user %s (expected: theirs, and chmod go-w)"
                        .formatted(directory.path(), user.user()));
    }
}
