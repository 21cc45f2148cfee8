package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.htbin.cgi.Admission.Claim;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Table and threads: who may run, who waits, in which order, and who is refused. */
@Timeout(60)
class AdmissionTest {
    /** Longer than a test may take: who waits this long was not refused. */
    private static final Duration LONG = Duration.ofDays(1);

    private static final Claim CLAIM = new Claim("a", "1");

    private final LinkedBlockingQueue<String> order = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    @Test
    void refusesWhatTheQueueDoesNotTake() throws Exception {
        var admission = new Admission(Concurrency.of(1, 0).withLongestWait(LONG));
        admission.enter(CLAIM);
        var refusal = assertThrows(CgiFailure.TooManyRunning.class, () -> admission.enter(CLAIM));
        assertEquals(503, refusal.status());
        admission.leave(CLAIM);
        admission.enter(CLAIM);
    }

    @Test
    void refusesWhoWaitedTooLongAndForgetsThem() throws Exception {
        var admission = new Admission(Concurrency.of(1, 1).withLongestWait(Duration.ofMillis(1)));
        admission.enter(CLAIM);
        for (int i = 0; i < 3; i++) {
            var refusal = assertThrows(CgiFailure.TimedOut.class, () -> admission.enter(CLAIM));
            assertEquals(503, refusal.status());
        }
        admission.leave(CLAIM);
        admission.enter(CLAIM);
    }

    @Test
    void letsThoseWhoWaitInByTheOrderInWhichTheyCame() throws Exception {
        var admission = new Admission(Concurrency.of(1, 3).withLongestWait(LONG));
        admission.enter(CLAIM);
        for (String name : List.of("x", "y", "z")) {
            waiting(admission, new Claim(name, name));
        }
        admission.leave(CLAIM);
        join();
        assertEquals(List.of("x", "y", "z"), List.copyOf(order));
    }

    @Test
    void aScriptAtItsBoundHoldsUpNoOther() throws Exception {
        var admission = new Admission(Concurrency.of(3, 8).withPerScript(1).withLongestWait(LONG));
        admission.enter(CLAIM);
        waiting(admission, new Claim("a", "2"));
        admission.enter(new Claim("b", "1"));
        assertEquals(List.of(), List.copyOf(order));
        admission.leave(CLAIM);
        join();
        assertEquals(List.of("a"), List.copyOf(order));
    }

    @Test
    void aClientAtItsBoundHoldsUpNoOther() throws Exception {
        var admission = new Admission(Concurrency.of(3, 8).withPerClient(1).withLongestWait(LONG));
        admission.enter(CLAIM);
        waiting(admission, new Claim("b", "1"));
        admission.enter(new Claim("a", "2"));
        admission.leave(CLAIM);
        join();
        assertEquals(List.of("b"), List.copyOf(order));
    }

    @Test
    void oneClientCannotFillTheQueue() throws Exception {
        var admission = new Admission(Concurrency.of(8, 256).withPerClient(1).withLongestWait(LONG));
        admission.enter(CLAIM);
        for (int i = 0; i < Concurrency.WAITING_PER_SCRIPT; i++) {
            waiting(admission, CLAIM);
        }
        var refusal = assertThrows(CgiFailure.TooManyRunning.class, () -> admission.enter(CLAIM));
        assertEquals("HTB-032", refusal.finding().cause().id());
        admission.enter(new Claim("a", "2"));
        admission.leave(CLAIM);
        join();
    }

    @Test
    void whoIsInterruptedTakesNoPlace() throws Exception {
        var admission = new Admission(Concurrency.of(1, 8).withLongestWait(LONG));
        admission.enter(CLAIM);
        Thread interrupted = waiting(admission, new Claim("x", "x"));
        interrupted.interrupt();
        interrupted.join();
        waiting(admission, new Claim("y", "y"));
        admission.leave(CLAIM);
        join();
        assertEquals(List.of("y"), List.copyOf(order));
        admission.enter(CLAIM);
    }

    @Test
    void addressesOfOneIpv6NetworkAreOneClient() throws Exception {
        CgiRequests request = CgiRequests.get("/cgi-bin/x.cgi");
        LaunchPlan plan = LaunchPlan.of(request.make(), PureConfig.defaults());
        assertEquals(claim(plan, "2001:db8:1:2::3"), claim(plan, "2001:db8:1:2:ffff::1"));
        assertNotEquals(claim(plan, "2001:db8:1:2::3"), claim(plan, "2001:db8:1:3::3"));
        assertNotEquals(claim(plan, "192.0.2.1"), claim(plan, "192.0.2.2"));
    }

    @Test
    void noPlaceIsLostAmongManyThatComeAndGo() throws Exception {
        var admission = new Admission(new Concurrency(4, 2, 2, 1000, Duration.ofMillis(2)));
        var failures = new LinkedBlockingQueue<Throwable>();
        for (int t = 0; t < 16; t++) {
            int seed = t;
            threads.add(Thread.ofPlatform().start(() -> comeAndGo(admission, new Random(seed), failures)));
        }
        join();
        assertEquals(List.of(), List.copyOf(failures));
        for (int i = 0; i < 4; i++) {
            admission.enter(new Claim("s" + i, "c" + i));
        }
        assertThrows(CgiFailure.TimedOut.class, () -> admission.enter(CLAIM));
    }

    private static void comeAndGo(Admission admission, Random random, LinkedBlockingQueue<Throwable> failures) {
        try {
            for (int i = 0; i < 300; i++) {
                var claim = new Claim("s" + random.nextInt(3), "c" + random.nextInt(3));
                try {
                    admission.enter(claim);
                    Thread.onSpinWait();
                    admission.leave(claim);
                } catch (CgiFailure e) {
                    // One that waited too long.
                }
            }
        } catch (InterruptedException | RuntimeException e) {
            failures.add(e);
        }
    }

    private static Claim claim(LaunchPlan plan, String address) throws Exception {
        return Claim.of(plan, new InetSocketAddress(InetAddress.getByName(address), 1));
    }

    private Thread waiting(Admission admission, Claim claim) {
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                admission.enter(claim);
                order.add(claim.script());
                admission.leave(claim);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (CgiFailure e) {
                order.add(e.toString());
            }
        });
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        threads.add(thread);
        return thread;
    }

    private void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
