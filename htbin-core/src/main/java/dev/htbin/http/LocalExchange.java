package dev.htbin.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * An exchange without a connection: the request is at hand, and the response is written as a client would be shown it, status line, fields, blank line and body, the
 * body without a transfer coding. For one request from inside a program.
 */
public final class LocalExchange implements Exchange {
    private final Request request;
    private final Optional<InputStream> body;
    private final ServerInfo server;
    private final InetSocketAddress local;
    private final OutputStream out;
    private final IntFunction<String> phrases;
    private @Nullable ResponseHead head;
    private volatile @Nullable Throwable aborted;

    /**
     * Creates an exchange between this machine and itself.
     *
     * @param request the head of the request
     * @param body the request's body; empty if it has none
     * @param server what the server says of itself
     * @param port the port that it says it was asked on
     * @param out where the response goes; flushed after each part of it, not closed
     * @param phrases the reason phrase of a status that was given none
     */
    public LocalExchange(
            Request request,
            Optional<InputStream> body,
            ServerInfo server,
            int port,
            OutputStream out,
            IntFunction<String> phrases) {
        this.phrases = requireNonNull(phrases, "phrases");
        this.request = requireNonNull(request, "request");
        this.body = requireNonNull(body, "body");
        this.server = requireNonNull(server, "server");
        this.local = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.out = requireNonNull(out, "out");
    }

    /** Returns the head of the response; empty before it began. */
    public Optional<ResponseHead> head() {
        return Optional.ofNullable(head);
    }

    /** Returns why the exchange was broken off; empty if it was not. */
    public Optional<Throwable> aborted() {
        return Optional.ofNullable(aborted);
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Peer peer() {
        return new Peer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), local, false, Optional.empty());
    }

    @Override
    public ServerInfo server() {
        return server;
    }

    @Override
    public Access access() {
        return Access.open();
    }

    @Override
    public boolean hasRequestBody() {
        return body.isPresent();
    }

    @Override
    public InputStream requestBody() {
        return body.orElseGet(InputStream::nullInputStream);
    }

    @Override
    public void earlyHints(Fields hints) throws IOException {
        if (request.version() == HttpVersion.HTTP_1_1) {
            write(103, "", hints);
        }
    }

    @Override
    public ResponseBody respond(ResponseHead responseHead) throws IOException {
        start(responseHead);
        boolean discarded = responseHead.bodiless() || request.isHead();
        return ResponseBody.to(discarded ? OutputStream.nullOutputStream() : new LeftOpen(out));
    }

    @Override
    public void respond(ResponseHead responseHead, ByteBuffer octets) throws IOException {
        boolean sized = responseHead.fields().contains("Content-Length") || responseHead.bodiless();
        String length = Integer.toString(octets.remaining());
        ResponseHead whole = sized
                ? responseHead
                : new ResponseHead(
                        responseHead.status(),
                        responseHead.reason(),
                        responseHead.fields().plus("Content-Length", length));
        try (ResponseBody response = respond(whole)) {
            response.write(octets);
        }
    }

    @Override
    public void respond(ResponseHead responseHead, FileRegion region) throws IOException {
        try (ResponseBody response = respond(responseHead)) {
            ByteBuffer part = ByteBuffer.allocate(64 << 10);
            long at = region.offset();
            long end = region.offset() + region.length();
            while (at < end) {
                part.clear().limit((int) Math.min(part.capacity(), end - at));
                int count = region.channel().read(part, at);
                if (count < 0) {
                    throw new IOException("the file has become shorter");
                }
                at += count;
                response.write(part.flip());
            }
        }
    }

    @Override
    public boolean committed() {
        return head != null;
    }

    @Override
    public void abort(Throwable cause) {
        aborted = cause;
    }

    /** Does nothing: a client that is the same program does not go away. */
    @Override
    public void onDisconnect(Runnable action) {}

    private void start(ResponseHead responseHead) throws IOException {
        if (head != null) {
            throw new IllegalStateException("the response was started before");
        }
        head = responseHead;
        write(responseHead.status(), responseHead.reason(), responseHead.fields());
    }

    private void write(int status, String reason, Fields fields) throws IOException {
        var text = new StringBuilder("HTTP/1.1 ").append(status).append(' ');
        text.append(reason.isEmpty() ? phrases.apply(status) : reason).append("\r\n");
        for (Field field : fields) {
            text.append(field.name()).append(": ").append(field.value()).append("\r\n");
        }
        out.write(text.append("\r\n").toString().getBytes(ISO_8859_1));
        out.flush();
    }

    /** What is written to is somebody else's: the end of the response leaves it open. */
    private static final class LeftOpen extends FilterOutputStream {
        LeftOpen(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            out.write(octets, offset, length);
        }

        @Override
        public void close() throws IOException {
            out.flush();
        }
    }
}
