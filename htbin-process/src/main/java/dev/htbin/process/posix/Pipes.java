package dev.htbin.process.posix;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Pipes for the output of processes that warm interpreters fork. A pipe belongs to the user that made it, so wardens make them: some at a time, since to ask one
 * costs more than a pipe. Safe for use by several threads.
 */
final class Pipes implements AutoCloseable {
    private final Wardens wardens;
    private final Queue<Pair> free = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    Pipes(Wardens wardens) {
        this.wardens = wardens;
    }

    /**
     * The pipes of one process, which whoever takes them closes.
     *
     * @param output our end of standard output
     * @param outputEnd the other
     * @param errorOutput our end of standard error
     * @param errorEnd the other
     */
    record Pair(int output, int outputEnd, int errorOutput, int errorEnd) {
        void close() {
            closeOurs();
            Libc.close(outputEnd);
            Libc.close(errorEnd);
        }

        void closeOurs() {
            Libc.close(output);
            Libc.close(errorOutput);
        }
    }

    /** Returns a pair of new pipes; empty if there are no descriptors for them. */
    Optional<Pair> take() throws InterruptedException {
        Pair pair = free.poll();
        if (pair != null) {
            return Optional.of(pair);
        }
        var errand = new PipesErrand();
        wardens.send(errand);
        errand.await();
        errand.made().skip(1).forEach(free::add);
        if (closed) {
            close();
        }
        return errand.made().findFirst();
    }

    @Override
    public void close() {
        closed = true;
        for (Pair pair = free.poll(); pair != null; pair = free.poll()) {
            pair.close();
        }
    }
}
