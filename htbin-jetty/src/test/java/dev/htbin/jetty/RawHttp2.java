package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;

/** A client that sends exactly the frames it is told, and shows exactly those that came: field values are octets. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1);

    private final Socket connection;
    private final Socket socket;
    private final DataInputStream in;
    private final HpackDecoder decoder = new HpackDecoder(64 << 10, System::nanoTime);

    private RawHttp2(Socket connection, Socket socket) throws IOException {
        this.connection = connection;
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write(PREFACE);
    }

    /** A frame as it came; its payload is an octet string. */
    record Frame(int type, int flags, int stream, String payload) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        /** Returns the error code of RST_STREAM or GOAWAY. */
        int error() {
            return ByteBuffer.wrap(payload.getBytes(ISO_8859_1)).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    /** A complete response. */
    record Response(int status, List<HttpField> fields, String body) {
        List<String> all(String name) {
            return fields.stream()
                    .filter(field -> field.getName().equalsIgnoreCase(name))
                    .map(HttpField::getValue)
                    .toList();
        }
    }

    /** Connects, by TLS and ALPN if the server speaks TLS; no SETTINGS are sent yet. */
    static RawHttp2 open(HttpServer server, javax.net.ssl.SSLContext tls) {
        try {
            var plain = new Socket();
            plain.setSoTimeout(20_000);
            plain.setTcpNoDelay(true);
            plain.connect(server.address(), 5_000);
            if (server.uri().getScheme().equals("http")) {
                return new RawHttp2(plain, plain);
            }
            var secured = (SSLSocket) tls.getSocketFactory()
                    .createSocket(plain, "localhost", server.address().getPort(), true);
            var parameters = secured.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            if (!"h2".equals(secured.getApplicationProtocol())) {
                throw new IOException("ALPN: '%s'".formatted(secured.getApplicationProtocol()));
            }
            return new RawHttp2(plain, secured);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connects and sends empty SETTINGS. */
    static RawHttp2 connect(HttpServer server) {
        return open(server, dev.htbin.jetty.tls.TestFiles.trusting()).send(SETTINGS, 0, 0);
    }

    RawHttp2 send(int type, int flags, int stream, byte... payload) {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return write(frame.array());
    }

    RawHttp2 write(byte[] octets) {
        try {
            socket.getOutputStream().write(octets);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the head of a request, complete with the stream or not. */
    RawHttp2 request(int stream, boolean ends, String... namesAndValues) {
        return send(HEADERS, END_HEADERS | (ends ? END_STREAM : 0), stream, block(namesAndValues));
    }

    /** Sends a GET without more fields. */
    RawHttp2 get(int stream, String path) {
        return request(stream, true, head("GET", path));
    }

    static String[] head(String method, String path) {
        return new String[] {":method", method, ":scheme", "http", ":path", path, ":authority", "a"};
    }

    static String[] head(String method, String path, String... more) {
        var all = new ArrayList<>(List.of(head(method, path)));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    RawHttp2 reset(int stream) {
        return send(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
    }

    /** Encodes fields, each as a literal that is not indexed. */
    static byte[] block(String... namesAndValues) {
        var block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            block.write(0);
            literal(block, namesAndValues[i]);
            literal(block, namesAndValues[i + 1]);
        }
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, String text) {
        int rest = text.length();
        if (rest < 0x7F) {
            block.write(rest);
        } else {
            block.write(0x7F);
            for (rest -= 0x7F; rest >= 0x80; rest >>= 7) {
                block.write((rest & 0x7F) | 0x80);
            }
            block.write(rest);
        }
        block.writeBytes(text.getBytes(ISO_8859_1));
    }

    /** Reads the next frame; fails at the end of the connection. */
    Frame frame() {
        try {
            int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = in.readNBytes(length);
            if (payload.length < length) {
                throw new EOFException("in a frame");
            }
            return new Frame(type, flags, stream, new String(payload, ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads up to the next frame of a type. */
    Frame frame(int type) {
        Frame frame = frame();
        while (frame.type != type) {
            frame = frame();
        }
        return frame;
    }

    /** Reads up to the next frame that is about a stream, windows left out. */
    Frame frameOf(int stream) {
        Frame frame = frame();
        while (frame.stream != stream || frame.type == WINDOW_UPDATE) {
            if (frame.type == GOAWAY) {
                throw new IllegalStateException("GOAWAY with " + frame.error());
            }
            frame = frame();
        }
        return frame;
    }

    MetaData decode(Frame headers) {
        try {
            return decoder.decode(ByteBuffer.wrap(headers.payload.getBytes(ISO_8859_1)));
        } catch (HpackException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads a whole response, interim ones left out; fails if the stream is reset. */
    Response response(int stream) {
        var body = new StringBuilder();
        MetaData.Response head = null;
        while (true) {
            Frame frame = frameOf(stream);
            switch (frame.type) {
                case HEADERS -> {
                    var decoded = (MetaData.Response) decode(frame);
                    head = decoded.getStatus() < 200 ? head : decoded;
                }
                case DATA -> body.append(frame.payload);
                case RST_STREAM -> throw new IllegalStateException("reset with " + frame.error());
                default -> throw new IllegalStateException("a frame of type " + frame.type);
            }
            if (head != null && frame.has(END_STREAM)) {
                return new Response(
                        head.getStatus(), head.getHttpFields().stream().toList(), body.toString());
            }
        }
    }

    /** Sends no more, not even the end of TLS; still reads. */
    void finishSending() {
        try {
            connection.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Resets the TCP connection. */
    void resetConnection() {
        try {
            connection.setSoLinger(true, 0);
            connection.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
