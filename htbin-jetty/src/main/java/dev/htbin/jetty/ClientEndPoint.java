package dev.htbin.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/** A client's connection, which knows since when the head of a request has been arriving. */
final class ClientEndPoint extends SocketChannelEndPoint {
    /** When the server stops: a connection that was quiet for longer has no request on its way. */
    private static final long QUIET_MILLIS = 1_000;

    private final FirstLine firstLine = new FirstLine();
    private final long idleMillis;
    private volatile long headStart;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);

    private enum Phase {
        /** For a head, or its rest. */
        WAITING,
        EXCHANGING,
        /** The head took too long. */
        REFUSED
    }

    /**
     * Creates the connection.
     *
     * @param idleMillis how long it may be silent
     */
    ClientEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler, long idleMillis) {
        super(channel, selector, key, scheduler);
        this.idleMillis = idleMillis;
        setIdleTimeout(idleMillis);
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        int filled = super.fill(buffer);
        if (filled > 0 && !firstLine.ended()) {
            firstLine.accept(buffer, buffer.limit() - filled);
        }
        if (filled > 0 && headStart == 0 && phase.get() == Phase.WAITING) {
            headStart = System.nanoTime() | 1;
            // A server that stops gives idle connections less.
            setIdleTimeout(idleMillis);
        }
        return filled;
    }

    FirstLine firstLine() {
        return firstLine;
    }

    /**
     * The head is complete, or refused by the parser: what is read from now on belongs to an exchange.
     *
     * @return false if the connection was given up at this very moment: then another thread answers
     */
    boolean beginExchange() {
        boolean begun = phase.compareAndSet(Phase.WAITING, Phase.EXCHANGING) || phase.get() == Phase.EXCHANGING;
        // Last, so that it is never taken for idle in between.
        headStart = 0;
        return begun;
    }

    void endExchange() {
        phase.set(Phase.WAITING);
    }

    /** The server stops: closes an idle connection when it has been quiet for a moment. A client may keep its half open for long after the last response. */
    void closeWhenQuiet() {
        if (isIdle()) {
            setIdleTimeout(QUIET_MILLIS);
        }
    }

    /** Gives the connection up if a head began to arrive more than some nanoseconds ago and is incomplete; tells whether it did, so that the caller answers. */
    boolean refuseHeadOlderThan(long nanos) {
        long start = headStart;
        return start != 0 && System.nanoTime() - start > nanos && phase.compareAndSet(Phase.WAITING, Phase.REFUSED);
    }

    /** Tells whether no request is being read or answered. */
    boolean isIdle() {
        return headStart == 0 && phase.get() == Phase.WAITING;
    }
}
