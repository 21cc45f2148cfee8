package dev.htbin.cgi;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The bound on how many scripts run at once and the FIFO queue, bounded too, of the requests that wait for their turn. Safe for use by several threads. */
final class Admission {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Semaphore places;
    private final AtomicInteger waiting = new AtomicInteger();
    private final int maxWaiting;
    private final Duration longestWait;

    /**
     * Creates a bound.
     *
     * @param maxRunning how many may run at once, at least 1
     * @param maxWaiting how many may wait, at least 0
     * @param longestWait how long one may wait
     */
    Admission(int maxRunning, int maxWaiting, Duration longestWait) {
        if (maxRunning < 1 || maxWaiting < 0) {
            throw new IllegalArgumentException(
                    "scripts: %d, queue: %d (expected: >= 1, >= 0)".formatted(maxRunning, maxWaiting));
        }
        this.places = new Semaphore(maxRunning, true);
        this.maxWaiting = maxWaiting;
        this.longestWait = longestWait;
    }

    /**
     * Takes a place, after all that came before. The caller gives it back with {@link #leave}.
     *
     * @throws HttpException with 503 and {@code Retry-After} if the queue is full or the wait too long
     * @throws InterruptedException if the thread is interrupted while it waits; no place is taken then
     */
    void enter() throws InterruptedException {
        if (waiting.get() == 0 && places.tryAcquire()) {
            return;
        }
        if (waiting.incrementAndGet() > maxWaiting) {
            waiting.decrementAndGet();
            throw busy("Too many scripts are running and waiting. Try again later.");
        }
        try {
            if (!places.tryAcquire(longestWait.toNanos(), TimeUnit.NANOSECONDS)) {
                throw busy("Too many scripts are running. Try again later.");
            }
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Gives a place back. */
    void leave() {
        places.release();
    }

    private static HttpException busy(String message) {
        return new HttpException(
                503, message, Fields.of(new Field("Retry-After", Long.toString(RETRY_AFTER.toSeconds()))));
    }
}
