package dev.htbin.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes lines to a stream from a thread of its own, so that whoever logs never waits for whoever reads the log.
 *
 * <p>What the reader is too slow for is dropped and counted, and the count is written in its place. A stream that fails is written to no more. Safe for
 * use by several threads.
 */
final class LogWriter {
    /** The writer of standard error. */
    static final LogWriter STDERR = new LogWriter(new FileOutputStream(FileDescriptor.err), 1 << 20);

    private static final long DRAIN_SECONDS = 1;

    /** After each turn the writer rests, so that many lines cost few turns of threads. A line after a silence is written at once. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final OutputStream stream;
    private final int capacityBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition urgent = lock.newCondition();
    private final Condition written = lock.newCondition();

    private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private long dropped;
    private boolean started;
    private boolean writing;
    private int drains;
    private boolean broken;

    /**
     * Creates a writer. Its thread starts with the first line.
     *
     * @param stream where lines go; never closed
     * @param capacityBytes how many bytes may wait
     */
    LogWriter(OutputStream stream, int capacityBytes) {
        this.stream = requireNonNull(stream, "stream");
        this.capacityBytes = capacityBytes;
    }

    /** Hands a text over, with its line ends; never waits for the stream. */
    void write(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        lock.lock();
        try {
            if (broken) {
                return;
            }
            if (waiting.size() + bytes.length > capacityBytes) {
                dropped++;
                return;
            }
            waiting.writeBytes(bytes);
            start();
            filled.signal();
            if (waiting.size() > capacityBytes / 2) {
                urgent.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything is written, for a second at most. */
    void drain() {
        long nanos = TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
        lock.lock();
        try {
            drains++;
            urgent.signal();
            while ((writing || waiting.size() > 0) && !broken && nanos > 0) {
                nanos = written.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            drains--;
            lock.unlock();
        }
    }

    private void start() {
        if (!started) {
            started = true;
            Thread.ofPlatform().daemon().name("htbin-log").start(this::run);
        }
    }

    private void run() {
        try {
            while (true) {
                stream.write(take());
                stream.flush();
            }
        } catch (IOException e) {
            giveUp(); // there is nobody left to tell
        } catch (InterruptedException e) {
            giveUp();
            Thread.currentThread().interrupt();
        }
    }

    private byte[] take() throws InterruptedException {
        lock.lock();
        try {
            writing = false;
            written.signalAll();
            rest();
            while (waiting.size() == 0) {
                filled.await();
            }
            if (dropped > 0) {
                waiting.writeBytes("... %d log records were dropped: their reader was too slow%n"
                        .formatted(dropped)
                        .getBytes(UTF_8));
                dropped = 0;
            }
            byte[] bytes = waiting.toByteArray();
            waiting = waiting.size() > 64 << 10 ? new ByteArrayOutputStream() : waiting;
            waiting.reset();
            writing = true;
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    private void rest() throws InterruptedException {
        long nanos = REST_NANOS;
        while (nanos > 0 && drains == 0 && waiting.size() <= capacityBytes / 2) {
            nanos = urgent.awaitNanos(nanos);
        }
    }

    private void giveUp() {
        lock.lock();
        try {
            broken = true;
            written.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
