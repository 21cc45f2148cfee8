package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;

/**
 * The proxies that are believed when they say who the client is.
 *
 * @param networks where they connect from
 * @param unixSockets whether whoever connects to a Unix socket is one
 * @param fields the fields in which they say it. A proxy passes on what it does not know, so those of the other kind are the client's own words
 */
public record TrustedProxies(Set<IpNetwork> networks, boolean unixSockets, ProxyFields fields) {
    private static final TrustedProxies NONE = new TrustedProxies(Set.of(), false, ProxyFields.X_FORWARDED);

    public TrustedProxies {
        networks = Set.copyOf(networks);
        requireNonNull(fields, "fields");
    }

    /** The fields in which proxies say who the client is. */
    public enum ProxyFields {
        /** {@code X-Forwarded-For}, {@code -Proto}, {@code -Host} and {@code -Port}, as nearly all proxies send. */
        X_FORWARDED,
        /** {@code Forwarded}, RFC 7239. */
        FORWARDED
    }

    /** Nobody is believed. */
    public static TrustedProxies none() {
        return NONE;
    }

    /** The proxies in these networks, which send {@code X-Forwarded-*}. */
    public static TrustedProxies of(List<IpNetwork> networks) {
        return new TrustedProxies(Set.copyOf(networks), false, ProxyFields.X_FORWARDED);
    }

    /** Returns these proxies, and those that connect to Unix sockets, or not. */
    public TrustedProxies withUnixSockets(boolean trusted) {
        return new TrustedProxies(networks, trusted, fields);
    }

    /** Returns these proxies with the fields that they send. */
    public TrustedProxies withFields(ProxyFields sent) {
        return new TrustedProxies(networks, unixSockets, sent);
    }

    /** Tells whether an address is that of a proxy; one without an IP address stands for a Unix socket. */
    public boolean trusts(InetSocketAddress address) {
        return address.getAddress() == null ? unixSockets : trusts(address.getAddress());
    }

    private boolean trusts(InetAddress address) {
        for (IpNetwork network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether nobody is believed. */
    public boolean isEmpty() {
        return networks.isEmpty() && !unixSockets;
    }
}
