package dev.htbin.process.launch;

import dev.htbin.process.Child;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Reads a stream that can only be read blocking, one buffer ahead of its reader. All but {@link #run} is called with the lock held. */
final class StreamPump implements Runnable {
    private final InputStream stream;
    private final ReentrantLock lock;
    private final Condition changed;
    private final byte[] buffer = new byte[32 * 1024];

    private int position;
    private int limit;
    private boolean atEnd;
    private boolean endWasRead;
    private boolean closed;

    StreamPump(InputStream stream, ReentrantLock lock, Condition changed) {
        this.stream = stream;
        this.lock = lock;
        this.changed = changed;
    }

    @Override
    public void run() {
        try (stream) {
            int count = stream.read(buffer);
            while (count >= 0 && pass(count)) {
                count = stream.read(buffer);
            }
        } catch (IOException e) {
            // The stream was closed since the process ended, or close() was called: its end either way.
        } finally {
            lock.lock();
            try {
                atEnd = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Waits until the reader has taken everything; tells whether there is still a reader. */
    private boolean pass(int count) {
        lock.lock();
        try {
            position = 0;
            limit = count;
            changed.signalAll();
            while (position < limit && !closed) {
                changed.awaitUninterruptibly();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether a read gives something: octets, or for the first time the end. */
    boolean ready() {
        return position < limit || (atEnd && !endWasRead);
    }

    /** Tells whether the stream has ended and everything was read. */
    boolean ended() {
        return atEnd && position == limit;
    }

    /** Tells whether everything that has come so far was read. */
    boolean idle() {
        return position == limit;
    }

    /** Reads as {@link Child#readOutput} does. */
    int read(ByteBuffer target) {
        int count = Math.min(target.remaining(), limit - position);
        if (count > 0) {
            target.put(buffer, position, count);
            position += count;
            if (position == limit) {
                changed.signalAll();
            }
            return count;
        }
        if (ended()) {
            endWasRead = true;
            return -1;
        }
        return 0;
    }

    /** Ends the thread as soon as its present read ends. */
    void close() {
        closed = true;
    }
}
