package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * The two ends of the connection that a request arrived on.
 *
 * @param client the client's address and port
 * @param local the address and port on which the request was received
 * @param secure whether the connection is TLS
 * @param connection the TCP connection that this exchange has for itself while it lasts, so that the client's going away can be seen on it; empty when the
 *     connection is shared (HTTP/2) or not TCP
 */
public record Peer(
        InetSocketAddress client, InetSocketAddress local, boolean secure, Optional<TcpConnection> connection) {
    public Peer {
        requireNonNull(client, "client");
        requireNonNull(local, "local");
        requireNonNull(connection, "connection");
    }

    /** The addresses of one TCP connection as the operating system has them. */
    public record TcpConnection(InetSocketAddress local, InetSocketAddress remote) {
        public TcpConnection {
            requireNonNull(local, "local");
            requireNonNull(remote, "remote");
        }
    }

    /** Returns the client's IP address as text: an IPv6 address without brackets and without a zone. */
    public String clientAddress() {
        return textOf(client);
    }

    /** Returns the local IP address as text: an IPv6 address without brackets and without a zone. */
    public String localAddress() {
        return textOf(local);
    }

    private static String textOf(InetSocketAddress address) {
        if (address.getAddress() == null) {
            return address.getHostString();
        }
        String text = address.getAddress().getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }
}
