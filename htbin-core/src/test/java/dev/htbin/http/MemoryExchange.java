package dev.htbin.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An engine without a socket: takes the text of one request and gives the text of the response, framed as HTTP/1.1 has it. Tests read as bytes.
 *
 * <p>Line ends of the request's head may be plain LF. {@code Date} and {@code Server} are left out, so that responses compare.
 */
public final class MemoryExchange implements Exchange {
    private final Request request;
    private final byte[] requestBody;
    private final boolean hasRequestBody;
    private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
    private final List<Runnable> onDisconnect = new CopyOnWriteArrayList<>();
    private Optional<Peer.TcpConnection> connection = Optional.empty();
    private @Nullable ResponseHead head;
    private volatile @Nullable Throwable aborted;

    private MemoryExchange(Request request, byte[] requestBody, boolean hasRequestBody) {
        this.request = request;
        this.requestBody = requestBody;
        this.hasRequestBody = hasRequestBody;
    }

    /** Returns the exchange of a raw request, an octet string. */
    public static MemoryExchange of(String raw) {
        String text = raw.replace("\r\n", "\n");
        int blank = text.indexOf("\n\n");
        String[] lines = (blank < 0 ? text : text.substring(0, blank)).split("\n", -1);
        String[] words = lines[0].split(" ", -1);
        var fields = new ArrayList<Field>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            fields.add(new Field(
                    lines[i].substring(0, colon), lines[i].substring(colon + 1).strip()));
        }
        HttpVersion version = switch (words[2]) {
            case "HTTP/1.0" -> HttpVersion.HTTP_1_0;
            case "HTTP/1.1" -> HttpVersion.HTTP_1_1;
            case "HTTP/2.0" -> HttpVersion.HTTP_2;
            default -> throw new IllegalArgumentException(words[2]);
        };
        byte[] body = blank < 0 ? new byte[0] : text.substring(blank + 2).getBytes(ISO_8859_1);
        Fields all = Fields.of(fields);
        return new MemoryExchange(new Request(words[0], words[1], version, all), body, all.contains("Content-Length"));
    }

    /** Returns the exchange of a raw request over a connection that was reset: no descriptor of this process has it. */
    public static MemoryExchange ofReset(String raw) {
        var local = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8000);
        var nowhere = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 50000);
        MemoryExchange exchange = of(raw);
        exchange.connection = Optional.of(new Peer.TcpConnection(local, nowhere));
        return exchange;
    }

    /** Lets a handler answer a raw request and returns the raw response, an octet string. */
    public static String answer(HttpHandler handler, String raw) {
        var exchange = of(raw);
        try {
            handler.handle(exchange);
        } catch (IOException e) {
            throw new AssertionError("the handler threw", e);
        }
        return exchange.response();
    }

    /** Returns what was sent, an octet string; the framing included. */
    public String response() {
        return wire.toString(ISO_8859_1);
    }

    /** Returns why the exchange was broken off. */
    public Optional<Throwable> aborted() {
        return Optional.ofNullable(aborted);
    }

    /** Lets the client go away. */
    public void disconnect() {
        onDisconnect.forEach(Runnable::run);
        onDisconnect.clear();
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Peer peer() {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        return new Peer(
                new InetSocketAddress(loopback, 50000), new InetSocketAddress(loopback, 8000), false, connection);
    }

    @Override
    public ServerInfo server() {
        return new ServerInfo("htbin/test", "localhost");
    }

    @Override
    public Access access() {
        return Access.open();
    }

    @Override
    public boolean hasRequestBody() {
        return hasRequestBody;
    }

    @Override
    public InputStream requestBody() {
        return new ByteArrayInputStream(requestBody);
    }

    @Override
    public void earlyHints(Fields hints) throws IOException {
        if (request.version() == HttpVersion.HTTP_1_1) {
            write(103, "", hints);
        }
    }

    @Override
    public ResponseBody respond(ResponseHead responseHead) throws IOException {
        boolean sized = responseHead.fields().contains("Content-Length");
        boolean chunked = !sized && !responseHead.bodiless() && request.version() == HttpVersion.HTTP_1_1;
        start(chunked ? plus(responseHead, "Transfer-Encoding", "chunked") : responseHead);
        if (responseHead.bodiless() || request.isHead()) {
            return ResponseBody.to(OutputStream.nullOutputStream());
        }
        return ResponseBody.to(chunked ? new Chunked() : wire);
    }

    @Override
    public void respond(ResponseHead responseHead, ByteBuffer body) throws IOException {
        boolean sized = responseHead.fields().contains("Content-Length") || responseHead.bodiless();
        start(sized ? responseHead : plus(responseHead, "Content-Length", Integer.toString(body.remaining())));
        if (!responseHead.bodiless() && !request.isHead()) {
            byte[] octets = new byte[body.remaining()];
            body.get(octets);
            wire.write(octets);
        }
    }

    @Override
    public void respond(ResponseHead responseHead, FileRegion body) throws IOException {
        var octets = ByteBuffer.allocate(Math.toIntExact(body.length()));
        while (octets.hasRemaining() && body.channel().read(octets, body.offset() + octets.position()) >= 0) {
            // Reads on until the region is whole.
        }
        respond(responseHead, octets.flip());
    }

    @Override
    public boolean committed() {
        return head != null;
    }

    @Override
    public void abort(Throwable cause) {
        aborted = cause;
    }

    @Override
    public void onDisconnect(Runnable action) {
        onDisconnect.add(action);
    }

    private void start(ResponseHead responseHead) throws IOException {
        if (head != null) {
            throw new IllegalStateException("the response was started before");
        }
        head = responseHead;
        write(responseHead.status(), responseHead.reason(), responseHead.fields());
    }

    private void write(int status, String reason, Fields fields) throws IOException {
        var text = new StringBuilder("HTTP/1.1 " + status);
        text.append(reason.isEmpty() ? "" : " " + reason).append("\r\n");
        for (Field field : fields) {
            text.append(field.name()).append(": ").append(field.value()).append("\r\n");
        }
        wire.write(text.append("\r\n").toString().getBytes(ISO_8859_1));
    }

    private static ResponseHead plus(ResponseHead head, String name, String value) {
        return new ResponseHead(head.status(), head.reason(), head.fields().plus(name, value));
    }

    private final class Chunked extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            if (length > 0) {
                wire.write((Integer.toHexString(length) + "\r\n").getBytes(ISO_8859_1));
                wire.write(octets, offset, length);
                wire.write("\r\n".getBytes(ISO_8859_1));
            }
        }

        @Override
        public void close() throws IOException {
            wire.write("0\r\n\r\n".getBytes(ISO_8859_1));
        }
    }
}
