package dev.htbin.jetty;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of exchanges that may have to wait: platform threads while few do, and virtual ones beyond that, of which there may be any number. A script is watched
 * by a platform thread; where the exchange has one already, two turns of threads are saved, which take as long as much of the rest. Safe for use by several threads.
 */
final class ExchangeThreads implements AutoCloseable {
    private static final int MOST_PLATFORM = 64;
    private static final long IDLE_SECONDS = 10;

    private final ThreadFactory virtual =
            Thread.ofVirtual().name("exchange-", 0).factory();

    /** The thread that became idle last is used first. */
    private final ExecutorService platform = new ThreadPoolExecutor(
            0,
            MOST_PLATFORM,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("htbin-exchange-", 1).daemon().factory());

    /**
     * Does something on a thread of its own, from now on.
     *
     * @param slow whether it waits for a client first, which may take its time: such are many, and none of them is given a platform thread
     */
    void start(Runnable work, boolean slow) {
        if (slow) {
            virtual.newThread(work).start();
            return;
        }
        try {
            platform.execute(work);
        } catch (RejectedExecutionException e) {
            virtual.newThread(work).start();
        }
    }

    /** Lets the platform threads end when they are idle; what is started later gets virtual ones. */
    @Override
    public void close() {
        platform.shutdown();
    }
}
