package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.SIZEOF_RUSAGE;
import static dev.htbin.process.posix.LinuxAbi.SIZEOF_SIGINFO;
import static dev.htbin.process.posix.LinuxAbi.SIZEOF_SOCKADDR_STORAGE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The memory that one child, or one standard input, makes its system calls with. Any thread may use it, one at a time; {@link Pool} lends it again, since a fresh
 * one for each launch costs more than everything else in it.
 */
final class Workspace {
    /** How many octets {@link #transfer} has. */
    static final int TRANSFER_BYTES = 64 * 1024;

    private static final int POLLFD_BYTES = 8;
    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_REVENTS = 6;

    /** Receives errno of the thread that owns the loop. */
    final MemorySegment errno;
    /** Receives errno of whoever signals the child. */
    final MemorySegment signalErrno;
    /** An array of {@code struct pollfd}. */
    final MemorySegment polled;
    /** A {@code siginfo_t}. */
    final MemorySegment information;
    /** A {@code struct rusage}. */
    final MemorySegment usage;
    /** Eight octets, for eventfd, SO_COOKIE and the like. */
    final MemorySegment number;
    /** Eight octets, what is written to ring. */
    final MemorySegment ring;
    /** A {@code socklen_t}. */
    final MemorySegment length;
    /** A {@code struct sockaddr_storage}. */
    final MemorySegment address;

    private @Nullable MemorySegment transfer;

    private Workspace(int polledDescriptors) {
        MemorySegment block = Arena.ofAuto().allocate(640, 8);
        errno = block.asSlice(0, Native.ERRNO_BYTES);
        signalErrno = block.asSlice(16, Native.ERRNO_BYTES);
        number = block.asSlice(32, 8);
        length = block.asSlice(40, 4);
        ring = block.asSlice(48, 8);
        polled = block.asSlice(64, (long) POLLFD_BYTES * polledDescriptors);
        information = block.asSlice(128, SIZEOF_SIGINFO);
        address = block.asSlice(256, SIZEOF_SOCKADDR_STORAGE);
        usage = block.asSlice(384, SIZEOF_RUSAGE);
    }

    /** Returns a buffer for octets on their way to or from Java's heap. */
    MemorySegment transfer() {
        MemorySegment buffer = transfer;
        if (buffer == null) {
            buffer = Arena.ofAuto().allocate(TRANSFER_BYTES);
            transfer = buffer;
        }
        return buffer;
    }

    /** Sets what is to be polled; a negative descriptor is passed over. */
    void poll(int index, int descriptor, short events) {
        long at = (long) POLLFD_BYTES * index;
        polled.set(JAVA_INT, at, descriptor);
        polled.set(JAVA_SHORT, at + POLLFD_EVENTS, events);
        polled.set(JAVA_SHORT, at + POLLFD_REVENTS, (short) 0);
    }

    /**
     * Waits until something is to be found at the first so many, or the time is over; looks at least once.
     *
     * @return false if the system can't; errno says why
     */
    boolean await(int count, Duration timeout) {
        long deadline = System.nanoTime() + toNanos(timeout);
        int ready;
        do {
            long left = deadline - System.nanoTime();
            // Rounded up, so that the time is over when poll says so.
            int millis = left <= 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, (left + 999_999) / 1_000_000);
            ready = Libc.poll(errno, polled, count, millis);
        } while (ready < 0 && Native.errno(errno) == Errno.EINTR.number);
        return ready >= 0;
    }

    private static long toNanos(Duration timeout) {
        // Half of what a long holds, so that the deadline does not overflow.
        return timeout.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE / 2 : timeout.toNanos();
    }

    /** Returns what poll(2) found. */
    short found(int index) {
        return polled.get(JAVA_SHORT, (long) POLLFD_BYTES * index + POLLFD_REVENTS);
    }

    /** Keeps a few for the next launches. */
    static final class Pool {
        private static final int MOST_POLLED = 8;
        private static final int MOST_KEPT = 128;

        private final ArrayBlockingQueue<Workspace> free = new ArrayBlockingQueue<>(MOST_KEPT);

        Workspace borrow() {
            Workspace workspace = free.poll();
            return workspace == null ? new Workspace(MOST_POLLED) : workspace;
        }

        void giveBack(Workspace workspace) {
            free.offer(workspace);
        }
    }
}
