package dev.htbin.jetty;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Access;
import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.FileRegion;
import dev.htbin.http.Forwarding;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Peer;
import dev.htbin.http.Request;
import dev.htbin.http.ResponseBody;
import dev.htbin.http.ResponseHead;
import dev.htbin.http.ServerInfo;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/** The exchange over Jetty's request and response. */
final class JettyExchange implements Exchange {
    /** So much of a body that nobody read is read by the engine so that the connection can be kept. */
    private static final long DRAIN_BYTES = 256 << 10;

    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final HttpField CHUNKED = new PreEncodedHttpField(HttpHeader.TRANSFER_ENCODING, "chunked");
    private static final long WRITE_MARGIN_MILLIS = 1_000;

    private final org.eclipse.jetty.server.Request jettyRequest;
    private final Response jettyResponse;
    private final EngineHandler engine;
    private final EngineConfig config;
    private final HttpField software;
    private final RequestBody body;
    /** Whether other exchanges use the connection, too: HTTP/2. */
    private final boolean shared;

    private @Nullable Forwarding seen;
    private @Nullable ResponseOutput output;
    private volatile boolean committed;
    private volatile boolean completed;
    private volatile @Nullable Throwable aborted;
    private boolean immediate;
    private @Nullable Blocking unsent;
    private long unsentMillis;
    private boolean closes;
    private boolean chunks;
    private volatile boolean disconnected;
    private final List<Runnable> onDisconnect = new ArrayList<>(1);

    JettyExchange(org.eclipse.jetty.server.Request request, Response response, EngineHandler engine) {
        this.jettyRequest = request;
        this.jettyResponse = response;
        this.engine = engine;
        this.config = engine.config();
        this.software = engine.software();
        this.body = new RequestBody(request, config);
        var version = request.getConnectionMetaData().getHttpVersion();
        this.shared = version == org.eclipse.jetty.http.HttpVersion.HTTP_2;
        if (version == org.eclipse.jetty.http.HttpVersion.HTTP_1_0
                && request.getHeaders().contains(HttpHeader.EXPECT)) {
            request.addHttpStreamWrapper(stream -> new ResponseStream(stream, "", version));
        }
    }

    @Override
    public Request request() {
        return seen().request();
    }

    @Override
    public Peer peer() {
        return seen().peer();
    }

    /** Returns the request as its client made it. */
    private Forwarding seen() {
        if (seen == null) {
            seen = Forwarding.of(
                    RequestHead.of(jettyRequest), ConnectedPeer.of(jettyRequest, shared), config.proxies());
        }
        return seen;
    }

    @Override
    public ServerInfo server() {
        return config.server();
    }

    @Override
    public Access access() {
        return Access.open();
    }

    @Override
    public boolean hasRequestBody() {
        return jettyRequest.getLength() >= 0
                || jettyRequest.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
                || (shared && body.exists());
    }

    /** Tells whether the head announced a body, and the stream ended with the head: malformed by RFC 9113 section 8.1.1. */
    boolean lacksBody() {
        return shared && jettyRequest.getLength() > 0 && !body.exists();
    }

    @Override
    public InputStream requestBody() {
        return body;
    }

    @Override
    public void earlyHints(Fields hints) throws IOException {
        requireNotStarted();
        requireNotAborted();
        if (config.protocol() != HttpVersion.HTTP_1_0 && RequestHead.version(jettyRequest) != HttpVersion.HTTP_1_0) {
            await(EarlyHints.send(jettyResponse, hints), writeMillis(0));
        }
    }

    @Override
    public ResponseBody respond(ResponseHead head) {
        long length = start(head, -1);
        output = new ResponseOutput(this, length, head.bodiless() || isHead());
        return output;
    }

    @Override
    public void respond(ResponseHead head, ByteBuffer content) throws IOException {
        start(head, content.remaining());
        if (head.bodiless() || isHead()) {
            sendHeadOnly(content.remaining());
        } else {
            send(true, content);
        }
        completed();
    }

