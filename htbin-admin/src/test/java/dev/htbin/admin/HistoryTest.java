package dev.htbin.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Table: what is kept of the last minutes. */
class HistoryTest {
    private final AtomicLong now = new AtomicLong(-7_000_000_000L);
    private final History history = new History(now::get);

    @Test
    void countsWhatEndedInASpan() {
        history.add(false, Duration.ofMillis(10));
        history.add(true, Duration.ofMillis(30));
        List<History.Span> spans = history.spans();
        assertEquals(History.SPANS, spans.size());
        History.Span last = spans.getLast();
        assertEquals(2, last.ended());
        assertEquals(1, last.failed());
        assertEquals(20, last.meanMillis());
        assertEquals(0.4, last.rate());
        assertEquals(Duration.ofMillis(30), last.longest());
        assertEquals(0, spans.getFirst().ended());
    }

    @Test
    void movesOnAndForgets() {
        history.add(false, Duration.ofMillis(10));
        now.addAndGet(History.SPAN.toNanos());
        history.add(false, Duration.ofMillis(10));
        history.add(false, Duration.ofMillis(10));
        assertEquals(1, history.spans().get(History.SPANS - 2).ended());
        assertEquals(2, history.spans().getLast().ended());
        now.addAndGet(History.SPAN.toNanos() * (History.SPANS - 1));
        assertEquals(2, history.spans().getFirst().ended());
        now.addAndGet(History.SPAN.toNanos());
        assertEquals(0, history.spans().stream().mapToInt(History.Span::ended).sum());
    }
}
