package dev.htbin.cgi;

import dev.htbin.process.RunsAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a user may do with a file by its owner, group and mode; access lists are not looked at. */
final class FileAccess {
    private static final int READ = 4;
    private static final int WRITE = 2;
    private static final int EXECUTE = 1;

    private FileAccess() {}

    /** Finds the first directory above a file, from the root on, that the user may not pass. */
    static Optional<Path> closedAbove(Path file, RunsAs user) {
        var above = new ArrayList<Path>();
        for (Path directory = file.getParent(); directory != null; directory = directory.getParent()) {
            above.add(directory);
        }
        Collections.reverse(above);
        return above.stream()
                .filter(directory -> isDenied(directory, user, EXECUTE))
                .findFirst();
    }

    /** Finds the first directory above a file, from the root on, that this process may not pass. */
    static Optional<Path> closedAbove(Path file) {
        List<Path> above = new ArrayList<>();
        for (Path directory = file.getParent(); directory != null; directory = directory.getParent()) {
            above.add(directory);
        }
        Collections.reverse(above);
        return above.stream()
                .filter(directory -> Files.isDirectory(directory) && !Files.isExecutable(directory))
                .findFirst();
    }

    static boolean mayNotExecute(Path file, RunsAs user) {
        return isDenied(file, user, EXECUTE);
    }

    static boolean mayNotRead(Path file, RunsAs user) {
        return isDenied(file, user, READ);
    }

    static boolean mayNotWrite(Path file, RunsAs user) {
        return isDenied(file, user, WRITE);
    }

    /** Describes who may do what: {@code rwxr-x--- of 0:0}. */
    static String describe(Path file) {
        try {
            Map<String, Object> found = Files.readAttributes(file, "unix:uid,gid");
            return "%s, owner %s, group %s"
                    .formatted(
                            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                            found.get("uid"),
                            found.get("gid"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return "unknown permissions";
        }
    }

    /** Tells whether the user surely lacks a right: where the file's group could be one of the user's further ones, it may have it. */
    private static boolean isDenied(Path file, RunsAs user, int right) {
        if (user.uid() <= 0) {
            return false;
        }
        try {
            Map<String, Object> found = Files.readAttributes(file, "unix:mode,uid,gid");
            int mode = (Integer) found.getOrDefault("mode", 0777);
            if (idOf(found, "uid") == user.uid()) {
                return (mode >> 6 & right) == 0;
            }
            if (idOf(found, "gid") == user.gid()) {
                return (mode >> 3 & right) == 0;
            }
            return (mode & right) == 0 && (mode >> 3 & right) == 0;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false;
        }
    }

    private static long idOf(Map<String, Object> found, String name) {
        return Integer.toUnsignedLong((Integer) found.getOrDefault(name, -1));
    }
}
