package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Tells on a terminal how far something is that takes longer than a moment; elsewhere nothing. */
final class Progress {
    private static final long EVERY_NANOS = Duration.ofMillis(200).toNanos();

    private final Console console;
    private final LongSupplier clock;
    private long next;
    private boolean shown;

    Progress(Console console, LongSupplier clock) {
        this.console = requireNonNull(console, "console");
        this.clock = clock;
        this.next = clock.getAsLong() + EVERY_NANOS;
    }

    void seen(long files) {
        if ((files & 63) == 0 && clock.getAsLong() - next >= 0 && console.isTerminal()) {
            next = clock.getAsLong() + EVERY_NANOS;
            shown = true;
            console.err().print("\rchecked " + files + " files ");
            console.err().flush();
        }
    }

    /** Removes what was shown. */
    void end() {
        if (shown) {
            console.err().print("\r\033[K");
            console.err().flush();
        }
    }
}
