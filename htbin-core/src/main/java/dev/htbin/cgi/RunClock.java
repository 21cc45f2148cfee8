package dev.htbin.cgi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The times of one run and the deadlines that follow from them. Used by one thread. */
final class RunClock {
    /** How long after the end of its output a script's own end is waited for, to know whether its response is whole. */
    private static final long EXIT_WAIT_NANOS = Duration.ofMillis(250).toNanos();

    private static final long NEVER = -1;

    private final CgiLimits limits;
    private final long start = System.nanoTime();
    private long lastOutput = NEVER;
    private long lastPassedOn = NEVER;
    private long firstOutput = NEVER;
    private long clientFinished = NEVER;
    private long outputEnded = NEVER;
    private long stopped = NEVER;
    private boolean killed;

    RunClock(CgiLimits limits) {
        this.limits = limits;
    }

    /**
     * Output came.
     *
     * @param passedOn whether the client gets it; what is discarded, as the body for HEAD is, is silence to a client that may be gone
     */
    void outputSeen(boolean passedOn) {
        lastOutput = now();
        if (passedOn) {
            lastPassedOn = lastOutput;
        }
        if (firstOutput == NEVER) {
            firstOutput = lastOutput;
        }
    }

    void outputEnded() {
        if (outputEnded == NEVER) {
            outputEnded = now();
        }
    }

    void clientFinished() {
        clientFinished = now();
    }

    void stopped() {
        stopped = now();
    }

    /** Returns nanoseconds since the start. */
    private long now() {
        return System.nanoTime() - start;
    }

    /** Tells whether the first output is old enough to be sent though more may follow at once. */
    boolean lingerIsOver() {
        return firstOutput != NEVER && now() - firstOutput >= ResponseRelay.LINGER.toNanos();
    }

    /** Tells, once, that a script that got SIGTERM must get SIGKILL. */
    boolean killIsDue() {
        if (killed || stopped == NEVER || now() - stopped < limits.grace().toNanos()) {
            return false;
        }
        killed = true;
        return true;
    }

    /** Tells whether a script that got SIGTERM has had its time to end of its own accord. */
    boolean endIsOverdue() {
        return stopped != NEVER && now() - stopped >= EXIT_WAIT_NANOS;
    }

    /** Tells whether the output ended long enough ago that the script must be taken to live on without it. */
    boolean exitIsOverdue() {
        return outputEnded != NEVER && now() - outputEnded >= EXIT_WAIT_NANOS;
    }

    /**
     * Returns why the script's time is over now, if it is.
     *
     * @param answered whether the response is complete: only the total time counts then
     */
    @Nullable
    StopReason due(boolean answered) {
        if (stopped != NEVER) {
            return null;
        }
        long now = now();
        if (now >= limits.total().toNanos()) {
            return StopReason.TOTAL_TIME;
        }
        if (answered || outputEnded != NEVER) {
            return null;
        }
        if (clientFinished != NEVER
                && now >= silentSince(clientFinished) + limits.halfClosed().toNanos()) {
            return StopReason.CLIENT_GONE;
        }
        if (lastOutput == NEVER) {
            return now >= limits.firstByte().toNanos() ? StopReason.NO_FIRST_BYTE : null;
        }
        return now >= lastOutput + limits.silence().toNanos() ? StopReason.SILENT : null;
    }

    private long silentSince(long moment) {
        return Math.max(moment, lastPassedOn);
    }

    /**
     * Returns how long nothing is due.
     *
     * @param linger whether something waits to be sent until {@link ResponseRelay#LINGER} after the first output
     * @param answered whether the response is complete
     */
    Duration untilNext(boolean linger, boolean answered) {
        long next;
        if (stopped != NEVER) {
            next = killed ? now() + EXIT_WAIT_NANOS : stopped + limits.grace().toNanos();
            if (!answered && !endIsOverdue()) {
                next = Math.min(next, stopped + EXIT_WAIT_NANOS);
            }
        } else {
            next = limits.total().toNanos();
            if (!answered && outputEnded == NEVER) {
                next = Math.min(
                        next,
                        lastOutput == NEVER
                                ? limits.firstByte().toNanos()
                                : lastOutput + limits.silence().toNanos());
                if (clientFinished != NEVER) {
                    next = Math.min(
                            next,
                            silentSince(clientFinished) + limits.halfClosed().toNanos());
                }
            }
        }
        if (!answered && outputEnded != NEVER) {
            next = Math.min(next, outputEnded + EXIT_WAIT_NANOS);
        }
        if (linger && firstOutput != NEVER) {
            next = Math.min(next, firstOutput + ResponseRelay.LINGER.toNanos());
        }
        return Duration.ofNanos(Math.max(0, next - now()));
    }
}
