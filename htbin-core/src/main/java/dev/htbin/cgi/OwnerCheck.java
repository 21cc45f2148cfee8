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
     * Checks a script, and what runs it. One that the configuration names for a URL path ({@link MountedProgram}), and an interpreter, may be root's as well, and may be links;
     * what must hold is that nobody else can change them.
     *
     * @param script the script
     * @param user whom it would run as
     * @return what is wrong and how to mend it; empty if nothing is, or if this system has no owners of that kind
     */
    public static Optional<Finding> of(ScriptResolution.Script script, RunsAs user) {
        Optional<Finding> found = script.mounted()
                ? ofProgram(script.file(), user)
                : of(script.file(), user, script.interpreter().isEmpty());
        return found.isPresent()
                ? found
                : script.interpreter().map(ScriptInterpreter::program).flatMap(program -> ofProgram(program, user));
    }

    /**
     * Checks a script that is executed.
     *
     * @param script its file, absolute
     * @param user whom it would run as
     * @return what is wrong and how to mend it; empty if nothing is, or if this system has no owners of that kind
     */
    public static Optional<Finding> of(Path script, RunsAs user) {
        return of(script, user, true);
    }

    private static Optional<Finding> of(Path script, RunsAs user, boolean executed) {
        return checked(script, () -> {
            Optional<String> wrong = ofScript(Status.of(script), user, executed);
            Path directory = script.getParent();
            if (wrong.isEmpty() && directory != null) {
                wrong = ofDirectory(Status.of(directory), user);
            }
            return wrong.isPresent() ? wrong : ofAncestors(script, user, false);
        });
    }

    private static Optional<Finding> ofProgram(Path program, RunsAs user) {
        return checked(program, () -> {
            Path real = program.toRealPath();
            Status status = Status.of(real);
            Optional<String> wrong = Optional.empty();
            if (status.has(SET_ID)) {
                wrong = setId(real);
            } else if (!isTrusted(status, user) || status.has(WRITABLE_BY_OTHERS)) {
                wrong = Optional.of(
                        "'%s' may be changed by somebody else than root and user %s, as whom it runs (expected: theirs, and chmod go-w)"
                                .formatted(real, user.user()));
            }
            wrong = wrong.isPresent() ? wrong : ofAncestors(real, user, false);
            return wrong.isPresent() ? wrong : ofAncestors(program, user, true);
        });
    }

    @FunctionalInterface
    private interface Checking {
        Optional<String> wrong() throws IOException;
    }

    private static Optional<Finding> checked(Path file, Checking checking) {
        try {
            return checking.wrong().map(detail -> new Finding(Cause.OWNER_OR_MODE, detail));
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(new Finding(Cause.OWNER_OR_MODE, "'%s' can't be checked: %s".formatted(file, e)));
        }
    }

    private static Optional<String> ofScript(Status script, RunsAs user, boolean executed) {
        if (script.link()) {
            return Optional.of("'%s' is a symbolic link (expected: the script itself, since it runs as user %s)"
                    .formatted(script.path(), user.user()));
        }
        if (script.has(SET_ID)) {
            return setId(script.path());
        }
        if (executed && !script.has(EXECUTABLE_BY_OWNER)) {
            return Optional.of("'%s' may not be executed by its owner (expected: chmod u+x '%s')"
                    .formatted(script.path(), script.path()));
        }
        return ofOwned(script, user);
    }

    private static Optional<String> setId(Path file) {
        return Optional.of(
                "'%s' is set-user-id or set-group-id (expected: neither; chmod ug-s '%s')".formatted(file, file));
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

    private static boolean isTrusted(Status file, RunsAs user) {
        return file.uid() == 0 || file.uid() == user.uid();
    }

    /** Who may rename a directory above can put another script in the place of this one; in a sticky directory only its owner and root can. */
    private static Optional<String> ofAncestors(Path script, RunsAs user, boolean links) throws IOException {
        for (Path above = script.getParent(); above != null; above = above.getParent()) {
            Status directory = Status.of(above);
            // The mode of a link is nobody's matter; where it leads to must have been looked at.
            boolean closed = (links && directory.link()) || !directory.has(WRITABLE_BY_OTHERS) || directory.has(STICKY);
            if (!isTrusted(directory, user) || !closed) {
                return Optional.of(
                        "'%s', above the script, may be changed by somebody else than root and user %s (expected: theirs, and chmod go-w)"
                                .formatted(directory.path(), user.user()));
            }
        }
        return Optional.empty();
    }
}
