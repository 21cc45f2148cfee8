package dev.htbin.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.http.HttpHandler;
import dev.htbin.jetty.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A server on a port of its own, and clients that say exactly what they are told to. */
record Server(HttpServer http) implements AutoCloseable {
    static Server of(HttpHandler handler) throws IOException {
        return new Server(HttpServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), handler));
    }

    Socket connect() throws IOException {
        var socket = new Socket(http.address().getAddress(), http.address().getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** Returns the response to a request, whose fields come without line ends. */
    String send(String requestLine, String... fields) throws IOException {
        var head = new StringBuilder(requestLine).append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        try (Socket socket = connect()) {
            socket.getOutputStream().write(head.append("\r\n").toString().getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    String get(String target, String... fields) throws IOException {
        return send("GET " + target, fields);
    }

    /** Returns the response to a GET with a name and a password, separated by a colon. */
    String getAs(String pair, String target) throws IOException {
        return get(target, "Authorization: " + Site.basic(pair));
    }

    @Override
    public void close() {
        http.close();
    }
}
