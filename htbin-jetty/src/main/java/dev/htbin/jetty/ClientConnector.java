package dev.htbin.jetty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
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

/** Listens, and closes the connections whose heads take too long, and idle ones when there are no descriptors for others. */
final class ClientConnector extends ServerConnector {
    private static final int SELECTORS = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);

    /** One idle connection in so many is closed at once. */
    private static final int CLOSED_AT_ONCE = 8;

    private static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long ACCEPT_WARNING_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnector.class);

    private final EngineConfig config;
    private long lastAcceptWarning;
    private Scheduler.Task sweep = () -> false;

    ClientConnector(Server server, HttpConnectionFactory http, EngineConfig config) {
        super(server, 1, SELECTORS, http);
        this.config = config;
        setIdleTimeout(config.idleTimeout().toMillis());
        setAcceptQueueSize(1024);
    }

    InetSocketAddress boundAddress() throws IOException {
        if (getTransport() instanceof ServerSocketChannel channel
                && channel.getLocalAddress() instanceof InetSocketAddress address) {
            return address;
        }
        throw new IOException("the server is closed");
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
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        var endPoint = new ClientEndPoint(channel, selector, key, getScheduler());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    /** A connection that is accepted at the very moment when the connector shuts down is not among those that it then tells. */
    @Override
    protected void onEndPointOpened(EndPoint endPoint) {
        super.onEndPointOpened(endPoint);
        if (isShutdown()) {
            endPoint.setIdleTimeout(getShutdownIdleTimeout());
        }
    }

    /** Makes room when connections can't be accepted, as when the descriptor table is full: an idle client connects again when it has a request. */
    @Override
    protected boolean handleAcceptFailure(Throwable failure) {
        if (!isRunning() || !(failure instanceof IOException) || failure instanceof ClosedChannelException) {
            return super.handleAcceptFailure(failure);
        }
        int closed = closeIdle();
        long now = System.nanoTime();
        if (lastAcceptWarning == 0 || now - lastAcceptWarning > ACCEPT_WARNING_NANOS) {
            lastAcceptWarning = now | 1;
            LOG.warn(
                    "connections can't be accepted: {}; {} idle ones were closed to make room (raise the limit with 'ulimit -n')",
                    failure.getMessage(),
                    closed);
        }
        if (closed == 0) {
            LockSupport.parkNanos(this, ACCEPT_PAUSE_NANOS);
        }
        return !Thread.currentThread().isInterrupted();
    }

    /** Closes some of the connections that wait for a request, those that have waited longest first; returns how many. */
    private int closeIdle() {
        var idle = new ArrayList<ClientEndPoint>();
        for (EndPoint endPoint : getConnectedEndPoints()) {
            if (endPoint instanceof ClientEndPoint client && client.isIdle()) {
                idle.add(client);
            }
        }
        // Compared by what was seen once: the idle times change meanwhile.
        var since = new IdentityHashMap<ClientEndPoint, Long>();
        idle.forEach(client -> since.put(client, client.getIdleFor()));
        idle.sort(Comparator.comparing((ClientEndPoint client) -> since.getOrDefault(client, 0L))
                .reversed());
        List<ClientEndPoint> closed = idle.subList(0, (idle.size() + CLOSED_AT_ONCE - 1) / CLOSED_AT_ONCE);
        closed.forEach(ClientEndPoint::close);
        return closed.size();
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
        AccessLog.refused(client.getRemoteSocketAddress(), "-", 408);
        var page = new ErrorPage(408, "The head of the request did not arrive in time.");
        client.write(Callback.from(client::close), page.response(config.server().software()));
    }
}
