package dev.htbin.jetty;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.HttpHandler;
import dev.htbin.http.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server for a handler (Python: {@code HTTPServer}). Each exchange is handled on a thread of its own: 64 at a time on platform threads, the others,
 * and those with a request body, on virtual ones.
 *
 * <p>Safe for use by several threads.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int DEFAULT_PORT = 8000;

    /** How often the files of certificates are looked at; twice as long at most until a change is in force. */
    private static final long FOLLOW_MILLIS = 1_000;

    private final Server jetty;
    private final OpenConnections connections;
    private final List<Listener.Place> places;
    private final EngineHandler engine;
    private final EngineConfig config;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();

    private HttpServer(
            Server jetty,
            OpenConnections connections,
            List<Listener.Place> places,
            EngineHandler engine,
            EngineConfig config) {
        this.jetty = jetty;
        this.connections = connections;
        this.places = places;
        this.engine = engine;
        this.config = config;
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
        return start(List.of(ListenerConfig.of(requireNonNull(address, "address"))), handler, config);
    }

    /**
     * Starts a server that listens in several places; it accepts connections when this returns.
     *
     * @param listeners at least one
     * @throws IOException if nobody may listen in one of them, or its certificate can't be used; the message says where and why
     */
    public static HttpServer start(List<ListenerConfig> listeners, HttpHandler handler, EngineConfig config)
            throws IOException {
        requireNonNull(handler, "handler");
        return bind(listeners, config).serve(handler);
    }

    /**
     * Listens, and serves nothing yet.
     *
     * @param address where to listen; port 0: a free one
     * @return closed by the caller, unless it serves
     * @throws IOException if nobody may listen there; the message names address and port
     */
    public static Listener bind(InetSocketAddress address, EngineConfig config) throws IOException {
        return bind(List.of(ListenerConfig.of(requireNonNull(address, "address"))), config);
    }

    /**
     * Listens, reads certificates and keys, and serves nothing yet.
     *
     * @param listeners at least one
     * @return closed by the caller, unless it serves
     * @throws IOException if nobody may listen in one of them, or its certificate can't be used; the message says where and why
     */
    public static Listener bind(List<ListenerConfig> listeners, EngineConfig config) throws IOException {
        return Listener.bind(listeners, config);
    }

    static HttpServer serve(List<Listener.Place> places, HttpHandler handler, EngineConfig config) throws IOException {
        var threads = new QueuedThreadPool(64, 4);
        threads.setName("htbin");
        threads.setDaemon(true);
        threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("exchange-"));
        var server = new Server(threads);
        server.setStopAtShutdown(false);
        server.setStopTimeout(0);
        var connections = new OpenConnections(config.limits().connections());
        for (Listener.Place place : places) {
            var connector = new ClientConnector(server, place.socket(), place.listener(), config, connections);
            connector.setConnectionFactories(Protocols.of(place.listener(), place.tls(), config));
            server.addConnector(connector);
        }
        var errors = new JettyErrors(config, handler);
        var engine = new EngineHandler(handler, config, errors);
        server.setErrorHandler(errors);
        server.setHandler(engine);
        try {
            server.start();
            var started = new HttpServer(server, connections, places, engine, config);
            started.followLater();
            return started;
        } catch (Exception e) {
            stop(server);
            places.forEach(place -> place.socket().close());
            throw new IOException("cannot serve: " + Listener.reasonOf(e), e);
        }
    }

    private void followLater() {
        if (places.stream().anyMatch(place -> place.tls().isPresent())) {
            var _ = jetty.getScheduler().schedule(this::follow, FOLLOW_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void follow() {
        if (!closing.get()) {
            try {
                places.forEach(place -> place.tls().ifPresent(TlsContext::follow));
            } finally {
                followLater();
            }
        }
    }

    /** Reads the files of certificates and keys again, changed or not. What can't be used is logged, and what was in force stays. No connection is closed. */
    public void reloadCertificates() {
        places.forEach(place -> place.tls().ifPresent(TlsContext::reload));
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

    /**
     * Returns where the server listens on TCP, the first such place: the port is the real one.
     *
     * @throws IllegalStateException if it listens on Unix sockets only
     */
    public InetSocketAddress address() {
        return Listener.firstOf(addresses());
    }

    /** Returns where the server listens, in the order of its configuration: ports are the real ones. */
    public List<SocketAddress> addresses() {
        return places.stream().map(place -> place.socket().address()).toList();
    }

    /**
     * Returns the URI of the server's root, with the first TCP address that it listens on.
     *
     * @throws IllegalStateException if it listens on Unix sockets only
     */
    public URI uri() {
        InetSocketAddress address = address();
        boolean secure = places.get(addresses().indexOf(address)).tls().isPresent();
        String host = Peer.textOf(address);
        boolean ipv6 = host.indexOf(':') >= 0;
        return URI.create(
                "%s://%s:%d/".formatted(secure ? "https" : "http", ipv6 ? "[" + host + "]" : host, address.getPort()));
    }

    /** Returns how many connections are open. */
    public int connections() {
        return connections.count();
    }

    /** Tells whether the server listens, in all of its places, and is not being closed. */
    public boolean accepting() {
        return !closing.get()
                && Stream.of(jetty.getConnectors())
                        .allMatch(c -> c instanceof ClientConnector clients && clients.listens());
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
     * Has clients go elsewhere, and serves them until {@link #close} all the same: from now on each response over HTTP/1 says that it is the last of its connection,
     * {@code Connection: close}. Connections are accepted as before.
     */
    public void drain() {
        engine.keepNone();
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
            for (Connector connector : jetty.getConnectors()) {
                var _ = connector.shutdown();
                // Clients of HTTP/2 are told to open no more streams.
                if (connector instanceof ClientConnector clients) {
                    for (Graceful sessions : clients.getContainedBeans(Graceful.class)) {
                        var _ = sessions.shutdown();
                    }
                }
            }
            connections.awaitNone(config.stopGrace());
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
}
