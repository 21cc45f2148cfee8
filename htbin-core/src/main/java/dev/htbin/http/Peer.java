package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Optional;

/**
 * The two ends of the connection that a request arrived on.
 *
 * @param client the client's address and port
 * @param local the address and port on which the request was received
 * @param secure whether the client speaks HTTPS, to this server or to a trusted proxy before it
 * @param connection the TCP connection that this exchange has for itself while it lasts, so that the client's going away can be seen on it; empty when the
 *     connection is shared (HTTP/2) or not TCP
 * @param tls what is known of the connection's TLS; empty when it is in clear
 * @param proxy the address that the request came from when that is a trusted proxy's, whose word on the client counts; empty: no proxy is believed
 */
public record Peer(
        InetSocketAddress client,
        InetSocketAddress local,
        boolean secure,
        Optional<TcpConnection> connection,
        Optional<Tls> tls,
        Optional<InetSocketAddress> proxy) {
    public Peer {
        requireNonNull(client, "client");
        requireNonNull(local, "local");
        requireNonNull(connection, "connection");
        requireNonNull(tls, "tls");
        requireNonNull(proxy, "proxy");
    }

    /** Creates the peer of a connection of which nothing more is known. */
    public Peer(InetSocketAddress client, InetSocketAddress local, boolean secure, Optional<TcpConnection> connection) {
        this(client, local, secure, connection, Optional.empty());
    }

    /** Creates the peer of a connection that no proxy made. */
    public Peer(
            InetSocketAddress client,
            InetSocketAddress local,
            boolean secure,
            Optional<TcpConnection> connection,
            Optional<Tls> tls) {
        this(client, local, secure, connection, tls, Optional.empty());
    }

    /** Returns this peer with the proxy that the request came from. */
    Peer withProxy(InetSocketAddress address) {
        return new Peer(client, local, secure, connection, tls, Optional.of(address));
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

    /** Returns an IP address as text, an IPv6 address as RFC 5952 writes it, without brackets and without a zone; the host's name if it is unresolved. */
    public static String textOf(InetSocketAddress address) {
        if (address.getAddress() == null) {
            return address.getHostString();
        }
        return address.getAddress() instanceof Inet6Address six
                ? textOf(six.getAddress())
                : address.getAddress().getHostAddress();
    }

    /** Returns an IPv6 address with its longest run of zeros shortened to {@code ::}, as RFC 5952 section 4.2 wants it; the JDK does not. */
    private static String textOf(byte[] address) {
        var groups = new ArrayList<String>();
        for (int i = 0; i < address.length; i += 2) {
            groups.add(Integer.toHexString((address[i] & 0xFF) << 8 | (address[i + 1] & 0xFF)));
        }
        int start = 0;
        int length = 0;
        for (int i = 0; i < groups.size(); i++) {
            int end = i;
            while (end < groups.size() && groups.get(end).equals("0")) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        return length < 2
                ? String.join(":", groups)
                : String.join(":", groups.subList(0, start)) + "::"
                        + String.join(":", groups.subList(start + length, groups.size()));
    }
}
