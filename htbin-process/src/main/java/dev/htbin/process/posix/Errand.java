package dev.htbin.process.posix;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Something that a {@link Warden} does for the thread that made this, which waits for it. */
abstract class Errand {
    private static final int WAITING = 0;
    private static final int TAKEN = 1;
    private static final int DONE = 2;
    private static final int WITHDRAWN = 3;

    private final AtomicInteger state = new AtomicInteger(WAITING);
    private final Thread caller = Thread.currentThread();
    /** A fault of ours, which ends no warden: the caller gets it. Written before the state. */
    private @Nullable Throwable failure;

    /** Does it, on the warden. May only make system calls: no file is opened and no class loaded here; what goes wrong is left in fields as a number. */
    abstract void perform(WardenMemory memory);

    /** Takes and performs it, unless it was withdrawn. */
    final void run(WardenMemory memory) {
        if (!state.compareAndSet(WAITING, TAKEN)) {
            return;
        }
        try {
            perform(memory);
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            state.set(DONE);
            LockSupport.unpark(caller);
        }
    }

    /**
     * Waits until it is done.
     *
     * @throws InterruptedException if the thread is interrupted before a warden took it, which now never happens; a thread that is interrupted later keeps its mark
     */
    final void await() throws InterruptedException {
        boolean interrupted = false;
        while (state.get() != DONE) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                if (state.compareAndSet(WAITING, WITHDRAWN)) {
                    throw new InterruptedException();
                }
                interrupted = true;
            }
        }
        finish(interrupted);
    }

    /** Waits until it is done, also when interrupted. */
    final void awaitCalmly() {
        boolean interrupted = false;
        while (state.get() != DONE) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        finish(interrupted);
    }

    private void finish(boolean interrupted) {
        if (interrupted) {
            caller.interrupt();
        }
        if (failure != null) {
            throw new IllegalStateException("a warden failed", failure);
        }
    }
}
