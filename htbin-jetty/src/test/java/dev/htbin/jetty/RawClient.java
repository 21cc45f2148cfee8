package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.jetty.tls.TestFiles;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client that sends exactly what it is told and shows exactly what came: strings are octets. */
final class RawClient implements AutoCloseable {
    private final Socket connection;
    private final Socket socket;
    private final InputStream in;

    private RawClient(Socket connection, Socket socket) throws IOException {
        this.connection = connection;
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /** Connects to a server, with TLS if that is what it speaks. */
    static RawClient connect(HttpServer server) {
        return server.uri().getScheme().equals("https")
                ? connect(server.address(), TestFiles.trusting())
                : connect(server.address());
    }

    /** Connects with TLS, after some octets in clear. */
    static RawClient connect(InetSocketAddress address, SSLContext tls, byte... before) {
        try {
            RawClient plain = connect(address).send(before);
            var secured = (SSLSocket)
                    tls.getSocketFactory().createSocket(plain.socket, "www.example.org", address.getPort(), true);
            secured.startHandshake();
            return new RawClient(plain.socket, secured);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RawClient connect(InetSocketAddress address) {
        try {
            var socket = new Socket();
            socket.setSoTimeout(20_000);
            socket.setTcpNoDelay(true);
            socket.connect(address, 5_000);
            return new RawClient(socket, socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request on a connection of its own and returns all that comes until the server closes. */
    static String exchange(HttpServer server, String request) {
        try (var client = connect(server)) {
            return client.send(request).halfClose().readAll();
        }
    }

    RawClient send(String octets) {
        return send(octets.getBytes(ISO_8859_1));
    }

    RawClient send(byte[] octets) {
        try {
            socket.getOutputStream().write(octets);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawClient halfClose() {
        try {
            socket.shutdownOutput();
        } catch (SocketException e) {
            // The server was faster.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Resets the connection. */
    void reset() {
        try {
            connection.setSoLinger(true, 0);
            connection.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until the server ends its output; fails if the connection is reset. */
    String readAll() {
        try {
            return new String(in.readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads some octets. */
    String read(int octets) {
        try {
            byte[] bytes = in.readNBytes(octets);
            if (bytes.length < octets) {
                throw new EOFException(
                        "%d of %d octets: %s".formatted(bytes.length, octets, new String(bytes, ISO_8859_1)));
            }
            return new String(bytes, ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads up to and including a string. */
    String readTo(String end) {
        var octets = new ByteArrayOutputStream();
        try {
            while (!octets.toString(ISO_8859_1).endsWith(end)) {
                int octet = in.read();
                if (octet < 0) {
                    throw new EOFException("before '%s': %s".formatted(end, octets.toString(ISO_8859_1)));
                }
                octets.write(octet);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return octets.toString(ISO_8859_1);
    }

    /** Reads one response, framed by its Content-Length or chunked; one without either ends with the connection. */
    Response response() {
        String head = readTo("\r\n\r\n");
        String lower = head.toLowerCase(Locale.ROOT);
        if (lower.contains("\r\ntransfer-encoding: chunked\r\n")) {
            return new Response(head, chunks());
        }
        int at = lower.indexOf("\r\ncontent-length: ");
        if (at < 0) {
            boolean none = head.startsWith("HTTP/1.1 204") || head.startsWith("HTTP/1.1 304");
            return new Response(head, none ? "" : readAll());
        }
        int start = at + "\r\ncontent-length: ".length();
        return new Response(head, read(Integer.parseInt(head, start, head.indexOf('\r', start), 10)));
    }

    private String chunks() {
        var body = new StringBuilder();
        while (true) {
            String line = readTo("\r\n").strip();
            int size = Integer.parseInt(line, 16);
            if (size == 0) {
                readTo("\r\n");
                return body.toString();
            }
            body.append(read(size));
            read(2);
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

    /** One response: its head with the blank line, and its body. */
    record Response(String head, String body) {
        int status() {
            return Integer.parseInt(head, 9, 12, 10);
        }

        List<String> all(String name) {
            var values = new ArrayList<String>();
            for (String line : head.split("\r\n", -1)) {
                if (line.regionMatches(true, 0, name + ": ", 0, name.length() + 2)) {
                    values.add(line.substring(name.length() + 2));
                }
            }
            return values;
        }
    }
}
