package dev.htbin.admin;

import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.handler.HostCheck;
import dev.htbin.http.Exchange;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.jetty.HttpServer;
import dev.htbin.jetty.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A small server beside the one that it tells of. Safe for use by several threads. */
final class BesideServer implements AutoCloseable {
    private final Listener listener;
    private final Set<String> hosts;
    private volatile @Nullable HttpServer server;

    private BesideServer(Listener listener, Set<String> hosts) {
        this.listener = listener;
        this.hosts = hosts;
    }

    /**
     * Listens, and serves nothing yet.
     *
     * @throws IOException if nobody may listen there; the message names address and port
     */
    static BesideServer bind(InetSocketAddress address) throws IOException {
        EngineConfig config = EngineConfig.defaults()
                .withLimits(EngineConfig.Limits.defaults().withBodyBytes(4096))
                .withStopGrace(Duration.ofMillis(500));
        return new BesideServer(
                HttpServer.bind(address, config), isLoopback(address) ? Set.of() : Set.of(HostCheck.ANY));
    }

    static boolean isLoopback(InetSocketAddress address) {
        return address.getAddress() != null && address.getAddress().isLoopbackAddress();
    }

    InetSocketAddress address() {
        return listener.address();
    }

    void serve(Function<Exchange, BaseHttpRequestHandler> handler) throws IOException {
        server = listener.serve(HostCheck.before(BaseHttpRequestHandler.perRequest(handler), hosts));
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
