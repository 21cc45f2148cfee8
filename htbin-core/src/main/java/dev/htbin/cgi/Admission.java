package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The bounds on how many scripts run at once, and the FIFO queue, bounded too, of the requests that wait for their turn. Safe for use by several threads. */
final class Admission {
    private static final int NETWORK_BYTES = 8;

    private Concurrency most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private final Map<String, Load> scripts = new HashMap<>();
    private final Map<String, Load> clients = new HashMap<>();
    private int running;

    Admission(Concurrency most) {
        this.most = requireNonNull(most, "most");
    }

    /**
     * What is asked for.
     *
     * @param script which script is to run
     * @param client for whom
     */
    record Claim(String script, String client) {
        static Claim of(LaunchPlan plan, InetSocketAddress client) {
            return new Claim(plan.script().file().toString(), textOf(client));
        }

        /** Whoever has an IPv6 address has at least the 64 bits of addresses beside it. */
        private static String textOf(InetSocketAddress client) {
            return client.getAddress() instanceof Inet6Address six
                    ? HexFormat.of().formatHex(Arrays.copyOf(six.getAddress(), NETWORK_BYTES))
                    : client.getAddress() == null
                            ? client.getHostString()
                            : client.getAddress().getHostAddress();
        }
    }

    /** What there is of one script, or of one client. */
    private static final class Load {
        int running;
        int waiting;
    }

    private final class Waiting {
        final Claim claim;
        final Condition turn = lock.newCondition();
        boolean admitted;

        Waiting(Claim claim) {
            this.claim = claim;
        }
    }

    /**
     * Takes a place, after all that came before and wait for the same. The caller gives it back with {@link #leave}.
     *
     * @throws CgiFailure.TooManyRunning if as many wait as may
     * @throws CgiFailure.TimedOut if the wait was too long
     * @throws InterruptedException if the thread is interrupted while it waits; no place is taken then
     */
    void enter(Claim claim) throws CgiFailure, InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!hasRoom(claim)) {
                await(claim);
            } else {
                count(claim, 1, 0);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has other bounds from now on; who runs goes on, and who waits keeps its place. */
    void bound(Concurrency other) {
        lock.lock();
        try {
            most = requireNonNull(other, "other");
            admitWaiting();
        } finally {
            lock.unlock();
        }
    }

    /** Gives a place back. */
    void leave(Claim claim) {
        lock.lock();
        try {
            count(claim, -1, 0);
            admitWaiting();
        } finally {
            lock.unlock();
        }
    }

    private void await(Claim claim) throws CgiFailure, InterruptedException {
        requireRoomToWait(claim);
        var waiting = new Waiting(claim);
        queue.add(waiting);
        count(claim, 0, 1);
        boolean left = true;
        try {
            long nanos = most.longestWait().toNanos();
            while (!waiting.admitted && nanos > 0) {
                nanos = waiting.turn.awaitNanos(nanos);
            }
            left = !waiting.admitted;
        } finally {
            if (left && !waiting.admitted) {
                queue.remove(waiting);
                count(claim, 0, -1);
            } else if (left) {
                // Interrupted in the moment of its turn.
                count(claim, -1, 0);
                admitWaiting();
            }
        }
        if (left) {
            throw new CgiFailure.TimedOut(CgiFailure.TimedOut.Phase.QUEUE, most.longestWait());
        }
    }

    private void requireRoomToWait(Claim claim) throws CgiFailure {
        if (queue.size() >= most.queue()) {
            throw new CgiFailure.TooManyRunning(running, queue.size(), "");
        }
        Load script = scripts.getOrDefault(claim.script(), new Load());
        if (isFull(script, most.perScript())) {
            throw new CgiFailure.TooManyRunning(script.running, script.waiting, " for this script");
        }
        Load client = clients.getOrDefault(claim.client(), new Load());
        if (isFull(client, most.perClient())) {
            throw new CgiFailure.TooManyRunning(client.running, client.waiting, " for client " + claim.client());
        }
    }

    private static boolean isFull(Load load, int most) {
        return load.waiting / Concurrency.WAITING_PER_SCRIPT >= most;
    }

    /** Those who wait were looked at when a place became free: whom there is room for now, none of them waits for. */
    private boolean hasRoom(Claim claim) {
        Load script = scripts.get(claim.script());
        Load client = clients.get(claim.client());
        return running < most.scripts()
                && (script == null || script.running < most.perScript())
                && (client == null || client.running < most.perClient());
    }

    private void admitWaiting() {
        Iterator<Waiting> inOrder = queue.iterator();
        while (running < most.scripts() && inOrder.hasNext()) {
            Waiting next = inOrder.next();
            if (hasRoom(next.claim)) {
                inOrder.remove();
                count(next.claim, 1, -1);
                next.admitted = true;
                next.turn.signal();
            }
        }
    }

    private void count(Claim claim, int more, int moreWaiting) {
        running += more;
        count(scripts, claim.script(), more, moreWaiting);
        count(clients, claim.client(), more, moreWaiting);
    }

    private static void count(Map<String, Load> loads, String key, int more, int moreWaiting) {
        Load load = loads.computeIfAbsent(key, _ -> new Load());
        load.running += more;
        load.waiting += moreWaiting;
        if (load.running == 0 && load.waiting == 0) {
            loads.remove(key);
        }
    }
}
