package dev.htbin.admin;

import static java.util.Objects.requireNonNull;

import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.handler.HostCheck;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.jetty.HttpServer;
import dev.htbin.jetty.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A server beside the one that is told of: {@code /metrics} for Prometheus, {@code /health}, {@code /ready}, and a live page. Whoever reaches it can see requests and stop
 * scripts, so it listens on loopback addresses alone unless it is told otherwise. Safe for use by several threads.
 */
public final class AdminServer implements AutoCloseable {
    private final Listener listener;
    private final Set<String> hosts;
    private volatile @Nullable HttpServer server;

    private AdminServer(Listener listener, Set<String> hosts) {
        this.listener = listener;
        this.hosts = hosts;
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
        boolean loopback = address.getAddress() != null && address.getAddress().isLoopbackAddress();
        if (!loopback && !anywhere) {
            throw new IllegalArgumentException(
                    "%s is no loopback address: other machines could see requests and stop scripts"
                            .formatted(address.getHostString()));
        }
        EngineConfig config = EngineConfig.defaults()
                .withLimits(EngineConfig.Limits.defaults().withBodyBytes(4096))
                .withStopGrace(Duration.ofMillis(500));
        return new AdminServer(HttpServer.bind(address, config), loopback ? Set.of() : Set.of(HostCheck.ANY));
    }

    /** Returns where it listens: the port is the real one. */
    public InetSocketAddress address() {
        return listener.address();
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
        server = listener.serve(HostCheck.before(
                BaseHttpRequestHandler.perRequest(exchange -> new AdminRequestHandler(exchange, live)), hosts));
    }

    @Override
    public void close() {
        HttpServer serving = server;
        if (serving != null) {
            serving.close();
        }
        listener.close();
    }
}
