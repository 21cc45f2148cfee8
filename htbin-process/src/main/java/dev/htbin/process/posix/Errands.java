package dev.htbin.process.posix;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the wardens of a profile are to do, first come, first served: what any of them may do, and what one alone can. Each new errand wakes one warden, the one that
 * became idle last. Safe for use by several threads.
 */
final class Errands {
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Errand> ofAny = new ArrayDeque<>();
    private final List<Place> places = new ArrayList<>();
    /** Those who wait and have not been woken yet. */
    private final Deque<Place> idle = new ArrayDeque<>();

    private boolean closed;

    /** Where one warden waits for what any may do, and for what is its own. */
    private final class Place {
        final Queue<Errand> own = new ArrayDeque<>();
        final Condition work = lock.newCondition();
        final boolean apart;

        Place(boolean apart) {
            this.apart = apart;
        }
    }

    /**
     * Creates none.
     *
     * @param wardens how many perform what any may
     * @param apart how many more, with the highest numbers, perform their own alone
     */
    Errands(int wardens, int apart) {
        for (int i = 0; i < wardens + apart; i++) {
            places.add(new Place(i >= wardens));
        }
    }

    /** Adds one for any warden; returns false, and does nothing, after {@link #close}. */
    boolean add(Errand errand) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            ofAny.add(errand);
            Place place = idle.pollLast();
            if (place != null) {
                place.work.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Adds one for the warden of this number, from 0; returns false, and does nothing, after {@link #close}. */
    boolean add(Errand errand, int warden) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            Place place = places.get(warden);
            place.own.add(errand);
            if (place.apart || idle.remove(place)) {
                place.work.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next of a warden, and takes it; null after {@link #close}, when nothing is left. */
    @Nullable
    Errand take(int warden) {
        Place place = places.get(warden);
        lock.lock();
        try {
            while (true) {
                Errand errand = place.own.poll();
                if (errand == null && !place.apart) {
                    errand = ofAny.poll();
                }
                if (errand != null || closed) {
                    return errand;
                }
                if (!place.apart) {
                    idle.addLast(place);
                }
                // Nobody has a reason to interrupt a warden, and a warden has none to end.
                place.work.awaitUninterruptibly();
                idle.remove(place);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets the wardens end, when all that was added is done. */
    void close() {
        lock.lock();
        try {
            closed = true;
            places.forEach(place -> place.work.signal());
        } finally {
            lock.unlock();
        }
    }
}
