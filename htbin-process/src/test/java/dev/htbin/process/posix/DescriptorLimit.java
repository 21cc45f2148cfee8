package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How many descriptors this process may have, lowered for a while.
 *
 * @param before what it was
 */
record DescriptorLimit(long before) {
    private static final int SIZEOF_RLIMIT = 16;

    /** Leaves at least so many free; more if some that are open are above the limit then. */
    static DescriptorLimit lower(int free) throws IOException {
        String[] open = requireNonNull(new File("/proc/self/fd").list());
        // The list itself took one.
        return new DescriptorLimit(set(open.length - 1L + free));
    }

    /** Makes it what it was. */
    void restore() throws IOException {
        set(before);
    }

    /** Sets the soft limit; returns the former. */
    private static long set(long descriptors) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            MemorySegment limit = arena.allocate(SIZEOF_RLIMIT, 8);
            prlimit(errno, 0, limit.address());
            long before = limit.get(JAVA_LONG, 0);
            limit.set(JAVA_LONG, 0, descriptors);
            prlimit(errno, limit.address(), 0);
            return before;
        }
    }

    private static void prlimit(MemorySegment errno, long limit, long previous) throws IOException {
        long result = Libc.syscall(errno, SystemCalls.PRLIMIT64, 0, LinuxAbi.RLIMIT_NOFILE, limit, previous, 0, 0);
        if (result != 0) {
            throw new IOException("prlimit: " + Errno.describe(Native.errno(errno)));
        }
    }
}
