package dev.htbin.process.posix;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a process may not leave behind: taken before, and compared after.
 *
 * @param descriptors the numbers of the open ones
 * @param files what lies in the temporary directory
 */
record Leaks(TreeSet<String> descriptors, List<Path> files) {
    /** Looks at this process as it is now. */
    static Leaks now() throws IOException {
        String[] names = requireNonNull(new File("/proc/self/fd").list());
        try (Stream<Path> files = Files.walk(Path.of(System.getProperty("java.io.tmpdir")))) {
            return new Leaks(
                    new TreeSet<>(List.of(names)),
                    files.filter(file -> !file.toString().contains("hsperf"))
                            .sorted()
                            .toList());
        }
    }

    /** Says what is there that was not there before, or that there are children; empty if there is nothing. */
    String since(Leaks before) {
        var text = new StringBuilder();
        var more = new TreeSet<>(descriptors);
        more.removeAll(before.descriptors);
        for (String descriptor : more) {
            text.append(" descriptor ").append(descriptor).append(target(descriptor));
        }
        var left = new java.util.ArrayList<>(files);
        left.removeAll(before.files);
        left.forEach(file -> text.append(" file ").append(file));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            int child = Libc.waitpid(errno, -1, MemorySegment.NULL, LinuxAbi.WNOHANG | LinuxAbi.WALL);
            if (child >= 0) {
                text.append(child == 0 ? " a child that runs" : " a zombie");
            }
        }
        return text.toString().strip();
    }

    private static String target(String descriptor) {
        try {
            return " -> " + Files.readSymbolicLink(Path.of("/proc/self/fd", descriptor));
        } catch (IOException e) {
            return "";
        }
    }
}
