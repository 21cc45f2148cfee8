package dev.htbin.jetty;

import static java.util.Objects.requireNonNull;

import dev.htbin.jetty.tls.TlsConfig;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a server listens, and what is spoken there.
 *
 * @param address where
 * @param tls the certificate, if TLS is spoken; else HTTP in clear
 * @param proxyProtocol whether every connection begins with a PROXY header, version 1 or 2, that says who the client is; only proxies that
 *     {@link EngineConfig#proxies} names may connect then
 * @param redirectPort if set, nothing is served here but redirects to {@code https} on that port of the same host
 * @spec https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt PROXY protocol
 */
public record ListenerConfig(
        ListenAddress address, Optional<TlsConfig> tls, boolean proxyProtocol, OptionalInt redirectPort) {
    public ListenerConfig {
        requireNonNull(address, "address");
        requireNonNull(tls, "tls");
        requireNonNull(redirectPort, "redirectPort");
        if (redirectPort.isPresent() && (redirectPort.getAsInt() < 1 || redirectPort.getAsInt() > 0xFFFF)) {
            throw new IllegalArgumentException(
                    "redirectPort: %d (expected: 1 to 65535)".formatted(redirectPort.getAsInt()));
        }
    }

    /** Returns the configuration of a listener for HTTP in clear. */
    public static ListenerConfig of(ListenAddress address) {
        return new ListenerConfig(address, Optional.empty(), false, OptionalInt.empty());
    }

    /** Returns the configuration of a listener for HTTP in clear, at an address. */
    public static ListenerConfig of(InetSocketAddress address) {
        return of(new ListenAddress.Tcp(address));
    }

    /** Returns this configuration with TLS. */
    public ListenerConfig withTls(TlsConfig config) {
        return new ListenerConfig(address, Optional.of(config), proxyProtocol, redirectPort);
    }

    /** Returns this configuration with PROXY headers expected, or not. */
    public ListenerConfig withProxyProtocol(boolean expected) {
        return new ListenerConfig(address, tls, expected, redirectPort);
    }

    /** Returns this configuration as that of a listener that redirects to {@code https} on a port. */
    public ListenerConfig redirectingTo(int port) {
        return new ListenerConfig(address, tls, proxyProtocol, OptionalInt.of(port));
    }
}
