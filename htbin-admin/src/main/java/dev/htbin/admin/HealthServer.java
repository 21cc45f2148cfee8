package dev.htbin.admin;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A server beside the one that is told of, for load balancers and orchestrators: {@code /health} and {@code /ready}, and nothing else, so that it may listen where other
 * machines can reach it. Safe for use by several threads.
 */
public final class HealthServer implements AutoCloseable {
    private final BesideServer server;

    private HealthServer(BesideServer server) {
        this.server = server;
    }

    /**
     * Listens, and serves nothing yet.
     *
     * @param address where to listen; port 0: a free one
     * @throws IOException if nobody may listen there; the message names address and port
     */
    public static HealthServer bind(InetSocketAddress address) throws IOException {
        return new HealthServer(BesideServer.bind(requireNonNull(address, "address")));
    }

    /** Returns where it listens: the port is the real one. */
    public InetSocketAddress address() {
        return server.address();
    }

    /**
     * Tells of a server from now on.
     *
     * @param obstacle why it is not ready; empty when it is. Asked for each request
     * @throws IOException if the server can't start
     */
    public void serve(Supplier<Optional<String>> obstacle) throws IOException {
        requireNonNull(obstacle, "obstacle");
        server.serve(exchange -> new HealthRequestHandler(exchange, obstacle));
    }

    @Override
    public void close() {
        server.close();
    }
}
