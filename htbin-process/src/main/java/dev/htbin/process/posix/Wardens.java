package dev.htbin.process.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedTransferQueue;
import java.util.function.Supplier;

/**
 * The threads that start processes. Each confines itself once and for ever ({@link Confinement}) and then does nothing but {@link Errand errands}; what it starts
 * inherits the confinement, since Linux keeps it for each thread.
 *
 * <p>Nothing may open files or load classes on a confined warden. So each performs the warm-up errand, on the same code path as every later one, before it
 * confines itself, and errands leave numbers, not exceptions.
 */
final class Wardens implements AutoCloseable {
    /** The end of a warden. A constant, so that no warden has to load its class. */
    private static final Errand LAST = new Errand() {
        @Override
        void perform(WardenMemory memory) {}
    };

    private final LinkedTransferQueue<Errand> errands = new LinkedTransferQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    private Wardens() {}

    /**
     * Starts wardens and returns when all are confined.
     *
     * @param count how many, at least 1
     * @param confinement what each does to itself
     * @param warmUp makes the errand that each performs first, unconfined: it must start nothing
     * @throws IOException if one can't confine itself; none is left then
     */
    static Wardens start(int count, Confinement confinement, Supplier<Errand> warmUp) throws IOException {
        var wardens = new Wardens();
        List<CompletableFuture<Void>> ready = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            var confined = new CompletableFuture<Void>();
            Errand first = warmUp.get();
            ready.add(confined);
            wardens.threads.add(Thread.ofPlatform()
                    .name("htbin-warden-" + i)
                    .daemon()
                    .start(() -> wardens.guard(confinement, first, confined)));
        }
        try {
            for (CompletableFuture<Void> confined : ready) {
                confined.get();
            }
        } catch (ExecutionException e) {
            wardens.close();
            throw new IOException("a warden cannot confine itself: " + e.getCause(), e);
        } catch (InterruptedException e) {
            wardens.close();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the wardens started", e);
        }
        return wardens;
    }

    /** Has a warden perform it; the caller awaits it. */
    void send(Errand errand) {
        if (!trySend(errand)) {
            throw new IllegalStateException("the launcher is closed");
        }
    }

    /** Has a warden perform it, unless they have ended. */
    boolean trySend(Errand errand) {
        errands.add(errand);
        return !closed || !errands.remove(errand);
    }

    /** Ends the threads, after what was sent before. */
    @Override
    public void close() {
        closed = true;
        for (int i = 0; i < threads.size(); i++) {
            errands.add(LAST);
        }
    }

    private void guard(Confinement confinement, Errand warmUp, CompletableFuture<Void> confined) {
        try (Arena arena = Arena.ofConfined()) {
            WardenMemory memory = WardenMemory.allocate(arena);
            warmUp.run(memory);
            confinement.apply();
            confined.complete(null);
            Errand errand = next();
            while (errand != LAST) {
                errand.run(memory);
                errand = next();
            }
        } catch (IOException | RuntimeException e) {
            confined.completeExceptionally(e);
        }
    }

    private Errand next() {
        Errand errand = null;
        while (errand == null) {
            try {
                errand = errands.take();
            } catch (InterruptedException ignored) {
                // Nobody has a reason to interrupt a warden, and a warden has none to end.
            }
        }
        return errand;
    }
}
