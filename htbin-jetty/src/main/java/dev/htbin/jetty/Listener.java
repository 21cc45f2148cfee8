package dev.htbin.jetty;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.HttpHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A place where a server listens that serves nothing yet: connections wait in the system's queue until {@link #serve}. So a program can bind as root, and serve when
 * it has left root.
 *
 * <p>Safe for use by several threads.
 */
public final class Listener implements AutoCloseable {
    private final ClientConnector connector;
    private final EngineConfig config;
    private final InetSocketAddress address;
    private final AtomicBoolean used = new AtomicBoolean();

    private Listener(ClientConnector connector, EngineConfig config) throws IOException {
        this.connector = connector;
        this.config = config;
        this.address = connector.boundAddress();
    }

    /** See {@link HttpServer#bind}. */
    static Listener bind(InetSocketAddress address, EngineConfig config) throws IOException {
        requireNonNull(address, "address");
        requireNonNull(config, "config");
        if (address.isUnresolved()) {
            throw new IOException("cannot listen on %s port %d: no such host name or address"
                    .formatted(address.getHostString(), address.getPort()));
        }
        ClientConnector connector = HttpServer.connector(config);
        connector.setHost(address.getAddress().getHostAddress());
        connector.setPort(address.getPort());
        try {
            connector.open();
            return new Listener(connector, config);
        } catch (IOException e) {
            connector.close();
            throw new IOException(
                    "cannot listen on %s port %d: %s"
                            .formatted(address.getHostString(), address.getPort(), reasonOf(e)),
                    e);
        }
    }

    /** Returns where it listens: the port is the real one. */
    public InetSocketAddress address() {
        return address;
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
            throw new IllegalStateException("the listener at %s is closed or serves already".formatted(address));
        }
        return HttpServer.serve(connector, handler, config);
    }

    /** Stops listening, unless it serves: then the server is what is to be closed. */
    @Override
    public void close() {
        if (used.compareAndSet(false, true)) {
            connector.close();
        }
    }

    static String reasonOf(Exception failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
