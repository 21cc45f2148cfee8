package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RunClockTest {
    @Test
    void outputThatIsDiscardedDoesNotKeepAScriptOfAFinishedClientAlive() {
        var clock = new RunClock(CgiLimits.defaults());
        clock.clientFinished();
        spendAMillisecond();
        Duration before = clock.untilNext(false, false);
        clock.outputSeen(false);
        assertTrue(clock.untilNext(false, false).compareTo(before) <= 0, "the deadline stays where it was");
    }

    private static void spendAMillisecond() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < 1_000_000) {
            Thread.onSpinWait();
        }
    }
}
