package dev.htbin.jetty;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.HttpHandler;
import dev.htbin.http.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server for a handler (Python: {@code HTTPServer}). Each exchange is handled on a virtual thread of its own.
 *
 * <p>Safe for use by several threads.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int DEFAULT_PORT = 8000;

    /** Names keep their case; of a Host field, RequestHead checks the syntax, since Jetty refuses an empty port. */
    private static final HttpCompliance STRICT = HttpCompliance.STRICT.with(
            "htbin", HttpCompliance.Violation.CASE_SENSITIVE_FIELD_NAME, HttpCompliance.Violation.UNSAFE_HOST_HEADER);

    /** htbin's own UrlPath decides on paths; here they only pass. */
    private static final UriCompliance RAW =
            UriCompliance.UNSAFE.without("htbin", UriCompliance.Violation.FRAGMENT, UriCompliance.Violation.USER_INFO);

    private final Server jetty;
    private final ClientConnector connector;
    private final EngineHandler engine;
    private final EngineConfig config;
    private final InetSocketAddress address;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();

    private HttpServer(Server jetty, ClientConnector connector, EngineHandler engine, EngineConfig config)
            throws IOException {
        this.jetty = jetty;
        this.connector = connector;
        this.engine = engine;
        this.config = config;
        this.address = connector.boundAddress();
    }

    /**
     * Starts a server with {@link EngineConfig#defaults()}.
     *
     * @param address where to listen; port 0: a free one
     * @throws IOException if nobody may listen there; the message names address and port
     */
    public static HttpServer start(InetSocketAddress address, HttpHandler handler) throws IOException {
        return start(address, handler, EngineConfig.defaults());
    }

    /**
     * Starts a server; it accepts connections when this returns.
     *
     * @param address where to listen; port 0: a free one
     * @throws IOException if nobody may listen there; the message names address and port
     */
    public static HttpServer start(InetSocketAddress address, HttpHandler handler, EngineConfig config)
            throws IOException {
        requireNonNull(handler, "handler");
        return bind(address, config).serve(handler);
    }

    /**
     * Listens, and serves nothing yet.
     *
     * @param address where to listen; port 0: a free one
     * @return closed by the caller, unless it serves
     * @throws IOException if nobody may listen there; the message names address and port
     */
    public static Listener bind(InetSocketAddress address, EngineConfig config) throws IOException {
        return Listener.bind(address, config);
    }

    static ClientConnector connector(EngineConfig config) {
        var threads = new QueuedThreadPool(64, 4);
        threads.setName("htbin");
        threads.setDaemon(true);
        threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("exchange-"));
        var server = new Server(threads);
        server.setStopAtShutdown(false);
        server.setStopTimeout(0);
        var connector = new ClientConnector(server, http(config), config);
        server.addConnector(connector);
        return connector;
    }

    static HttpServer serve(ClientConnector connector, HttpHandler handler, EngineConfig config) throws IOException {
        Server server = connector.getServer();
        var errors = new JettyErrors(config, handler);
        var engine = new EngineHandler(handler, config, errors);
        server.setErrorHandler(errors);
        server.setHandler(engine);
        try {
            server.start();
            return new HttpServer(server, connector, engine, config);
        } catch (Exception e) {
            stop(server);
            connector.close();
            throw new IOException("cannot serve: " + Listener.reasonOf(e), e);
        }
    }

    /**
     * Serves a handler at 127.0.0.1, port 8000, until the thread is interrupted (Python: {@code test()}).
     *
     * @throws IOException if nobody may listen there
     */
    public static void test(HttpHandler handler) throws IOException {
        try (HttpServer server =
                start(new InetSocketAddress(InetAddress.getLoopbackAddress(), DEFAULT_PORT), handler)) {
            LOG.info("Serving HTTP on {} ({}) ...", server.address().getHostString(), server.uri());
            server.serveForever();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns where the server listens: the port is the real one. */
    public InetSocketAddress address() {
        return address;
    }

    /** Returns the URI of the server's root, with the address that it listens on. */
    public URI uri() {
        String host = Peer.textOf(address);
        boolean ipv6 = host.indexOf(':') >= 0;
        return URI.create("http://%s:%d/".formatted(ipv6 ? "[" + host + "]" : host, address.getPort()));
    }

    /** Returns how many connections are open. */
    public int connections() {
        return connector.openConnections();
    }

    /** Tells whether the server listens and is not being closed. */
    public boolean accepting() {
        return !closing.get() && connector.isOpen() && !connector.isShutdown();
    }

    /**
     * Waits until the server is closed (Python: {@code serve_forever()}).
     *
     * @throws InterruptedException if the thread is interrupted; the server goes on
     */
    public void serveForever() throws InterruptedException {
        closed.await();
    }

    /**
     * Stops accepting connections, lets running exchanges finish within {@link EngineConfig#stopGrace}, and aborts the others, so that their clients see a broken
     * response. A request that has arrived is answered, also on a connection that the operating system has accepted and the server has not seen yet; connections that
     * were quiet for a second are closed. Waits for all that, also when another thread is closing the server.
     */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            awaitClosed();
            return;
        }
        try {
            long end = System.nanoTime() + config.stopGrace().toNanos();
            engine.keepNone();
            var _ = connector.shutdown();
            connector.awaitEnd(config.stopGrace());
            engine.awaitIdle(Duration.ofNanos(end - System.nanoTime()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            engine.abortAll();
            stop(jetty);
            closed.countDown();
        }
    }

    private void awaitClosed() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("the server did not stop as it should", e);
        }
    }

    private static HttpConnectionFactory http(EngineConfig config) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(config.limits().headBytes());
        http.setResponseHeaderSize(64 << 10);
        http.setHeaderCacheCaseSensitive(true);
        http.setHttpCompliance(STRICT);
        http.setUriCompliance(RAW);
        http.setNotifyRemoteAsyncErrors(true);
        return new HttpConnectionFactory(http);
    }
}
