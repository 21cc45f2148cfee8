package dev.htbin.jetty;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** A connection that is read, and whose selector is told, no more often than need be. */
abstract class WatchedEndPoint extends SocketChannelEndPoint {
    /**
     * A read brought less than there was room for, so the next would bring nothing, and two system calls are saved for each request. What comes later, the end of the
     * input included, the selector tells when it is asked.
     */
    private volatile boolean drained;

    private final Lock interest = new ReentrantLock();
    /** What the selector knows of the connection; guarded by {@link #interest}. */
    private SelectionKey key;

    private final Invocable.Task fillable = new Fillable();

    /**
     * The selector looks for input, or is going to. It still does when there was some: what comes next is mostly another request, when somebody waits for it, and to look
     * away for as long as a script runs would cost two system calls and a turn of the selector. Guarded by {@link #interest}.
     */
    private boolean watchedForInput;

    WatchedEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
        this.key = key;
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        if (drained && !isInputShutdown()) {
            return 0;
        }
        int filled = super.fill(buffer);
        drained = filled > 0 && BufferUtil.space(buffer) > 0;
        return filled;
    }

    @Override
    protected void needsFillInterest() {
        drained = false;
        interest.lock();
        try {
            if (watchedForInput) {
                return;
            }
            watchedForInput = true;
        } finally {
            interest.unlock();
        }
        super.needsFillInterest();
    }

    @Override
    public @Nullable Runnable onSelected() {
        interest.lock();
        try {
            int ready = key.readyOps();
            if (ready == SelectionKey.OP_READ && getFillInterest().isInterested()) {
                return fillable;
            }
            if ((ready & SelectionKey.OP_READ) != 0) {
                // Nobody waits for it, and the selector would say it again and again.
                watchedForInput = false;
            }
            Runnable task = super.onSelected();
            return ready == SelectionKey.OP_READ ? null : task;
        } finally {
            interest.unlock();
        }
    }

    @Override
    public void replaceKey(SelectionKey newKey) {
        interest.lock();
        try {
            key = newKey;
            super.replaceKey(newKey);
        } finally {
            interest.unlock();
        }
    }

    private final class Fillable implements Invocable.Task, Closeable {
        @Override
        public void run() {
            getFillInterest().fillable();
        }

        @Override
        public InvocationType getInvocationType() {
            return getFillInterest().getCallbackInvocationType();
        }

        /** When there is no thread for it. */
        @Override
        public void close() {
            WatchedEndPoint.this.close();
        }
    }
}
