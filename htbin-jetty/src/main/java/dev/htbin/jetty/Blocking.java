package dev.htbin.jetty;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** A callback that one thread, virtual or not, may wait for. Used once. */
final class Blocking implements Callback {
    private static final Object DONE = new Object();

    private volatile @Nullable Thread waiting;
    private volatile @Nullable Object outcome;

    @Override
    public void succeeded() {
        outcome = DONE;
        wake();
    }

    @Override
    public void failed(Throwable failure) {
        outcome = failure;
        wake();
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    /** Tells whether the operation ended, so that nobody needs to wait for it. */
    boolean ended() {
        return outcome != null;
    }

    /**
     * Waits.
     *
     * @throws IOException if the operation failed, or the thread was interrupted
     */
    void await() throws IOException {
        awaitEnd();
        rethrow();
    }

    /**
     * Waits until the operation has ended, whether it failed or not.
     *
     * @throws InterruptedIOException if the thread was interrupted
     */
    void awaitEnd() throws InterruptedIOException {
        waiting = Thread.currentThread();
        while (outcome == null) {
            LockSupport.park(this);
            requireNotInterrupted();
        }
    }

    /**
     * Waits for some time.
     *
     * @return whether the operation ended
     * @throws IOException if the operation failed, or the thread was interrupted
     */
    boolean await(long millis) throws IOException {
        if (outcome != null) {
            rethrow();
            return true;
        }
        waiting = Thread.currentThread();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (outcome == null) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            LockSupport.parkNanos(this, left);
            requireNotInterrupted();
        }
        rethrow();
        return true;
    }

    private void requireNotInterrupted() throws InterruptedIOException {
        if (outcome == null && Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while the client was waited for");
        }
    }

    private void rethrow() throws IOException {
        if (outcome instanceof Throwable failure) {
            throw new IOException(String.valueOf(failure.getMessage()), failure);
        }
    }

    private void wake() {
        // Set before the outcome is looked at: whoever waits later sees the outcome.
        Thread thread = waiting;
        if (thread != null && thread != Thread.currentThread()) {
            LockSupport.unpark(thread);
        }
    }
}
