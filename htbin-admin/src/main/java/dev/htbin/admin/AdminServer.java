package dev.htbin.admin;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A server beside the one that is told of: {@code /metrics} for Prometheus, {@code /health}, {@code /ready}, and a live page. Whoever reaches it can see requests and stop
 * scripts, so it listens on loopback addresses alone unless it is told otherwise. Safe for use by several threads.
 */
public final class AdminServer implements AutoCloseable {
    private final BesideServer server;

    private AdminServer(BesideServer server) {
        this.server = server;
    }

    /**
     * Listens, and serves nothing yet.
     *
     * @param address where to listen; port 0: a free one
     * @param anywhere whether that may be where other machines can reach it
     * @throws IllegalArgumentException if it is no loopback address, and {@code anywhere} is not said
     * @throws IOException if nobody may listen there; the message names address and port
     */
    public static AdminServer bind(InetSocketAddress address, boolean anywhere) throws IOException {
        requireNonNull(address, "address");
        if (!anywhere && !BesideServer.isLoopback(address)) {
            throw new IllegalArgumentException(
                    "%s is no loopback address: other machines could see requests and stop scripts"
                            .formatted(address.getHostString()));
        }
        return new AdminServer(BesideServer.bind(address));
    }

    /** Returns where it listens: the port is the real one. */
    public InetSocketAddress address() {
        return server.address();
    }

    /**
     * Tells of a server from now on.
     *
     * @param watched which
     * @param metrics its figures
     * @throws IOException if the server can't start
     */
    public void serve(Watched watched, Metrics metrics) throws IOException {
        var live = new Live(watched, metrics);
        watched.scripts().ifPresent(host -> {
            host.listen(metrics);
            host.listen(live);
            metrics.watch(host);
        });
        server.serve(exchange -> new AdminRequestHandler(exchange, live));
    }

    @Override
    public void close() {
        server.close();
    }
}
