package dev.htbin.process.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
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
    private final List<Warden> wardens = new ArrayList<>();
    private final CompletableFuture<Confinement> confinement = new CompletableFuture<>();
    private volatile boolean closed;

    private Wardens() {}

    /** A thread and how far it has come: its id is known, it is confined. */
    private record Warden(CompletableFuture<Integer> prepared, CompletableFuture<Boolean> confined) {}

    /**
     * Starts wardens that are not confined yet, and returns when all wait for it.
     *
     * @param name what the threads are called
     * @param count how many, at least 1
     * @param warmUp makes the errand that each performs first, unconfined: it must start nothing
     * @throws IOException if one fails; none is left then
     */
    static Wardens prepare(String name, int count, Supplier<Errand> warmUp) throws IOException {
        var wardens = new Wardens();
        for (int i = 1; i <= count; i++) {
            Errand first = warmUp.get();
            var warden = new Warden(new CompletableFuture<>(), new CompletableFuture<>());
            wardens.wardens.add(warden);
            Thread.ofPlatform().name(name + "-" + i).daemon().start(() -> wardens.guard(warden, first));
        }
        for (Warden warden : wardens.wardens) {
            wardens.await(warden.prepared());
        }
        return wardens;
    }

    /** Returns the kernel's ids of the threads. */
    List<Integer> threadIds() {
        return wardens.stream().map(warden -> warden.prepared().join()).toList();
    }

    /**
     * Confines all, and returns when they are.
     *
     * @throws IOException if one can't confine itself; none is left then
     */
    void confine(Confinement steps) throws IOException {
        confinement.complete(steps);
        for (Warden warden : wardens) {
            await(warden.confined());
        }
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
        confinement.cancel(false);
        for (int i = 0; i < wardens.size(); i++) {
            errands.add(LAST);
        }
    }

    private void await(CompletableFuture<?> stage) throws IOException {
        try {
            stage.get();
        } catch (ExecutionException e) {
            close();
            throw new IOException("a warden cannot confine itself: " + e.getCause(), e);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the wardens started", e);
        }
    }

    private void guard(Warden warden, Errand warmUp) {
        try (Arena arena = Arena.ofConfined()) {
            WardenMemory memory = WardenMemory.allocate(arena);
            warmUp.run(memory);
            // Only a server that is about to leave root has some to keep; to any other this changes nothing.
            Libc.prctl(memory.errno(), LinuxAbi.PR_SET_KEEPCAPS, 1, 0, 0, 0);
            warden.prepared().complete((int) Libc.syscall(memory.errno(), LinuxAbi.SYS_GETTID, 0, 0, 0));
            confinement.get().apply();
            warden.confined().complete(true);
            Errand errand = next();
            while (errand != LAST) {
                errand.run(memory);
                errand = next();
            }
        } catch (CancellationException e) {
            // Closed before it was confined.
        } catch (IOException | RuntimeException | Error | InterruptedException | ExecutionException e) {
            warden.prepared().completeExceptionally(e);
            warden.confined().completeExceptionally(e);
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
