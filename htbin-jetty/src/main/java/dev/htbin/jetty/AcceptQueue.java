package dev.htbin.jetty;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ManagedSelector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that the operating system has accepted at one socket. A thread that selects takes them, beside its other work: one of their own would have to be
 * woken for each, and wake the other in its turn. Safe for use by several threads.
 */
final class AcceptQueue implements ManagedSelector.Selectable {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptQueue.class);

    /** Then others have their turn. */
    private static final int MOST_AT_ONCE = 64;

    private static final long CLOSE_SECONDS = 2;

    private final ServerSocketChannel channel;
    private final Taker taker;
    private @Nullable ManagedSelector selector;
    private volatile @Nullable SelectionKey key;
    private volatile boolean paused;
    private volatile boolean closed;

    /** Who takes the connections. */
    interface Taker {
        /**
         * Takes one, without waiting.
         *
         * @return false if there is none
         * @throws IOException if the operating system gives none, as when the descriptor table is full
         */
        boolean takeOne() throws IOException;

        /** Is told that the operating system gave none. */
        void failed(IOException failure);
    }

    AcceptQueue(ServerSocketChannel channel, Taker taker) {
        this.channel = channel;
        this.taker = taker;
    }

    /**
     * Begins to take connections.
     *
     * @param on where it waits for them
     */
    void open(ManagedSelector on) throws IOException {
        channel.configureBlocking(false);
        selector = on;
        on.submit(this::register);
    }

    private void register(Selector waiting) {
        if (closed) {
            return;
        }
        try {
            key = channel.register(waiting, interest(), this);
        } catch (IOException e) {
            LOG.error("no connections can be accepted at {}", channel, e);
        }
    }

    /** Returns the next connection; null if there is none. */
    @Nullable
    SocketChannel poll() throws IOException {
        return channel.accept();
    }

    @Override
    public @Nullable Runnable onSelected() {
        try {
            for (int i = 0; i < MOST_AT_ONCE && !closed && !paused; i++) {
                if (!taker.takeOne()) {
                    break;
                }
            }
        } catch (IOException e) {
            if (!closed) {
                taker.failed(e);
            }
        }
        return null;
    }

    @Override
    public void updateKey() {}

    @Override
    public void replaceKey(SelectionKey newKey) {
        key = newKey;
    }

    /** Takes none for a time, or takes them again. */
    void pause(boolean yes) {
        paused = yes;
        ManagedSelector waiting = selector;
        if (waiting != null) {
            waiting.submit(_ -> {
                SelectionKey present = key;
                if (present != null && present.isValid()) {
                    present.interestOps(interest());
                }
            });
        }
    }

    private int interest() {
        return paused ? 0 : SelectionKey.OP_ACCEPT;
    }

    /**
     * Ends the waiting; what is in the queue can still be taken until the listening socket is closed. A channel that is registered with a selector stays open after it is
     * closed, until the selector has had its turn: so that is waited for.
     */
    void close() {
        ManagedSelector waiting = selector;
        if (closed || waiting == null) {
            closed = true;
            return;
        }
        closed = true;
        var forgotten = new CountDownLatch(1);
        waiting.submit(_ -> {
            SelectionKey present = key;
            if (present != null) {
                present.cancel();
            }
            waiting.submit(_ -> forgotten.countDown());
        });
        try {
            if (waiting.isRunning() && !forgotten.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("the selector of {} had no turn", channel);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean closed() {
        return closed;
    }
}
