package dev.htbin.admin;

import dev.htbin.cgi.RunReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** How many scripts ended in each of the last minutes' spans, how they did, and how long they took. Safe for use by several threads. */
final class History {
    /** How long one span is. */
    static final Duration SPAN = Duration.ofSeconds(5);
    /** How many spans are kept: ten minutes. */
    static final int SPANS = 120;

    private final LongSupplier nanos;
    private final Span[] spans = new Span[SPANS];

    History() {
        this(System::nanoTime);
    }

    /** Creates a history by a clock of its own. */
    History(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * What ended in a span.
     *
     * @param number which span, by the clock
     * @param ended how many scripts
     * @param failed how many of those not as they should
     * @param total how long all of them lived
     * @param longest how long the longest did
     */
    record Span(long number, int ended, int failed, Duration total, Duration longest) {
        static Span empty(long number) {
            return new Span(number, 0, 0, Duration.ZERO, Duration.ZERO);
        }

        /** Returns how many ended in a second. */
        double rate() {
            return (double) ended / SPAN.toSeconds();
        }

        /** Returns how long one lived, on average, in milliseconds. */
        double meanMillis() {
            return ended == 0 ? 0 : total.toNanos() / 1e6 / ended;
        }

        private Span with(boolean failure, Duration lived) {
            return new Span(
                    number,
                    ended + 1,
                    failed + (failure ? 1 : 0),
                    total.plus(lived),
                    longest.compareTo(lived) > 0 ? longest : lived);
        }
    }

    synchronized void add(RunReport run) {
        boolean failure = run.outcome() != RunReport.Outcome.SUCCEEDED;
        add(failure, run.times().lived().orElse(Duration.ZERO));
    }

    synchronized void add(boolean failure, Duration lived) {
        long number = Math.floorDiv(nanos.getAsLong(), SPAN.toNanos());
        int place = Math.floorMod(number, SPANS);
        Span present = spans[place];
        spans[place] =
                (present == null || present.number() != number ? Span.empty(number) : present).with(failure, lived);
    }

    /** Returns the spans until now, the oldest first; {@link #SPANS} of them. */
    synchronized List<Span> spans() {
        long last = Math.floorDiv(nanos.getAsLong(), SPAN.toNanos());
        var list = new ArrayList<Span>(SPANS);
        for (long number = last - SPANS + 1; number <= last; number++) {
            Span span = spans[Math.floorMod(number, SPANS)];
            list.add(span == null || span.number() != number ? Span.empty(number) : span);
        }
        return list;
    }
}
