package dev.htbin.jetty;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.HttpVersion;
import dev.htbin.http.ServerInfo;
import dev.htbin.http.TrustedProxies;
import java.time.Duration;

/**
 * How a server listens, what it takes and how long it waits.
 *
 * @param server what the server says of itself
 * @param protocol the highest version spoken (Python: protocol_version): HTTP/1.0, after which each connection closes, HTTP/1.1, or HTTP/2.0, to TLS clients that
 *     choose it and to clients in clear that know of it
 * @param limits the sizes beyond which requests are refused
 * @param idleTimeout how long a connection may be silent between requests, in a request's body, and while the client doesn't read; a silent script is not
 *     meant. Positive
 * @param headTimeout how long the head of a request may take from its first octet to its last. Positive
 * @param stopGrace how long running exchanges may take to finish when the server is closed; zero aborts them at once
 * @param proxies who is believed when it says who the client is
 */
public record EngineConfig(
        ServerInfo server,
        HttpVersion protocol,
        Limits limits,
        Duration idleTimeout,
        Duration headTimeout,
        Duration stopGrace,
        TrustedProxies proxies) {
    private static final EngineConfig DEFAULTS = new EngineConfig(
            new ServerInfo("htbin/0.1.0", "localhost"),
            HttpVersion.HTTP_2,
            Limits.defaults(),
            Duration.ofSeconds(60),
            Duration.ofSeconds(8),
            Duration.ofSeconds(10),
            TrustedProxies.none());

    public EngineConfig {
        requireNonNull(server, "server");
        requireNonNull(limits, "limits");
        requirePositive(idleTimeout, "idleTimeout");
        requirePositive(headTimeout, "headTimeout");
        requireNonNull(protocol, "protocol");
        requireNonNull(proxies, "proxies");
        if (requireNonNull(stopGrace, "stopGrace").isNegative()) {
            throw new IllegalArgumentException("stopGrace: %s (expected: not negative)".formatted(stopGrace));
        }
    }

    /**
     * Sizes beyond which requests are refused.
     *
     * @param requestLineBytes most octets of a request line; a longer one gets 414. At least 64
     * @param headBytes most octets of a request line and all fields together; more get 431. At least 1024
     * @param bodyBytes most octets of a request body; more get 413. At least 0
     * @param bodyBytesPerSecond least octets of a request body in a second, on average, once it took as long as a head may; less gets 408. 0: any rate will do
     * @param responseBytesPerSecond least octets of a response in a second that a client must take: each piece may wait as long as a connection may be idle, and
     *     longer only in proportion to its size. 0: any rate will do
     * @param connections most connections at once: beyond it, idle ones are closed, and new ones wait while none is idle. 0: three quarters of the process's
     *     descriptors less 64
     */
    public record Limits(
            int requestLineBytes,
            int headBytes,
            long bodyBytes,
            int bodyBytesPerSecond,
            int responseBytesPerSecond,
            int connections) {
        public Limits {
            if (requestLineBytes < 64) {
                throw new IllegalArgumentException(
                        "requestLineBytes: %d (expected: >= 64)".formatted(requestLineBytes));
            }
            if (headBytes < 1024) {
                throw new IllegalArgumentException("headBytes: %d (expected: >= 1024)".formatted(headBytes));
            }
            if (bodyBytes < 0) {
                throw new IllegalArgumentException("bodyBytes: %d (expected: >= 0)".formatted(bodyBytes));
            }
            if (bodyBytesPerSecond < 0) {
                throw new IllegalArgumentException(
                        "bodyBytesPerSecond: %d (expected: >= 0)".formatted(bodyBytesPerSecond));
            }
            if (responseBytesPerSecond < 0) {
                throw new IllegalArgumentException(
                        "responseBytesPerSecond: %d (expected: >= 0)".formatted(responseBytesPerSecond));
            }
            if (connections < 0) {
                throw new IllegalArgumentException("connections: %d (expected: >= 0)".formatted(connections));
            }
        }

        /** Returns the limits of 8 KiB for a request line, 64 KiB for a head, 1 GiB for a body, 64 octets of it and 256 of a response in a second. */
        public static Limits defaults() {
            return new Limits(8 << 10, 64 << 10, 1L << 30, 64, 256, 0);
        }

        /** Returns these limits with another one for bodies, in octets. */
        public Limits withBodyBytes(long most) {
            return new Limits(
                    requestLineBytes, headBytes, most, bodyBytesPerSecond, responseBytesPerSecond, connections);
        }

        /** Returns these limits with other least rates, in octets in a second, for bodies of requests and for responses. */
        public Limits withBytesPerSecond(int body, int response) {
            return new Limits(requestLineBytes, headBytes, bodyBytes, body, response, connections);
        }

        /** Returns these limits with another number of connections. */
        public Limits withConnections(int most) {
            return new Limits(requestLineBytes, headBytes, bodyBytes, bodyBytesPerSecond, responseBytesPerSecond, most);
        }
    }

    /** Returns HTTP/2.0, idle for at most 60 seconds, a head within 8 seconds, 10 seconds to stop, and {@link Limits#defaults()}. */
    public static EngineConfig defaults() {
        return DEFAULTS;
    }

    /** Returns this configuration with another self-description. */
    public EngineConfig withServer(ServerInfo info) {
        return new EngineConfig(info, protocol, limits, idleTimeout, headTimeout, stopGrace, proxies);
    }

    /** Returns this configuration with another highest version (Python: protocol_version). */
    public EngineConfig withProtocol(HttpVersion highest) {
        return new EngineConfig(server, highest, limits, idleTimeout, headTimeout, stopGrace, proxies);
    }

    /** Returns this configuration with other limits. */
    public EngineConfig withLimits(Limits other) {
        return new EngineConfig(server, protocol, other, idleTimeout, headTimeout, stopGrace, proxies);
    }

    /** Returns this configuration with another idle timeout (Python: timeout). */
    public EngineConfig withIdleTimeout(Duration timeout) {
        return new EngineConfig(server, protocol, limits, timeout, headTimeout, stopGrace, proxies);
    }

    /** Returns this configuration with another timeout for heads. */
    public EngineConfig withHeadTimeout(Duration timeout) {
        return new EngineConfig(server, protocol, limits, idleTimeout, timeout, stopGrace, proxies);
    }

    /** Returns this configuration with another grace for running exchanges. */
    public EngineConfig withStopGrace(Duration grace) {
        return new EngineConfig(server, protocol, limits, idleTimeout, headTimeout, grace, proxies);
    }

    /** Returns this configuration with proxies that are believed. */
    public EngineConfig withProxies(TrustedProxies trusted) {
        return new EngineConfig(server, protocol, limits, idleTimeout, headTimeout, stopGrace, trusted);
    }

    private static void requirePositive(Duration duration, String name) {
        if (requireNonNull(duration, name).toMillis() <= 0) {
            throw new IllegalArgumentException("%s: %s (expected: at least a millisecond)".formatted(name, duration));
        }
    }
}
