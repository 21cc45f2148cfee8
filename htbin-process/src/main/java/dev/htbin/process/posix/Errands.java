package dev.htbin.process.posix;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** What the wardens of a profile are to do, first come, first served: what any of them may do, and what one alone can. Safe for use by several threads. */
final class Errands {
    private final Queue<Errand> ofAny = new ArrayDeque<>();
    private final List<Queue<Errand>> ofOne = new ArrayList<>();
    private boolean closed;

    /** Creates none, for so many wardens. */
    Errands(int wardens) {
        for (int i = 0; i < wardens; i++) {
            ofOne.add(new ArrayDeque<>());
        }
    }

    /** Adds one for any warden; returns false, and does nothing, after {@link #close}. */
    synchronized boolean add(Errand errand) {
        if (closed) {
            return false;
        }
        ofAny.add(errand);
        notifyAll();
        return true;
    }

    /** Adds one for the warden of this number, from 0; returns false, and does nothing, after {@link #close}. */
    synchronized boolean add(Errand errand, int warden) {
        if (closed) {
            return false;
        }
        ofOne.get(warden).add(errand);
        notifyAll();
        return true;
    }

    /** Waits for the next of a warden, and takes it; null after {@link #close}, when nothing is left. */
    synchronized @Nullable Errand take(int warden) {
        while (true) {
            Errand errand = ofOne.get(warden).poll();
            if (errand == null) {
                errand = ofAny.poll();
            }
            if (errand != null || closed) {
                return errand;
            }
            try {
                wait();
            } catch (InterruptedException ignored) {
                // Nobody has a reason to interrupt a warden, and a warden has none to end.
            }
        }
    }

    /** Lets the wardens end, when all that was added is done. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
