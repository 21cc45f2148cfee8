package dev.htbin.jetty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/** Listens, and closes the connections whose heads take too long. */
final class ClientConnector extends ServerConnector {
    private static final int SELECTORS = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);

    private final EngineConfig config;
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

    private void schedule() {
        sweep = getScheduler()
                .schedule(this::sweep, Math.max(1, config.headTimeout().toMillis() / 4), TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        for (EndPoint endPoint : getConnectedEndPoints()) {
            if (endPoint instanceof ClientEndPoint client
                    && client.headIsOlderThan(config.headTimeout().toNanos())) {
                refuse(client);
            }
        }
        if (isRunning()) {
            schedule();
        }
    }

    private void refuse(ClientEndPoint client) {
        client.beginExchange();
        AccessLog.refused(client.getRemoteSocketAddress(), "-", 408);
        var page = new ErrorPage(408, "The head of the request did not arrive in time.");
        client.write(Callback.from(client::close), page.response(config.server().software()));
    }
}
