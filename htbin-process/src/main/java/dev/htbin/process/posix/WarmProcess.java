package dev.htbin.process.posix;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.process.Child;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A running interpreter that forks processes, and the socket of its orders. Safe for use by several threads; one of them owns the {@link #child}'s loop.
 */
public final class WarmProcess implements AutoCloseable {
    private final PosixChild child;
    private final int control;
    /** Held for writing by who closes. */
    private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();

    private boolean closed;
    private volatile boolean broken;

    WarmProcess(PosixChild child, int control) {
        this.child = child;
        this.control = control;
    }

    /** Returns a path as the file system has it: an octet string. */
    public static String octets(Path path) {
        return new String(LaunchImage.octets(path), ISO_8859_1);
    }

    /** Returns the names and numbers of the system calls that interpreters make by number, when they have no functions for them. */
    public static String systemCalls() {
        return SystemCalls.named();
    }

    /** Returns the interpreter's own process. */
    public Child child() {
        return child;
    }

    /** Returns the number of the warden that started it. */
    int warden() {
        return child.warden();
    }

    /** Tells whether an order has failed: it will then not be able to do others. */
    public boolean broken() {
        return broken;
    }

    /**
     * Tells the interpreter what it needs before its first order.
     *
     * @param words octet strings without NUL
     * @throws IOException if they are too long, or it is gone
     */
    public void tell(List<String> words) throws IOException {
        byte[] block = WarmMessage.block(words);
        open.readLock().lock();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            if (closed) {
                throw new IOException("closed");
            }
            WarmMessage.send(control, block, arena, errno);
        } finally {
            open.readLock().unlock();
        }
    }

    /**
     * Gives an order.
     *
     * @param descriptors sent with it; the caller closes its own
     * @return whether it was given; false also when the interpreter is gone or has too many to do
     */
    boolean order(WarmMessage.Order order, int[] descriptors) {
        open.readLock().lock();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            return !closed && WarmMessage.send(control, order, descriptors, arena, errno);
        } finally {
            open.readLock().unlock();
        }
    }

    /** Has whoever watches the interpreter end it. */
    void giveUp() {
        broken = true;
        child.kill();
    }

    /** Lets the interpreter end when it has done what it was ordered. */
    public void dismiss() {
        open.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                Libc.close(control);
            }
        } finally {
            open.writeLock().unlock();
        }
    }

    /** Ends the interpreter; processes that it forked live on. */
    @Override
    public void close() {
        dismiss();
        child.close();
    }

    @Override
    public String toString() {
        return "warm interpreter " + child.pid();
    }
}
