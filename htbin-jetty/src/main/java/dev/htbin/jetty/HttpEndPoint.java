package dev.htbin.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ProxyConnectionFactory;
import org.jspecify.annotations.Nullable;

/** The client's connection as HTTP reads it, without TLS and without a PROXY header: tells {@link ClientEndPoint} of the octets of HTTP. */
class HttpEndPoint extends ProxyConnectionFactory.ProxyEndPoint {
    private final EndPoint inner;
    private final @Nullable ClientEndPoint client;

    HttpEndPoint(EndPoint inner) {
        super(inner, inner.getLocalSocketAddress(), inner.getRemoteSocketAddress());
        this.inner = inner;
        this.client = ClientEndPoint.of(inner);
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        int filled = inner.fill(buffer);
        if (filled > 0 && client != null) {
            client.received(buffer, filled);
        }
        return filled;
    }

    /** The handshake may go on when HTTP begins, so what is known of it is asked for each time. */
    @Override
    public EndPoint.@Nullable SslSessionData getSslSessionData() {
        return inner.getSslSessionData();
    }

    @Override
    public boolean isSecure() {
        return inner.isSecure();
    }
}
