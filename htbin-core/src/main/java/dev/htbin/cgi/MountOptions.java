package dev.htbin.cgi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** How the file system of a file is mounted, on Linux. */
final class MountOptions {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

    private MountOptions() {}

    /** Returns the options, such as {@code noexec}, of the mount that a file is on; empty where that can't be told. */
    static Set<String> of(Path file) {
        try {
            return of(file.toRealPath(), Files.readAllLines(MOUNTS));
        } catch (IOException e) {
            return Set.of();
        }
    }

    /** The mount that counts is the last of those with the longest mount point above the file. */
    static Set<String> of(Path file, List<String> mounts) {
        Set<String> options = Set.of();
        int longest = -1;
        for (String mount : mounts) {
            String[] fields = mount.split(" ", -1);
            if (fields.length > 5) {
                Path point = Path.of(fields[4].replace("\\040", " "));
                if (file.startsWith(point) && point.getNameCount() >= longest) {
                    longest = point.getNameCount();
                    options = Set.of(fields[5].split(","));
                }
            }
        }
        return options;
    }
}
