package dev.htbin.jetty;

import dev.htbin.http.TrustedProxies;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts what connects to one socket, TCP or Unix, and closes the connections whose heads take too long, or that others need the room of. When it shuts down, it first
 * takes what the operating system has accepted, then listens no more, and closes each connection when nothing is to be expected of it.
 */
final class ClientConnector extends AbstractConnector implements AcceptQueue.Taker {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnector.class);
    /** These answer, too, what needs no waiting. */
    private static final int SELECTORS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

    private static final long ACCEPT_PAUSE_MILLIS = 100;
    private static final long WARNING_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final BoundSocket socket;
    private final ListenerConfig listener;
    private final EngineConfig config;
    private final OpenConnections connections;
    private final Executor executor;
    private final Selectors selectors;
    private final AcceptQueue queue;
    private Scheduler.Task sweep = () -> false;
    private long lastWarning;

    ClientConnector(
            Server server,
            BoundSocket socket,
            ListenerConfig listener,
            EngineConfig config,
            OpenConnections connections) {
        super(server, null, null, null, 0);
        this.socket = socket;
        this.listener = listener;
        this.config = config;
        this.connections = connections;
        this.executor = new Resuming(super.getExecutor());
        this.queue = new AcceptQueue(socket.channel(), this);
        this.selectors = new Selectors();
        addBean(selectors, true);
        selectors.addEventListener(connections);
        setIdleTimeout(config.idleTimeout().toMillis());
        // Busy connections keep their time when the server stops.
        setShutdownIdleTimeout(getIdleTimeout());
        connections.add(this);
    }

    /** Returns the port of https that everything here is redirected to. */
    OptionalInt redirectPort() {
        return listener.redirectPort();
    }

    /** Jetty's connections have things done here. */
    @Override
    public Executor getExecutor() {
        return executor;
    }

    @Override
    public Object getTransport() {
        return socket.channel();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        queue.open(selectors.next());
        schedule();
    }

    @Override
    protected void doStop() throws Exception {
        sweep.cancel();
        queue.close();
        socket.close();
        super.doStop();
    }

    /** Connections come otherwise: see {@link AcceptQueue}. */
    @Override
    protected void accept(int acceptor) {
        throw new IllegalStateException("there is no thread that accepts alone");
    }

    /** In one step for {@link #shutdown}: what it doesn't find in the queue is among the connections that it waits for. */
    @Override
    public boolean takeOne() throws IOException {
        synchronized (queue) {
            SocketChannel client = queue.poll();
            if (client == null) {
                return false;
            }
            if (prepare(client)) {
                selectors.accept(client);
            }
            return true;
        }
    }

    /** Tells whether the connection may go on; it is closed otherwise. */
    private boolean prepare(SocketChannel client) throws IOException {
        try {
            if (!listener.proxyProtocol() || isProxy(client)) {
                client.configureBlocking(false);
                if (client.getLocalAddress() instanceof InetSocketAddress) {
                    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
                return true;
            }
        } catch (IOException e) {
            LOG.trace("gone already", e);
        }
        client.close();
        return false;
    }

    /** What the operating system has accepted is a client's that may have sent its request: it is taken before the listening socket is closed, which resets it. */
    @Override
    public CompletableFuture<Void> shutdown() {
        queue.close();
        try {
            boolean more;
            do {
                more = takeOne();
            } while (more);
        } catch (IOException e) {
            LOG.warn("connections that waited when the server stopped are lost: {}", e.toString());
        }
        socket.close();
        CompletableFuture<Void> done = super.shutdown();
        for (EndPoint endPoint : getConnectedEndPoints()) {
            closeWhenQuiet(endPoint);
        }
        return done;
    }

    /** Tells whether connections are accepted here, or would be if there were not too many. */
    boolean listens() {
        return isRunning() && !isShutdown() && !queue.closed();
    }

    private static void closeWhenQuiet(EndPoint endPoint) {
        if (endPoint instanceof ClientEndPoint client) {
            client.closeWhenQuiet();
        }
    }

    private boolean isProxy(SocketChannel client) throws IOException {
        InetSocketAddress address = client.getRemoteAddress() instanceof InetSocketAddress inet
                ? inet
                : InetSocketAddress.createUnresolved("localhost", 0);
        TrustedProxies proxies = config.proxies();
        if (proxies.trusts(address)) {
            return true;
        }
        long now = System.nanoTime();
        if (lastWarning == 0 || now - lastWarning > WARNING_NANOS) {
            lastWarning = now | 1;
            LOG.warn(
                    "{} connected to {}, where PROXY headers are expected, and is no trusted proxy: closed",
                    address,
                    listener.address());
        }
        return false;
    }

    /** A connection that is accepted at the very moment when the connector shuts down is not among those that it then tells. */
    @Override
    protected void onEndPointOpened(EndPoint endPoint) {
        super.onEndPointOpened(endPoint);
        if (isShutdown()) {
            closeWhenQuiet(endPoint);
        }
    }

    @Override
    protected void onEndPointClosed(EndPoint endPoint) {
        super.onEndPointClosed(endPoint);
        if (endPoint instanceof ClientEndPoint client) {
            connections.closed(client.getChannel());
        }
    }

    /** Makes room when connections can't be accepted, as when the descriptor table is full: an idle client connects again when it has a request. */
    @Override
    public void failed(IOException refused) {
        if (isRunning() && !(refused instanceof ClosedChannelException) && !connections.refused(refused)) {
            queue.pause(true);
            var _ = getScheduler()
                    .schedule(() -> queue.pause(!isAccepting()), ACCEPT_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void setAccepting(boolean accepting) {
        super.setAccepting(accepting);
        queue.pause(!accepting);
    }

    private void schedule() {
        sweep = getScheduler()
                .schedule(this::sweep, Math.max(1, config.headTimeout().toMillis() / 4), TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        try {
            for (EndPoint endPoint : getConnectedEndPoints()) {
                if (endPoint instanceof ClientEndPoint client
                        && client.refuseOlderThan(config.headTimeout().toNanos())) {
                    refuse(client);
                }
            }
        } finally {
            if (isRunning()) {
                schedule();
            }
        }
    }

    private void refuse(ClientEndPoint client) {
        if (getServer().getErrorHandler() instanceof JettyErrors errors) {
            errors.tell(client.getRemoteSocketAddress(), "-", Optional.empty(), 408);
        }
        if (!client.speaksHttp()) {
            client.close();
            return;
        }
        var page = new ErrorPage(408, "The head of the request did not arrive in time.");
        EndPoint top = client.getConnection() instanceof org.eclipse.jetty.io.ssl.SslConnection tls
                ? tls.getSslEndPoint()
                : client;
        top.write(Callback.from(top::close), page.response(config.server().software()));
    }

    @Override
    public String toString() {
        return "the listener at %s".formatted(socket.address());
    }

    /** Jetty's selectors, with this connector's end points. */
    private final class Selectors extends SelectorManager {
        Selectors() {
            super(ClientConnector.this.getExecutor(), ClientConnector.this.getScheduler(), SELECTORS);
        }

        ManagedSelector next() {
            return chooseSelector();
        }

        /** Jetty would have other threads do what takes less time than to hand it over: begin a connection, and end one that nobody waits for. */
        @Override
        protected void execute(Runnable task) {
            ManagedSelector ending = ClientEndPoint.quietlyEnding();
            if (task instanceof ManagedSelector.SelectorUpdate) {
                task.run();
            } else if (ending != null) {
                ending.submit(_ -> task.run());
            } else {
                super.execute(task);
            }
        }

        @Override
        protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
            return new ClientEndPoint(
                    (SocketChannel) channel,
                    selector,
                    key,
                    ClientConnector.this.getScheduler(),
                    getIdleTimeout(),
                    TlsSession.userName(listener));
        }

        @Override
        public Connection newConnection(SelectableChannel channel, EndPoint endPoint, @Nullable Object attachment) {
            return getDefaultConnectionFactory().newConnection(ClientConnector.this, endPoint);
        }

        @Override
        protected void endPointOpened(EndPoint endPoint) {
            super.endPointOpened(endPoint);
            onEndPointOpened(endPoint);
        }

        @Override
        protected void endPointClosed(EndPoint endPoint) {
            onEndPointClosed(endPoint);
            super.endPointClosed(endPoint);
        }
    }
}
