package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * For how long a thread may go on when others wait for the processor. Linux 6.12 lets each thread choose that, and what it starts inherits it. By default it is a
 * millisecond or three: then a script loses what processor and caches have of it many times before it is done.
 */
final class TimeSlice {
    /** Longer ones gain little more, and let others wait. */
    static final long NANOS = 10_000_000;

    private static final int SCHED_OTHER = 0;
    private static final int SCHED_BATCH = 3;

    private TimeSlice() {}

    /** Gives the calling thread, and what it starts from now on, this time, if it has less; does nothing where that can't be chosen. */
    static void lengthen() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            MemorySegment attributes = arena.allocate(LinuxAbi.SIZEOF_SCHED_ATTR, 8);
            if (!read(errno, 0, attributes)) {
                return;
            }
            int policy = attributes.get(JAVA_INT, LinuxAbi.SCHED_ATTR_POLICY);
            boolean fair = policy == SCHED_OTHER || policy == SCHED_BATCH;
            if (fair && attributes.get(JAVA_LONG, LinuxAbi.SCHED_ATTR_RUNTIME) < NANOS) {
                attributes.set(JAVA_LONG, LinuxAbi.SCHED_ATTR_RUNTIME, NANOS);
                // A kernel that refuses it leaves all as it was.
                Libc.syscall(errno, LinuxAbi.SYS_SCHED_SETATTR, 0, attributes.address(), 0);
            }
        }
    }

    /** Returns the time of a thread, in nanoseconds; 0 where the kernel does not say. */
    static long of(int thread) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            MemorySegment attributes = arena.allocate(LinuxAbi.SIZEOF_SCHED_ATTR, 8);
            return read(errno, thread, attributes) ? attributes.get(JAVA_LONG, LinuxAbi.SCHED_ATTR_RUNTIME) : 0;
        }
    }

    private static boolean read(MemorySegment errno, int thread, MemorySegment attributes) {
        return Libc.syscall(
                        errno,
                        LinuxAbi.SYS_SCHED_GETATTR,
                        thread,
                        attributes.address(),
                        LinuxAbi.SIZEOF_SCHED_ATTR,
                        0,
                        0,
                        0)
                == 0;
    }
}