    @Override
    public void respond(ResponseHead head, FileRegion region) throws IOException {
        start(head, region.length());
        if (head.bodiless() || isHead() || region.length() == 0) {
            sendHeadOnly(region.length());
        } else {
            boolean asTheyAre = !shared && !jettyRequest.isSecure();
            RegionPieces.send(
                    region,
                    asTheyAre ? Optional.of(engine.windows()) : Optional.empty(),
                    jettyRequest.getComponents().getByteBufferPool(),
                    this);
        }
        completed();
    }

    @Override
    public boolean committed() {
        return committed;
    }

    @Override
    public void abort(Throwable cause) {
        if (completed || aborted != null) {
            return;
        }
        aborted = requireNonNull(cause, "cause");
        if (jettyRequest.getConnectionMetaData().getConnection() instanceof HTTP2Connection http2) {
            int id = Integer.parseInt(jettyRequest.getId());
            Stream stream = http2.getSession().getStream(id);
            if (stream != null) {
                stream.reset(new ResetFrame(id, ErrorCode.INTERNAL_ERROR.code), org.eclipse.jetty.util.Callback.NOOP);
            }
            return;
        }
        // Not through TLS, which would end as if nothing were amiss.
        EndPoint endPoint = endPoint();
        if (endPoint.getTransport() instanceof SocketChannel channel) {
            try {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                // Closed already; then the client has seen it.
            }
        }
        endPoint.close(cause);
    }

    /** Ends what outlives the server: as if the client had gone. */
    void breakOff() {
        if (committed) {
            abort(new IOException("the server stopped before the response was complete"));
        }
        disconnected();
    }

    /** From now on, the client's going away is noticed: Jetty tells nobody who asks later. To be called before another thread has the exchange. */
    void watch() {
        jettyRequest.addFailureListener(failure -> disconnected());
    }

    @Override
    public void onDisconnect(Runnable action) {
        requireNonNull(action, "action");
        synchronized (onDisconnect) {
            onDisconnect.add(action);
        }
        if (disconnected || !endPoint().isOpen()) {
            disconnected();
        }
    }

    /** Runs the actions that wait for the client's going away, each once. */
    private void disconnected() {
        disconnected = true;
        List<Runnable> actions;
        synchronized (onDisconnect) {
            actions = List.copyOf(onDisconnect);
            onDisconnect.clear();
        }
        actions.forEach(Runnable::run);
    }

    /** Starts the response; returns its Content-Length or -1. */
    private long start(ResponseHead head, long length) {
        requireNotStarted();
        committed = true;
        var fields = new ResponseFields(head, length);
        boolean capped = config.protocol() == HttpVersion.HTTP_1_0;
        closes = !shared && (fields.closes() || capped || engine.keepsNone() || leavesBody());
        fields.addTo(jettyResponse.getHeaders(), jettyRequest, software, closes);
        jettyResponse.setStatus(head.status());
        if (head.bodiless() || (!shared && (!head.reason().isEmpty() || capped))) {
            var version = capped
                    ? org.eclipse.jetty.http.HttpVersion.HTTP_1_0
                    : jettyRequest.getConnectionMetaData().getHttpVersion();
            jettyRequest.addHttpStreamWrapper(stream -> new ResponseStream(stream, head.reason(), version));
        }
        chunks = !capped
                && fields.contentLength() < 0
                && !head.bodiless()
                && RequestHead.version(jettyRequest) == HttpVersion.HTTP_1_1;
        return fields.contentLength();
    }

    private void requireNotStarted() {
        if (committed) {
            throw new IllegalStateException("the response was started before");
        }
    }

    /** Tells whether so much of the request's body is unread that the connection is not worth keeping. */
    private boolean leavesBody() {
        if (body.ended() || !hasRequestBody()) {
            return false;
        }
        boolean waiting = !body.begun() && jettyRequest.getHeaders().contains(HttpHeader.EXPECT);
        return waiting || jettyRequest.getLength() - body.received() > DRAIN_BYTES;
    }

