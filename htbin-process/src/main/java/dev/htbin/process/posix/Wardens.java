package dev.htbin.process.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * The threads that start processes. Each confines itself once and for ever ({@link Confinement}) and then does nothing but {@link Errand errands}; what it starts
 * inherits the confinement, since Linux keeps it for each thread.
 *
 * <p>Nothing may open files or load classes on a confined warden. So each performs the warm-up errand, on the same code path as every later one, before it
 * confines itself, and errands leave numbers, not exceptions.
 */
final class Wardens implements AutoCloseable {
    private final Errands errands;
    private final int apart;
    private final List<Warden> wardens = new ArrayList<>();
    private final Pipes pipes = new Pipes(this);
    private final CompletableFuture<Confinement> confinement = new CompletableFuture<>();

    private Wardens(int count) {
        this.apart = count;
        errands = new Errands(count, 1);
    }

    /** A thread and how far it has come: its id is known, it is confined. */
    private record Warden(CompletableFuture<Integer> prepared, CompletableFuture<Boolean> confined) {}

    /**
     * Starts wardens that are not confined yet, and returns when all wait for it.
     *
     * @param name what the threads are called
     * @param count how many, at least 1; one more starts what is kept {@link #apart}
     * @param warmUp makes the errand that each performs first, unconfined: it must start nothing
     * @throws IOException if one fails; none is left then
     */
    static Wardens prepare(String name, int count, Supplier<SpawnErrand> warmUp) throws IOException {
        var wardens = new Wardens(count);
        for (int i = 0; i <= count; i++) {
            SpawnErrand first = warmUp.get();
            int number = i;
            var warden = new Warden(new CompletableFuture<>(), new CompletableFuture<>());
            wardens.wardens.add(warden);
            Thread.ofPlatform().name(name + "-" + (i + 1)).daemon().start(() -> wardens.guard(warden, number, first));
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
        return errands.add(errand);
    }

    /**
     * Returns the number of the warden that does nothing but what is sent to it by number. Each warden is a Landlock domain of its own: what this one starts, nothing
     * that another one has started can trace, read or signal.
     */
    int apart() {
        return apart;
    }

    /** Has the warden of this number perform it, unless they have ended. */
    boolean trySend(Errand errand, int warden) {
        return errands.add(errand, warden);
    }

    /** Sends a signal that this process itself may not send, to what the warden of this number started. */
    void signal(int warden, SignalErrand errand) {
        if (trySend(errand, warden)) {
            errand.awaitCalmly();
        }
    }

    /** Returns pipes that belong to the wardens' user. */
    Pipes pipes() {
        return pipes;
    }

    /** Ends the threads, after what was sent before. */
    @Override
    public void close() {
        pipes.close();
        confinement.cancel(false);
        errands.close();
    }

    private void await(CompletableFuture<?> stage) throws IOException {
        try {
            stage.get();
        } catch (ExecutionException e) {
            close();
            throw new IOException("a warden can't start: " + e.getCause(), e);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the wardens started", e);
        }
    }

    private void guard(Warden warden, int number, SpawnErrand warmUp) {
        try (Arena arena = Arena.ofConfined()) {
            WardenMemory memory = WardenMemory.allocate(number, arena);
            warmUp.run(memory);
            if (warmUp.failedByMachine()) {
                // It did not get to the end of the path: what is missing could not be loaded later.
                throw new IOException(warmUp.call + ": " + Errno.describe(warmUp.error));
            }
            // Only a server that is about to leave root has some to keep; to any other this changes nothing.
            Libc.prctl(memory.errno(), LinuxAbi.PR_SET_KEEPCAPS, 1, 0, 0, 0);
            warden.prepared().complete((int) Libc.syscall(memory.errno(), LinuxAbi.SYS_GETTID, 0, 0, 0));
            confinement.get().apply();
            warden.confined().complete(true);
            Errand errand = errands.take(number);
            while (errand != null) {
                errand.run(memory);
                errand = errands.take(number);
            }
        } catch (CancellationException e) {
            // Closed before it was confined.
        } catch (IOException | RuntimeException | Error | InterruptedException | ExecutionException e) {
            warden.prepared().completeExceptionally(e);
            warden.confined().completeExceptionally(e);
        }
    }
}
