package dev.htbin.jetty;

import dev.htbin.http.Tls;
import dev.htbin.jetty.tls.TlsConfig.UserName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection, as the operating system has it. Knows since when the client has owed the rest of something: of the TLS handshake, of a PROXY header, or of
 * the head of a request.
 */
final class ClientEndPoint extends WatchedEndPoint {
    /** When the server stops: a connection that was quiet for longer has no request on its way. */
    private static final long QUIET_MILLIS = 1_000;

    private final FirstLine firstLine = new FirstLine();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.PREPARING);
    private final AtomicInteger streams = new AtomicInteger();
    private volatile long owingSince;
    private volatile long lastStreamEnd;
    private volatile boolean multiplexed;
    private final long idleMillis;
    private final UserName user;
    private volatile boolean tlsKnown;
    private volatile @Nullable Tls tls;

    /** The selector of the connection that this thread is ending, if it has no exchange. */
    private static final ThreadLocal<@Nullable ManagedSelector> ENDING = new ThreadLocal<>();

    private final ManagedSelector selector;

    private enum Phase {
        /** TLS or a PROXY header is expected; HTTP comes after it. */
        PREPARING,
        /** For a head, or its rest. */
        WAITING,
        EXCHANGING,
        /** What the client owes took too long. */
        REFUSED
    }

    /**
     * Creates the end point of a connection.
     *
     * @param idleMillis how long it may be silent
     * @param user which name of a client's certificate is the user's
     */
    ClientEndPoint(
            SocketChannel channel,
            ManagedSelector selector,
            SelectionKey key,
            Scheduler scheduler,
            long idleMillis,
            UserName user) {
        super(channel, selector, key, scheduler);
        this.selector = selector;
        this.idleMillis = idleMillis;
        setIdleTimeout(idleMillis);
        this.user = user;
    }

    /** Returns the connection that a layer of it, such as TLS, stands on; null if it is none of a client. */
    static @Nullable ClientEndPoint of(@Nullable EndPoint layer) {
        EndPoint endPoint = layer;
        while (endPoint instanceof EndPoint.Wrapper wrapper) {
            endPoint = wrapper.unwrap();
        }
        return endPoint instanceof ClientEndPoint client ? client : null;
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        int filled = super.fill(buffer);
        if (filled > 0 && owingSince == 0 && phase.get() == Phase.PREPARING) {
            owingSince = System.nanoTime() | 1;
            // A server that stops gives idle connections less.
            setIdleTimeout(idleMillis);
        }
        return filled;
    }

    @Override
    public void onClose(Throwable cause) {
        if (!isIdle()) {
            super.onClose(cause);
            return;
        }
        ENDING.set(selector);
        try {
            super.onClose(cause);
        } finally {
            ENDING.remove();
        }
    }

    /** Returns the selector whose thread is to be told of the end of a connection that ends just now on this thread; null if it is to be told otherwise. */
    static @Nullable ManagedSelector quietlyEnding() {
        return ENDING.get();
    }

    /** TLS and PROXY header are behind: what the client sends from now on is HTTP. */
    void prepared() {
        phase.compareAndSet(Phase.PREPARING, Phase.WAITING);
        owingSince = 0;
    }

    /** Octets of HTTP/1 came, at the end of the buffer. */
    void received(ByteBuffer buffer, int filled) {
        if (multiplexed) {
            return;
        }
        if (!firstLine.ended()) {
            firstLine.accept(buffer, buffer.limit() - filled);
        }
        if (owingSince == 0 && phase.get() == Phase.WAITING) {
            owingSince = System.nanoTime() | 1;
            setIdleTimeout(idleMillis);
        }
    }

    /** HTTP/2 is spoken from now on: heads share the connection, and none is waited for. */
    void multiplex() {
        multiplexed = true;
        lastStreamEnd = System.nanoTime();
        if (phase.get() != Phase.PREPARING) {
            owingSince = 0;
        }
    }

    boolean multiplexed() {
        return multiplexed;
    }

    /**
     * Returns what is known of the connection's TLS, empty when it is in clear.
     *
     * @param layer the connection as HTTP has it, its handshake done
     */
    Optional<Tls> tls(EndPoint layer) {
        if (!tlsKnown) {
            tls = TlsSession.of(layer, user).orElse(null);
            tlsKnown = true;
        }
        return Optional.ofNullable(tls);
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
        if (multiplexed) {
            streams.incrementAndGet();
            setIdleTimeout(idleMillis);
            return true;
        }
        phase.compareAndSet(Phase.PREPARING, Phase.WAITING);
        boolean begun = phase.compareAndSet(Phase.WAITING, Phase.EXCHANGING) || phase.get() == Phase.EXCHANGING;
        // Last, so that it is never taken for idle in between.
        owingSince = 0;
        return begun;
    }

    void endExchange() {
        if (multiplexed) {
            lastStreamEnd = System.nanoTime();
            streams.decrementAndGet();
        } else {
            phase.set(Phase.WAITING);
        }
    }

    /** The server stops: closes an idle connection when it has been quiet for a moment. A client may keep its half open for long after the last response. */
    void closeWhenQuiet() {
        if (isIdle()) {
            setIdleTimeout(QUIET_MILLIS);
        }
    }

    /**
     * Gives the connection up if the client has owed something for more than some nanoseconds; tells whether it did, so that the caller answers, if anything can be
     * answered: see {@link #speaksHttp}.
     */
    boolean refuseOlderThan(long nanos) {
        long start = owingSince;
        if (start == 0 || System.nanoTime() - start <= nanos) {
            return false;
        }
        return phase.compareAndSet(Phase.WAITING, Phase.REFUSED) || phase.compareAndSet(Phase.PREPARING, Phase.REFUSED);
    }

    /** Tells whether the client has begun to speak HTTP/1. */
    boolean speaksHttp() {
        return firstLine.begun();
    }

    /** Tells whether no request is being read or answered. */
    boolean isIdle() {
        return multiplexed ? streams.get() == 0 : owingSince == 0 && phase.get() != Phase.EXCHANGING;
    }

    /** Returns for how long no request was being read or answered, if none is. */
    long idleFor() {
        return multiplexed ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastStreamEnd) : getIdleFor();
    }
}
