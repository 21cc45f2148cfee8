package dev.htbin.jetty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens, and closes the connections whose heads take too long, or that others need the room of. When it shuts down, it first takes what the operating system has
 * accepted, then listens no more, and closes each connection when nothing is to be expected of it.
 */
final class ClientConnector extends ServerConnector {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnector.class);
    private static final int SELECTORS = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);

    private static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final EngineConfig config;
    private final OpenConnections connections;
    private final AcceptQueue queue = new AcceptQueue();
    private Scheduler.Task sweep = () -> false;

    ClientConnector(Server server, HttpConnectionFactory http, EngineConfig config) {
        super(server, 1, SELECTORS, http);
        this.config = config;
        this.connections = new OpenConnections(this, config.limits().connections());
        setIdleTimeout(config.idleTimeout().toMillis());
        // Busy connections keep their time when the server stops.
        setShutdownIdleTimeout(getIdleTimeout());
        setAcceptQueueSize(1024);
        getSelectorManager().addEventListener(connections);
    }

    InetSocketAddress boundAddress() throws IOException {
        if (getTransport() instanceof ServerSocketChannel channel
                && channel.getLocalAddress() instanceof InetSocketAddress address) {
            return address;
        }
        throw new IOException("the server is closed");
    }

    @Override
    public void open(ServerSocketChannel channel) throws IOException {
        super.open(channel);
        queue.open(channel);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        schedule();
    }

    @Override
    protected void doStop() throws Exception {
        sweep.cancel();
        super.doStop();
    }

    @Override
    public void close() {
        queue.close();
        super.close();
    }

    @Override
    public void accept(int acceptor) throws IOException {
        if (!takeOne()) {
            queue.await();
        }
    }

    /** In one step for {@link #shutdown}: what it doesn't find in the queue is among the connections that it waits for. */
    private boolean takeOne() throws IOException {
        synchronized (queue) {
            SocketChannel channel = queue.poll();
            if (channel == null) {
                return false;
            }
            channel.configureBlocking(false);
            configure(channel.socket());
            getSelectorManager().accept(channel);
            return true;
        }
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
        CompletableFuture<Void> done = super.shutdown();
        for (EndPoint endPoint : getConnectedEndPoints()) {
            closeWhenQuiet(endPoint);
        }
        return done;
    }

    /** Returns how many connections are open. */
    int openConnections() {
        return connections.count();
    }

    /**
     * Waits, after {@link #shutdown}, until all connections have ended.
     *
     * @return whether they have
     */
    boolean awaitEnd(Duration most) throws InterruptedException {
        return connections.awaitNone(most);
    }

    private static void closeWhenQuiet(EndPoint endPoint) {
        if (endPoint instanceof ClientEndPoint client) {
            client.closeWhenQuiet();
        }
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        return new ClientEndPoint(channel, selector, key, getScheduler(), getIdleTimeout());
    }

    /** A connection that is accepted at the very moment when the connector shuts down is not among those that it then tells. */
    @Override
    protected void onEndPointOpened(EndPoint endPoint) {
        super.onEndPointOpened(endPoint);
        if (isShutdown()) {
            closeWhenQuiet(endPoint);
        }
        connections.opened();
    }

    @Override
    protected void onEndPointClosed(EndPoint endPoint) {
        super.onEndPointClosed(endPoint);
        connections.closed();
    }

    /** Makes room when connections can't be accepted, as when the descriptor table is full: an idle client connects again when it has a request. */
    @Override
    protected boolean handleAcceptFailure(Throwable failure) {
        if (queue.closed()) {
            return false;
        }
        if (!isRunning() || !(failure instanceof IOException refused) || failure instanceof ClosedChannelException) {
            return super.handleAcceptFailure(failure);
        }
        if (!connections.refused(refused)) {
            LockSupport.parkNanos(this, ACCEPT_PAUSE_NANOS);
        }
        return !Thread.currentThread().isInterrupted();
    }

    private void schedule() {
        sweep = getScheduler()
                .schedule(this::sweep, Math.max(1, config.headTimeout().toMillis() / 4), TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        try {
            for (EndPoint endPoint : getConnectedEndPoints()) {
                if (endPoint instanceof ClientEndPoint client
                        && client.refuseHeadOlderThan(config.headTimeout().toNanos())) {
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
            errors.tell(client.getRemoteSocketAddress(), "-", 408);
        }
        var page = new ErrorPage(408, "The head of the request did not arrive in time.");
        client.write(Callback.from(client::close), page.response(config.server().software()));
    }
}
