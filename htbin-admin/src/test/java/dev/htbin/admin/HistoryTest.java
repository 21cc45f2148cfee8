package dev.htbin.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.admin.History.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table: what is kept of the last minutes, and the axes that it is drawn on. */
class HistoryTest {
    private static final int CASES = 300;

    private final AtomicLong now = new AtomicLong(-7_000_000_000L);
    private final History history = new History(now::get);

    @Test
    void countsWhatEndedInASpan() {
        history.add(Kind.GOOD, Duration.ofMillis(10));
        history.add(Kind.FAILED, Duration.ofMillis(30));
        history.add(Kind.REFUSED, Duration.ZERO);
        List<History.Span> spans = history.spans();
        assertEquals(History.SPANS, spans.size());
        History.Span last = spans.getLast();
        assertEquals(0.6, last.rate(), 1e-9);
        assertEquals(0.2, last.rate(Kind.FAILED));
        assertEquals(30, last.millis(1));
        assertEquals(10, last.millis(.5), 2);
        assertEquals(10, last.millis(.1), 2, "a time that is not known is none");
        assertEquals(0, spans.getFirst().rate());
        assertEquals(0, spans.getFirst().millis(.5));
    }

    @Test
    void movesOnAndForgets() {
        history.add(Kind.GOOD, Duration.ofMillis(10));
        now.addAndGet(History.SPAN.toNanos());
        history.add(Kind.GOOD, Duration.ofMillis(10));
        history.add(Kind.GOOD, Duration.ofMillis(10));
        assertEquals(0.2, history.spans().get(History.SPANS - 2).rate());
        assertEquals(0.4, history.spans().getLast().rate());
        now.addAndGet(History.SPAN.toNanos() * (History.SPANS - 1));
        assertEquals(0.4, history.spans().getFirst().rate());
        now.addAndGet(History.SPAN.toNanos());
        assertEquals(0, history.spans().stream().mapToDouble(History.Span::rate).sum());
    }

    /** What is drawn below what failed is not told as if it had been refused. */
    @Test
    void aKeyHasTheFigureOfItsOwnKind() {
        history.add(Kind.FAILED, Duration.ofMillis(10));
        now.addAndGet(History.SPAN.toNanos());
        var html = new StringBuilder();
        LivePage.REQUESTS.write(history.spans(), html);
        for (String key : List.of(">all 0.2<", ">4xx 0<", ">5xx or broken off 0.2<")) {
            assertTrue(html.toString().contains(key), html::toString);
        }
    }

    @Test
    void knowsTimesToAFifth() {
        Random random = new Random(7532);
        for (int i = 0; i < CASES; i++) {
            now.addAndGet(History.SPAN.toNanos());
            long[] micros = new long[1 + random.nextInt(50)];
            for (int j = 0; j < micros.length; j++) {
                micros[j] = random.nextLong(1L << random.nextInt(1, 45));
                history.add(Kind.GOOD, Duration.ofNanos(micros[j] * 1000 + 1));
            }
            Arrays.sort(micros);
            History.Span span = history.spans().getLast();
            for (double share : new double[] {.01, .5, .99, 1}) {
                long exact = micros[(int) Math.ceil(share * micros.length) - 1];
                double found = span.millis(share) * 1000;
                assertTrue(found >= exact - 1e-3 && found <= exact * 1.25 + 1e-3, found + " for " + exact);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0.1", "0.1, 0.1", "0.11, 0.2", "0.6, 1", "1, 1", "4.9, 5", "5.1, 10", "1234, 2000", "77777, 100000"
    })
    void anAxisEndsAtARoundFigure(double greatest, double end) {
        assertEquals(end, Plot.axisEnd(greatest), end * 1e-9);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.1, 0.1", "0.05, 0.05", "0.254, 0.25", "1, 1", "2.54, 2.5", "99.5, 99.5", "1234.6, 1235"})
    void aFigureHasTheDecimalsThatItIsWorth(double value, String text) {
        assertEquals(text, Plot.number(value));
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 0 s",
        "0, 0 s",
        "59, 59 s",
        "60, 1 min 00 s",
        "3599, 59 min 59 s",
        "3600, 1 h 00 min",
        "90061, 25 h 01 min"
    })
    void anAgeIsSaidAsPeopleSayIt(long seconds, String text) {
        assertEquals(text, LivePage.age(Duration.ofSeconds(seconds)));
    }
}
