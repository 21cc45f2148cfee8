package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.HttpException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdmissionTest {
    /** Longer than a test may take: who waits this long was not refused. */
    private static final Duration LONG = Duration.ofDays(1);

    @Test
    void refusesWithRetryAfterWhatTheQueueDoesNotTake() throws InterruptedException {
        var admission = new Admission(1, 0, LONG);
        admission.enter();
        HttpException refusal = assertThrows(HttpException.class, admission::enter);
        assertEquals(503, refusal.status());
        assertTrue(refusal.fields().contains("Retry-After"));
        admission.leave();
        admission.enter();
    }

    @Test
    void refusesWhoWaitedTooLong() throws InterruptedException {
        var admission = new Admission(1, 1, Duration.ofMillis(1));
        admission.enter();
        assertEquals(503, assertThrows(HttpException.class, admission::enter).status());
    }

    @Test
    void letsThoseWhoWaitInByTheOrderInWhichTheyCame() throws InterruptedException {
        var admission = new Admission(1, 3, LONG);
        admission.enter();
        var order = new LinkedBlockingQueue<Integer>();
        var waiting = new ArrayList<Thread>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            Thread thread = Thread.ofPlatform().start(() -> {
                try {
                    admission.enter();
                    order.add(number);
                    admission.leave();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            waiting.add(thread);
        }
        admission.leave();
        for (Thread thread : waiting) {
            thread.join();
        }
        assertEquals(List.of(0, 1, 2), List.copyOf(order));
    }
}
