package dev.htbin.auth;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that is put forward by hand. */
final class Clock implements LongSupplier {
    private final AtomicLong nanos = new AtomicLong(1L << 40);

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    void forward(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
