package dev.htbin.jetty;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.HttpHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The places where a server listens that serves nothing yet: connections wait in the system's queue until {@link #serve}. So a program can bind and read its keys as
 * root, and serve when it has left root.
 *
 * <p>Safe for use by several threads.
 */
public final class Listener implements AutoCloseable {
    private final List<Place> places;
    private final EngineConfig config;
    private final AtomicBoolean used = new AtomicBoolean();

    /** One place, bound, its certificate read. */
    record Place(ListenerConfig listener, BoundSocket socket, Optional<TlsContext> tls) {}

    private Listener(List<Place> places, EngineConfig config) {
        this.places = places;
        this.config = config;
    }

    /** See {@link HttpServer#bind(List, EngineConfig)}. */
    static Listener bind(List<ListenerConfig> listeners, EngineConfig config) throws IOException {
        requireNonNull(config, "config");
        if (listeners.isEmpty()) {
            throw new IllegalArgumentException("listeners: none (expected: at least one)");
        }
        var places = new ArrayList<Place>();
        try {
            for (ListenerConfig listener : listeners) {
                Optional<TlsContext> tls = listener.tls().isPresent()
                        ? Optional.of(TlsContext.read(listener.tls().get()))
                        : Optional.empty();
                places.add(new Place(listener, bound(listener.address(), places), tls));
            }
            return new Listener(List.copyOf(places), config);
        } catch (IOException | RuntimeException e) {
            places.forEach(place -> place.socket().close());
            throw e;
        }
    }

    private static BoundSocket bound(ListenAddress address, List<Place> before) throws IOException {
        try {
            return BoundSocket.bind(address);
        } catch (IOException e) {
            for (Place place : before) {
                if (overlap(place.listener().address(), address)) {
                    throw new IOException(
                            "cannot listen on %s: this server listens on %s already (expected: each place once)"
                                    .formatted(address, place.listener().address()),
                            e);
                }
            }
            throw e;
        }
    }

    private static boolean overlap(ListenAddress one, ListenAddress other) {
        if (one instanceof ListenAddress.Tcp(InetSocketAddress a)
                && other instanceof ListenAddress.Tcp(InetSocketAddress b)) {
            return a.getPort() == b.getPort()
                    && (a.equals(b)
                            || a.getAddress().isAnyLocalAddress()
                            || b.getAddress().isAnyLocalAddress());
        }
        return one instanceof ListenAddress.Unix a
                && other instanceof ListenAddress.Unix b
                && a.path().toAbsolutePath().equals(b.path().toAbsolutePath());
    }

    /**
     * Returns where it listens on TCP, the first such place: the port is the real one.
     *
     * @throws IllegalStateException if it listens on Unix sockets only
     */
    public InetSocketAddress address() {
        return firstOf(addresses());
    }

    /** Returns where it listens, in the order of its configuration: ports are the real ones. */
    public List<SocketAddress> addresses() {
        return places.stream().map(place -> place.socket().address()).toList();
    }

    /**
     * Serves from now on, first what waits already. The server that is returned listens in place of this.
     *
     * @throws IOException if the server can't start; nothing listens any more then
     * @throws IllegalStateException if this was closed or serves already
     */
    public HttpServer serve(HttpHandler handler) throws IOException {
        requireNonNull(handler, "handler");
        if (!used.compareAndSet(false, true)) {
            throw new IllegalStateException("the listener at %s is closed or serves already".formatted(addresses()));
        }
        return HttpServer.serve(places, handler, config);
    }

    /** Stops listening, unless it serves: then the server is what is to be closed. */
    @Override
    public void close() {
        if (used.compareAndSet(false, true)) {
            places.forEach(place -> place.socket().close());
        }
    }

    static InetSocketAddress firstOf(List<SocketAddress> addresses) {
        for (SocketAddress address : addresses) {
            if (address instanceof InetSocketAddress inet) {
                return inet;
            }
        }
        throw new IllegalStateException("addresses: %s (expected: a TCP port among them)".formatted(addresses));
    }

    static String reasonOf(Exception failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause().getMessage() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
