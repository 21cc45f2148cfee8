package dev.htbin.process.posix;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Descendants that become this process's own children when their parents end, and nobody else waits for: daemons that scripts have left, for example. When they end,
 * their ids would stay taken for ever.
 *
 * <p>Somebody else in this process may have children too, and wait for them: a child that is unknown here is waited for only when it had ended a round before.
 */
final class Orphans implements AutoCloseable {
    private static final Duration ROUND = Duration.ofSeconds(5);

    private final Set<Integer> known = ConcurrentHashMap.newKeySet();
    private @Nullable Thread thread;
    private volatile boolean closed;

    /** Counts a child as waited for by who started it. */
    void know(int pid) {
        known.add(pid);
    }

    /** The child's id is free again. */
    void forget(int pid) {
        known.remove(pid);
    }

    /** Starts to wait for orphans. */
    void start() {
        thread = Thread.ofPlatform().name("htbin-orphans").daemon().start(this::run);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        Set<Integer> before = Set.of();
        while (!closed) {
            LockSupport.parkNanos(this, ROUND.toNanos());
            if (!closed) {
                before = round(before);
            }
        }
    }

    /**
     * Waits for those that had ended before.
     *
     * @return those that have ended by now
     */
    Set<Integer> round(Set<Integer> before) {
        Set<Integer> ended = new HashSet<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            for (int pid : children()) {
                if (!known.contains(pid) && hasEnded(pid)) {
                    if (before.contains(pid)) {
                        Libc.waitpid(errno, pid, MemorySegment.NULL, LinuxAbi.WALL | LinuxAbi.WNOHANG);
                    } else {
                        ended.add(pid);
                    }
                }
            }
        }
        return ended;
    }

    private static Set<Integer> children() {
        Set<Integer> children = new HashSet<>();
        String[] threads = new File("/proc/self/task").list();
        for (String thread : threads == null ? new String[0] : threads) {
            for (String pid :
                    text(Path.of("/proc/self/task", thread, "children")).split(" ", -1)) {
                if (!pid.isBlank()) {
                    children.add(Integer.parseInt(pid.strip()));
                }
            }
        }
        return children;
    }

    private static boolean hasEnded(int pid) {
        String stat = text(Path.of("/proc", Integer.toString(pid), "stat"));
        return stat.startsWith(") Z", stat.lastIndexOf(')'));
    }

    /** Empty when it is gone. */
    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
