package dev.htbin.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;

/** A client that sends exactly what it is told and shows exactly what came. Strings are octets. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static RawClient connect(RunningHtbin htbin) throws IOException {
        return new RawClient(htbin.connect());
    }

    /** Connects from one address of this machine, such as 127.0.0.2, to a port of 127.0.0.1. */
    static RawClient connect(String from, int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(from), 0);
        socket.setSoTimeout(60_000);
        return new RawClient(socket);
    }

    int localPort() {
        return socket.getLocalPort();
    }

    /** Sends octets on a connection of their own and returns all that comes until the server closes or resets it. */
    static String exchange(RunningHtbin htbin, String octets) throws IOException {
        try (var client = connect(htbin)) {
            return client.send(octets).readAll();
        }
    }

    /** Asks for a target as it stands, on a connection of its own; the fields are lines without their ends. */
    static String ask(RunningHtbin htbin, String method, String target, String... fields) throws IOException {
        var request = new StringBuilder(
                "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".formatted(method, target));
        for (String field : fields) {
            request.append(field).append("\r\n");
        }
        return exchange(htbin, request.append("\r\n").toString());
    }

    static int status(String response) {
        assertTrue(response.matches("(?s)HTTP/1\\.1 [1-5][0-9]{2} .*"), response);
        return Integer.parseInt(response, 9, 12, 10);
    }

    /** Returns what follows the head, chunks as they came. */
    static String body(String response) {
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }

    RawClient send(String octets) throws IOException {
        try {
            socket.getOutputStream().write(octets.getBytes(ISO_8859_1));
        } catch (SocketException e) {
            // Refused before all was sent: the answer tells.
        }
        return this;
    }

    String readAll() throws IOException {
        var octets = new ByteArrayOutputStream();
        try {
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                octets.write(octet);
            }
        } catch (SocketException e) {
            // Reset: what came before it counts.
        }
        return octets.toString(ISO_8859_1);
    }

    /** Reads so many octets. */
    String read(int octets) throws IOException {
        byte[] read = in.readNBytes(octets);
        assertEquals(octets, read.length, "the connection ended");
        return new String(read, ISO_8859_1);
    }

    /** Reads up to and including a string. */
    String readTo(String end) throws IOException {
        var octets = new StringBuilder();
        while (octets.indexOf(end, Math.max(0, octets.length() - end.length())) < 0) {
            int octet = in.read();
            assertTrue(octet >= 0, () -> "ended after: " + octets);
            octets.append((char) octet);
        }
        return octets.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
