package dev.htbin.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.auth.AttemptLimits.Rate;
import dev.htbin.auth.Attempts.Pair;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Table: who is refused, by a clock that is put forward by hand. */
class AttemptsTest {
    private static final Duration NO_TIME = Duration.ZERO;

    private final Clock clock = new Clock();
    private final Attempts attempts = new Attempts(
            new AttemptLimits(
                    new Rate(3, Duration.ofSeconds(10)),
                    new Rate(6, Duration.ofSeconds(1)),
                    new Rate(8, Duration.ofSeconds(100)),
                    Duration.ofSeconds(2)),
            clock);

    @Test
    void aClientThatFailsTooOftenWaits() {
        fail("c", "ann", 2);
        assertEquals(NO_TIME, until("c", "ann"));
        fail("c", "ann", 1);
        assertEquals(Duration.ofSeconds(10), until("c", "ann"));
        clock.forward(Duration.ofSeconds(4));
        assertEquals(Duration.ofSeconds(6), until("c", "ann"));
        clock.forward(Duration.ofSeconds(6));
        assertEquals(NO_TIME, until("c", "ann"));
        fail("c", "ann", 1);
        assertEquals(Duration.ofSeconds(10), until("c", "ann"), "one more, not three");
    }

    @Test
    void nobodyIsRefusedForWhatOthersDo() {
        fail("evil", "ann", 100);
        assertEquals(NO_TIME, until("home", "ann"));
        assertTrue(until("evil", "ann").isPositive());
    }

    @Test
    void oneThatGuessesManyNamesWaitsForAll() {
        for (int i = 0; i < 6; i++) {
            assertEquals(NO_TIME, until("c", "user" + i));
            fail("c", "user" + i, 1);
        }
        assertEquals(Duration.ofSeconds(1), until("c", "other"));
    }

    @Test
    void oneThatHasLoggedInThereBeforeDoesNotWaitForItsNeighbour() {
        attempts.succeeded(new Pair("office", "ann"));
        for (int i = 0; i < 10; i++) {
            fail("office", "user" + i, 1);
        }
        assertTrue(until("office", "bob").isPositive());
        assertEquals(NO_TIME, until("office", "ann"));
    }

    @Test
    void aSuccessWipesOutNoFailure() {
        fail("c", "ann", 3);
        attempts.succeeded(new Pair("c", "ann"));
        attempts.succeeded(new Pair("c", "mallory"));
        assertTrue(until("c", "ann").isPositive());
    }

    @Test
    void aUserWhomManyGuessAtIsSlowedDownWhereItNeverWasBefore() {
        attempts.succeeded(new Pair("home", "ann"));
        for (int i = 0; i < 8; i++) {
            assertEquals(NO_TIME, attempts.judge(new Pair("new", "ann")).delay());
            fail("bot" + i, "ann", 1);
        }
        assertEquals(
                Duration.ofSeconds(2), attempts.judge(new Pair("new", "ann")).delay());
        assertEquals(NO_TIME, until("new", "ann"), "but not refused");
        assertEquals(NO_TIME, attempts.judge(new Pair("home", "ann")).delay());
    }

    @Test
    void anIpv6NetworkIsOneClient() {
        assertEquals(pair("2001:db8::1"), pair("2001:db8::ffff:2"));
        assertFalse(pair("2001:db8::1").equals(pair("2001:db8:0:1::1")));
        assertFalse(pair("192.0.2.1").equals(pair("192.0.2.2")));
    }

    @Test
    void whatIsKeptIsBounded() {
        fail("c", "ann", 3);
        for (int i = 0; i < 30_000; i++) {
            fail("c" + i, "user" + i, 1);
        }
        assertEquals(NO_TIME, until("c", "ann"), "the one that was used longest ago is forgotten");
    }

    private Duration until(String client, String user) {
        return attempts.judge(new Pair(client, user)).untilNext();
    }

    private void fail(String client, String user, int times) {
        for (int i = 0; i < times; i++) {
            attempts.failed(new Pair(client, user));
        }
    }

    private static Pair pair(String address) {
        return Pair.of(new InetSocketAddress(InetAddress.ofLiteral(address), 1), "u");
    }
}
