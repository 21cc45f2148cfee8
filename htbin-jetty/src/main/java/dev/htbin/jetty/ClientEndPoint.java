package dev.htbin.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/** A client's connection, which knows since when the head of a request has been arriving. */
final class ClientEndPoint extends SocketChannelEndPoint {
    private final FirstLine firstLine = new FirstLine();
    private volatile long headStart;
    private volatile boolean exchanging;

    ClientEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        int filled = super.fill(buffer);
        if (filled > 0 && !firstLine.ended()) {
            firstLine.accept(buffer, buffer.limit() - filled);
        }
        if (filled > 0 && !exchanging && headStart == 0) {
            headStart = System.nanoTime() | 1;
        }
        return filled;
    }

    FirstLine firstLine() {
        return firstLine;
    }

    /** The head is complete, or refused: what is read from now on belongs to an exchange. */
    void beginExchange() {
        exchanging = true;
        headStart = 0;
    }

    void endExchange() {
        exchanging = false;
    }

    /** Tells whether a head began to arrive more than some nanoseconds ago and is incomplete. */
    boolean headIsOlderThan(long nanos) {
        long start = headStart;
        return start != 0 && System.nanoTime() - start > nanos;
    }
}
