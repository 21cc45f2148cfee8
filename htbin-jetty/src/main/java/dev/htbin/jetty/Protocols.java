package dev.htbin.jetty;

import dev.htbin.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ProxyConnectionFactory;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** What is spoken on a connection, layer by layer: a PROXY header, TLS, and HTTP/1 or HTTP/2. */
final class Protocols {
    /** Names keep their case; of a Host field, RequestHead checks the syntax, since Jetty refuses an empty port. */
    private static final HttpCompliance STRICT = HttpCompliance.STRICT.with(
            "htbin", HttpCompliance.Violation.CASE_SENSITIVE_FIELD_NAME, HttpCompliance.Violation.UNSAFE_HOST_HEADER);

    /** htbin's own UrlPath decides on paths; here they only pass. */
    private static final UriCompliance RAW =
            UriCompliance.UNSAFE.without("htbin", UriCompliance.Violation.FRAGMENT, UriCompliance.Violation.USER_INFO);

    /** How many requests of one connection are answered at once; a client waits with the others. */
    private static final int STREAMS = 100;

    private Protocols() {}

    /** Returns the layers, the outermost first. */
    static List<ConnectionFactory> of(ListenerConfig listener, Optional<TlsContext> tls, EngineConfig config) {
        boolean http2 = config.protocol() == HttpVersion.HTTP_2;
        var layers = new ArrayList<ConnectionFactory>();
        var http1 = new Http1(configuration(config));
        if (listener.proxyProtocol()) {
            layers.add(new Proxied(tls.isPresent() ? "SSL" : http1.getProtocol()));
        }
        if (tls.isPresent()) {
            var alpn = http2 ? new ALPNServerConnectionFactory("h2", "http/1.1") : null;
            if (alpn != null) {
                alpn.setDefaultProtocol(http1.getProtocol());
            }
            layers.add(new Secured(tls.get().factory(), alpn == null ? http1.getProtocol() : alpn.getProtocol()));
            if (alpn != null) {
                layers.add(alpn);
                layers.add(bounded(new Http2(configuration(config))));
            }
            layers.add(http1);
        } else {
            layers.add(http1);
            if (http2) {
                layers.add(bounded(new Http2InClear(configuration(config))));
            }
        }
        return layers;
    }

    private static HttpConfiguration configuration(EngineConfig config) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(config.limits().headBytes());
        http.setResponseHeaderSize(64 << 10);
        http.setHeaderCacheCaseSensitive(true);
        http.setHttpCompliance(STRICT);
        http.setUriCompliance(RAW);
        http.setNotifyRemoteAsyncErrors(true);
        return http;
    }

    private static HTTP2ServerConnectionFactory bounded(HTTP2ServerConnectionFactory http2) {
        http2.setMaxConcurrentStreams(STREAMS);
        http2.setConnectProtocolEnabled(false);
        return http2;
    }

    private static void prepared(EndPoint endPoint) {
        ClientEndPoint client = ClientEndPoint.of(endPoint);
        if (client != null) {
            client.prepared();
        }
    }

    private static void multiplexed(EndPoint endPoint) {
        ClientEndPoint client = ClientEndPoint.of(endPoint);
        if (client != null) {
            client.multiplex();
        }
    }

    private static Http2EndPoint http2(EndPoint endPoint, Connector connector) {
        EndPoint inner = endPoint instanceof HttpEndPoint http1 ? http1.unwrap() : endPoint;
        return new Http2EndPoint(inner, connector.getByteBufferPool());
    }

    /** HTTP/1.0 and HTTP/1.1. */
    private static final class Http1 extends HttpConnectionFactory {
        Http1(HttpConfiguration config) {
            super(config);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            if (!(endPoint instanceof SslConnection.SslEndPoint)) {
                // With TLS, it is the end of the handshake that ends what comes before HTTP.
                prepared(endPoint);
            }
            return super.newConnection(connector, new HttpEndPoint(endPoint));
        }
    }

    /** HTTP/2 over TLS, chosen by ALPN. */
    private static final class Http2 extends HTTP2ServerConnectionFactory {
        Http2(HttpConfiguration config) {
            super(config);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            multiplexed(endPoint);
            return super.newConnection(connector, http2(endPoint, connector));
        }
    }

    /**
     * HTTP/2 in clear, for clients that know that it is spoken here. The Upgrade field is not heeded: a proxy that passes it on unawares would let whole connections
     * past its rules, and RFC 9113 dropped it.
     */
    private static final class Http2InClear extends HTTP2CServerConnectionFactory {
        Http2InClear(HttpConfiguration config) {
            super(config);
        }

        @Override
        public @Nullable Connection upgradeConnection(
                Connector connector, EndPoint endPoint, MetaData.Request request, HttpFields.Mutable response) {
            return HttpMethod.PRI.is(request.getMethod())
                    ? super.upgradeConnection(connector, endPoint, request, response)
                    : null;
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            multiplexed(endPoint);
            return super.newConnection(connector, http2(endPoint, connector));
        }
    }

    /** TLS. */
    private static final class Secured extends SslConnectionFactory {
        Secured(SslContextFactory.Server context, String next) {
            super(context, next);
            setEnsureSecureRequestCustomizer(false);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            Connection connection = super.newConnection(connector, endPoint);
            if (connection instanceof SslConnection tls) {
                tls.addHandshakeListener(new SslHandshakeListener() {
                    @Override
                    public void handshakeSucceeded(Event event) {
                        prepared(endPoint);
                    }
                });
            }
            return connection;
        }
    }

    /** A PROXY header, without which nothing follows: a client that could leave it out would choose whose address is seen. */
    private static final class Proxied extends ProxyConnectionFactory {
        Proxied(String next) {
            super(next);
        }

        @Override
        protected void nextProtocol(Connector connector, EndPoint endPoint, java.nio.ByteBuffer buffer) {
            throw new IllegalStateException("the connection does not begin with a PROXY header");
        }
    }
}
