package dev.htbin.jetty;

import dev.htbin.http.Peer;
import dev.htbin.http.Tls;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The two ends of a connection: as the operating system has them, and as a PROXY header tells them. */
final class ConnectedPeer {
    private ConnectedPeer() {}

    /**
     * Returns the ends of a request's connection.
     *
     * @param shared whether other requests use the connection, too
     */
    static Peer of(Request request, boolean shared) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        InetSocketAddress client = inet(connection.getRemoteSocketAddress());
        InetSocketAddress local = inet(connection.getLocalSocketAddress());
        ClientEndPoint raw = ClientEndPoint.of(connection.getConnection().getEndPoint());
        Optional<Peer.TcpConnection> tcp = Optional.empty();
        if (!shared
                && raw != null
                && raw.getRemoteSocketAddress() instanceof InetSocketAddress remote
                && raw.getLocalSocketAddress() instanceof InetSocketAddress here) {
            tcp = Optional.of(new Peer.TcpConnection(here, remote));
        }
        Optional<Tls> tls = raw == null
                ? Optional.empty()
                : raw.tls(connection.getConnection().getEndPoint());
        return new Peer(client, local, tls.isPresent(), tcp, tls);
    }

    private static InetSocketAddress inet(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet : InetSocketAddress.createUnresolved("localhost", 0);
    }
}
