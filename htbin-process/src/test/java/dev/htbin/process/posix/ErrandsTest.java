package dev.htbin.process.posix;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads: each errand is done once, by whom it is for, and none is forgotten. */
@Timeout(60)
class ErrandsTest {
    private static final int WARDENS = 3;
    private static final int SENDERS = 4;
    private static final int ERRANDS_OF_EACH = 2_000;

    private final ConcurrentMap<Errand, Integer> doneBy = new ConcurrentHashMap<>();

    private static final class Nothing extends Errand {
        @Override
        void perform(WardenMemory memory) {}
    }

    @Test
    void everyErrandIsTakenByWhomItIsFor() throws InterruptedException {
        var errands = new Errands(WARDENS, 1);
        ConcurrentMap<Errand, Integer> wanted = new ConcurrentHashMap<>();
        var wardens = new ArrayList<Thread>();
        for (int i = 0; i <= WARDENS; i++) {
            int number = i;
            wardens.add(Thread.ofPlatform().start(() -> work(errands, number)));
        }
        var senders = new ArrayList<Thread>();
        for (int i = 0; i < SENDERS; i++) {
            var random = new Random(i);
            senders.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < ERRANDS_OF_EACH; n++) {
                    var errand = new Nothing();
                    int warden = random.nextInt(-1, WARDENS + 1);
                    wanted.put(errand, warden);
                    assertTrue(warden < 0 ? errands.add(errand) : errands.add(errand, warden));
                }
            }));
        }
        join(senders);
        errands.close();
        join(wardens);
        assertEquals(SENDERS * ERRANDS_OF_EACH, doneBy.size());
        // The last one is apart, and does nothing that any may do.
        wanted.forEach((errand, warden) -> assertTrue(
                warden < 0 ? requireNonNull(doneBy.get(errand)) < WARDENS : warden.equals(doneBy.get(errand))));
        assertFalse(errands.add(new Nothing()));
        assertFalse(errands.add(new Nothing(), 0));
    }

    private void work(Errands errands, int number) {
        for (Errand errand = errands.take(number); errand != null; errand = errands.take(number)) {
            Integer before = doneBy.put(errand, number);
            assertNull(before);
        }
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
