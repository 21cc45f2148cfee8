package dev.htbin.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExchangeThreadsTest {
    private final ExchangeThreads threads = new ExchangeThreads();
    private final BlockingQueue<Boolean> started = new LinkedBlockingQueue<>();
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void close() {
        end.countDown();
        threads.close();
    }

    /** Starts work that waits; tells how many of it, by whether its thread is virtual, have begun. */
    private Map<Boolean, Integer> start(int count, boolean slow) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            threads.start(
                    () -> {
                        started.add(Thread.currentThread().isVirtual());
                        try {
                            end.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    slow);
        }
        Map<Boolean, Integer> begun = new HashMap<>();
        for (int i = 0; i < count; i++) {
            begun.merge(started.take(), 1, Integer::sum);
        }
        return begun;
    }

    @Test
    void allThatWaitsBeginsOnFewPlatformThreadsAndAnyNumberOfVirtualOnes() throws InterruptedException {
        assertEquals(Map.of(false, 64, true, 936), start(1000, false));
    }

    @Test
    void whatWaitsForAClientGetsNoPlatformThread() throws InterruptedException {
        assertEquals(Map.of(true, 100), start(100, true));
        assertEquals(Map.of(false, 1), start(1, false));
    }

    @Test
    void whatComesAfterTheCloseBeginsAllTheSame() throws InterruptedException {
        threads.close();
        assertEquals(Map.of(true, 3), start(3, false));
    }
}