    /** Sends the head of a response without a body; the octets are those that would have been its body, if that is known. */
    void sendHeadOnly(long octets) throws IOException {
        boolean bodiless = jettyResponse.getStatus() == 204 || jettyResponse.getStatus() == 304;
        if (!bodiless && octets > 0 && !jettyResponse.getHeaders().contains(HttpHeader.CONTENT_LENGTH)) {
            jettyResponse.getHeaders().put(HttpHeader.CONTENT_LENGTH, octets);
        }
        if (!bodiless && !jettyResponse.getHeaders().contains(HttpHeader.CONTENT_LENGTH)) {
            // With the last part, Jetty would say that the length is 0.
            send(false, BufferUtil.EMPTY_BUFFER);
        }
        send(true, BufferUtil.EMPTY_BUFFER);
    }

    /** From now on, or no longer, a response is sent in one piece and without waiting until it is; {@link #finish} waits for that. */
    void sendWithoutWaiting(boolean now) {
        immediate = now;
    }

    /** Tells whether the client, or the operating system for it, has taken what was sent without waiting. */
    boolean sent() {
        Blocking last = unsent;
        return last == null || last.ended();
    }

    void send(boolean last, ByteBuffer content) throws IOException {
        requireNotAborted();
        if (immediate && (!last || unsent != null)) {
            throw new IllegalStateException("a response of several pieces can't be sent without waiting");
        }
        if (!last && !jettyResponse.isCommitted() && chunks) {
            // Else Jetty ends the body with the connection when that closes, and a broken body looks complete.
            jettyResponse.getHeaders().put(CHUNKED);
        }
        long millis = writeMillis(content.remaining());
        var sent = new Blocking();
        jettyResponse.write(last, content, sent);
        if (immediate) {
            unsent = sent;
            unsentMillis = millis;
        } else {
            await(sent, millis);
        }
    }

    private void await(Blocking sent, long millis) throws IOException {
        try {
            if (!sent.await(millis)) {
                var slow = new IOException("the client took less than %d octets of the response in a second"
                        .formatted(config.limits().responseBytesPerSecond()));
                abort(slow);
                // The abort ends the write; until then the octets may still be read.
                sent.awaitEnd();
                throw slow;
            }
        } catch (IOException e) {
            disconnected();
            throw e;
        }
    }

    /** Returns how long a piece of the response may take; a client that reads nothing at all runs into the idle timeout before. */
    private long writeMillis(int octets) {
        int rate = config.limits().responseBytesPerSecond();
        return rate == 0
                ? TimeUnit.DAYS.toMillis(365)
                : config.idleTimeout().toMillis() + WRITE_MARGIN_MILLIS + octets * 1000L / rate;
    }

    void completed() {
        completed = true;
    }

    /**
     * Completes the response after the handler returned.
     *
     * @return whether the connection is ready for the next request; else it must be closed
     * @throws IOException if the response could not be completed
     */
    boolean finish() throws IOException {
        requireNotAborted();
        if (output != null) {
            output.close();
        }
        if (unsent != null) {
            await(unsent, unsentMillis);
        }
        return shared || (!closes && (body.ended() || !hasRequestBody() || body.drain(DRAIN_BYTES, DRAIN_NANOS)));
    }

    /** Tells whether the response, which was started, is the connection's last. */
    boolean closes() {
        return closes;
    }

    /** Tells whether nobody is there to respond to. */
    boolean broken() {
        return aborted != null || disconnected || !endPoint().isOpen();
    }

    private void requireNotAborted() throws IOException {
        Throwable cause = aborted;
        if (cause != null) {
            throw new IOException("the exchange was aborted", cause);
        }
    }

    private boolean isHead() {
        return jettyRequest.getMethod().equals("HEAD");
    }

    private EndPoint endPoint() {
        EndPoint layer = jettyRequest.getConnectionMetaData().getConnection().getEndPoint();
        ClientEndPoint client = ClientEndPoint.of(layer);
        return client == null ? layer : client;
    }
}
