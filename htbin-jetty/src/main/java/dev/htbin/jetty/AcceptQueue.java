package dev.htbin.jetty;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The connections that the operating system has accepted and keeps until the server takes them. One thread waits for them; another one may end its waiting and take
 * the rest, which no blocking {@code accept} allows.
 */
final class AcceptQueue {
    private volatile @Nullable ServerSocketChannel channel;
    private volatile @Nullable Selector selector;
    private volatile boolean closed;

    void open(ServerSocketChannel listening) throws IOException {
        listening.configureBlocking(false);
        Selector waiting = Selector.open();
        listening.register(waiting, SelectionKey.OP_ACCEPT);
        selector = waiting;
        channel = listening;
    }

    /**
     * Waits until a connection is there.
     *
     * @throws ClosedChannelException if nobody is to wait any longer
     */
    void await() throws IOException {
        Selector waiting = selector;
        if (waiting == null || closed || Thread.currentThread().isInterrupted()) {
            throw new ClosedChannelException();
        }
        try {
            waiting.select(key -> {});
        } catch (ClosedSelectorException e) {
            throw new ClosedChannelException();
        }
    }

    /**
     * Takes the next connection if one is there.
     *
     * @throws IOException if the operating system gives none, as when the descriptor table is full
     */
    @Nullable
    SocketChannel poll() throws IOException {
        ServerSocketChannel listening = channel;
        return listening == null ? null : listening.accept();
    }

    /** Ends the waiting; what is in the queue can still be taken until the listening socket is closed. */
    void close() {
        closed = true;
        Selector waiting = selector;
        if (waiting != null) {
            try {
                waiting.close();
            } catch (IOException e) {
                // It waits for nothing any longer.
            }
        }
    }

    boolean closed() {
        return closed;
    }
}
