package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.htbin.process.LaunchSpec;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A {@link LaunchSpec} in C's memory. The segments have no bounds in time, since a warden reads them: they are valid until the arena that they were made in is
 * closed, which waits for the warden.
 *
 * @param executable the path as C string
 * @param relative {@code /proc/self/cwd/name} as C string, if the executable lies in the working directory itself; else {@link MemorySegment#NULL}
 * @param directory the working directory as C string
 * @param arguments {@code char *argv[]}
 * @param environment {@code char *envp[]}
 */
record LaunchImage(
        MemorySegment executable,
        MemorySegment relative,
        MemorySegment directory,
        MemorySegment arguments,
        MemorySegment environment) {
    private static final String WORKING_DIRECTORY = "/proc/self/cwd";

    static LaunchImage of(LaunchSpec spec, Arena arena) {
        byte[] executable = octets(spec.executable());
        byte[] directory = octets(spec.directory());
        MemorySegment relative = MemorySegment.NULL;
        if (Objects.equals(spec.executable().getParent(), spec.directory())) {
            relative = string(relative(executable), arena);
        }
        return new LaunchImage(
                string(executable, arena),
                relative,
                string(directory, arena),
                arguments(spec.arguments(), arena),
                environment(spec.environment(), arena));
    }

    /** Returns the image of a program that does not exist: spawning it goes through everything and starts nothing. */
    static LaunchImage absent(Arena arena) {
        MemorySegment none = unbounded(arena.allocate(8, 8));
        MemorySegment path = string("/dev/null/absent".getBytes(US_ASCII), arena);
        return new LaunchImage(path, MemorySegment.NULL, path, none, none);
    }

    /** Makes the relative path the program's name as well. */
    void renameToRelative() {
        arguments.reinterpret(8).set(ADDRESS, 0, relative);
    }

    /** Python makes an ordinary relative name absolute before it opens it; this one is absolute already and still leads through the working directory. */
    private static byte[] relative(byte[] path) {
        int slash = path.length - 1;
        while (path[slash] != '/') {
            slash--;
        }
        byte[] way = WORKING_DIRECTORY.getBytes(US_ASCII);
        byte[] name = Arrays.copyOf(way, way.length + path.length - slash);
        System.arraycopy(path, slash, name, way.length, path.length - slash);
        return name;
    }

    private static MemorySegment arguments(List<String> arguments, Arena arena) {
        long bytes = 0;
        for (String argument : arguments) {
            bytes += argument.length() + 1;
        }
        MemorySegment vector = arena.allocate(8L * (arguments.size() + 1) + bytes, 8);
        long at = 8L * (arguments.size() + 1);
        long slot = 0;
        for (String argument : arguments) {
            vector.set(ADDRESS, slot, vector.asSlice(at));
            at = put(argument, vector, at) + 1;
            slot += 8;
        }
        return unbounded(vector);
    }

    private static MemorySegment environment(Map<String, String> environment, Arena arena) {
        long bytes = 0;
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            bytes += variable.getKey().length() + variable.getValue().length() + 2;
        }
        MemorySegment vector = arena.allocate(8L * (environment.size() + 1) + bytes, 8);
        long at = 8L * (environment.size() + 1);
        long slot = 0;
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            vector.set(ADDRESS, slot, vector.asSlice(at));
            at = put(variable.getKey(), vector, at);
            vector.set(JAVA_BYTE, at, (byte) '=');
            at = put(variable.getValue(), vector, at + 1) + 1;
            slot += 8;
        }
        return unbounded(vector);
    }

    private static long put(String octets, MemorySegment segment, long at) {
        byte[] bytes = octets.getBytes(ISO_8859_1);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, at, bytes.length);
        return at + bytes.length;
    }

    private static MemorySegment string(byte[] bytes, Arena arena) {
        MemorySegment segment = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
        return unbounded(segment);
    }

    private static MemorySegment unbounded(MemorySegment segment) {
        return MemorySegment.ofAddress(segment.address());
    }

    /** Returns the bytes of a path as the file system has them. */
    static byte[] octets(Path path) {
        String text = path.toString();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return unescaped(path);
            }
        }
        return text.getBytes(US_ASCII);
    }

    /** The text has lost what the JVM's encoding of file names does not know; the URI is made of the bytes themselves. */
    private static byte[] unescaped(Path path) {
        String escaped = path.toUri().getRawPath();
        var bytes = new ByteArrayOutputStream(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(escaped, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }
}
