package dev.htbin.admin;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.LongSupplier;

/** How many things ended in each of the last minutes' spans, how they did, and how long they took. Safe for use by several threads, none of which waits for another. */
final class History {
    /** How long one span is. */
    static final Duration SPAN = Duration.ofSeconds(5);
    /** How many spans are kept: ten minutes. */
    static final int SPANS = 120;

    private final LongSupplier nanos;
    private final AtomicReferenceArray<Span> spans = new AtomicReferenceArray<>(SPANS);

    History() {
        this(System::nanoTime);
    }

    /** Creates a history by a clock of its own. */
    History(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** How something ended. */
    enum Kind {
        GOOD,
        /** By the client's fault. */
        REFUSED,
        FAILED
    }

    /** What ended in a span. */
    static final class Span {
        /** A time is known by its power of two, in microseconds, and two bits more: to a fifth of it. */
        private static final int BUCKETS = 4 * Long.SIZE;

        private final long number;
        private final Map<Kind, AtomicInteger> ended = new EnumMap<>(Kind.class);
        private final AtomicIntegerArray times = new AtomicIntegerArray(BUCKETS);
        private final LongAccumulator longest = new LongAccumulator(Math::max, 0);

        private Span(long number) {
            this.number = number;
            for (Kind kind : Kind.values()) {
                ended.put(kind, new AtomicInteger());
            }
        }

        private void add(Kind kind, long micros) {
            count(kind).incrementAndGet();
            if (micros >= 0) {
                times.incrementAndGet(bucketOf(micros));
                longest.accumulate(micros);
            }
        }

        /** Returns how many ended so in a second. */
        double rate(Kind kind) {
            return (double) count(kind).get() / SPAN.toSeconds();
        }

        /** Returns how many ended in a second. */
        double rate() {
            double rate = 0;
            for (Kind kind : Kind.values()) {
                rate += rate(kind);
            }
            return rate;
        }

        /**
         * Returns a time that so many did not exceed, in milliseconds, to a fifth of it; 0 when nothing ended.
         *
         * @param share of all, above 0 and at most 1
         */
        double millis(double share) {
            long count = 0;
            for (int i = 0; i < BUCKETS; i++) {
                count += times.get(i);
            }
            long wanted = (long) Math.ceil(share * count);
            long seen = 0;
            for (int i = 0; i < BUCKETS && wanted > 0; i++) {
                seen += times.get(i);
                if (seen >= wanted) {
                    return Math.min(mostOf(i), longest.get()) / 1e3;
                }
            }
            return 0;
        }

        private AtomicInteger count(Kind kind) {
            return requireNonNull(ended.get(kind));
        }

        private static int bucketOf(long micros) {
            if (micros < 4) {
                return (int) Math.max(0, micros);
            }
            int power = 63 - Long.numberOfLeadingZeros(micros);
            return 4 * (power - 1) + (int) (micros >> (power - 2) & 3);
        }

        /** Returns the longest time of a bucket. */
        private static long mostOf(int bucket) {
            return bucket < 4 ? bucket : (((bucket & 3) + 5L) << (bucket / 4 - 1)) - 1;
        }
    }

    /**
     * Counts something that has just ended.
     *
     * @param lasted how long; zero: not known
     */
    void add(Kind kind, Duration lasted) {
        long number = Math.floorDiv(nanos.getAsLong(), SPAN.toNanos());
        int place = Math.floorMod(number, SPANS);
        Span present = spans.get(place);
        if (present == null || present.number < number) {
            var fresh = new Span(number);
            Span found = spans.compareAndExchange(place, present, fresh);
            present = found == present ? fresh : found;
        }
        if (present != null) {
            present.add(kind, lasted.isZero() ? -1 : lasted.toNanos() / 1000);
        }
    }

    /** Returns the spans until now, the oldest first; {@link #SPANS} of them. */
    List<Span> spans() {
        long last = Math.floorDiv(nanos.getAsLong(), SPAN.toNanos());
        var list = new ArrayList<Span>(SPANS);
        for (long number = last - SPANS + 1; number <= last; number++) {
            Span span = spans.get(Math.floorMod(number, SPANS));
            list.add(span == null || span.number != number ? new Span(number) : span);
        }
        return list;
    }
}
