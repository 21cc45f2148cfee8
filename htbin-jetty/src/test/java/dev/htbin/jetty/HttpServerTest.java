package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Engine contract, over sockets: a server's life. */
class HttpServerTest {
    static final InetSocketAddress ANYWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    static final HttpHandler HELLO = exchange -> exchange.respond(
            ResponseHead.of(200, Fields.empty().plus("Content-Type", "text/plain")),
            ByteBuffer.wrap("hello".getBytes(ISO_8859_1)));

    @Test
    void answersOneRequestAfterAnotherOnOneConnection() throws IOException {
        try (var server = HttpServer.start(ANYWHERE, HELLO);
                var client = RawClient.connect(server)) {
            for (int i = 0; i < 3; i++) {
                var response = client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response();
                assertEquals(200, response.status());
                assertEquals("hello", response.body());
            }
        }
    }

    @Test
    void handlesOnVirtualThreads() throws IOException {
        HttpHandler handler = exchange -> exchange.respond(
                ResponseHead.of(200, Fields.empty()),
                ByteBuffer.wrap(
                        String.valueOf(Thread.currentThread().isVirtual()).getBytes(ISO_8859_1)));
        try (var server = HttpServer.start(ANYWHERE, handler)) {
            assertTrue(RawClient.exchange(server, "GET / HTTP/1.0\r\n\r\n").endsWith("\r\n\r\ntrue"));
        }
    }

    @Test
    void saysWhichAddressAndPortAreTaken() throws IOException {
        try (var server = HttpServer.start(ANYWHERE, HELLO)) {
            var failure = assertThrows(IOException.class, () -> HttpServer.start(server.address(), HELLO));
            String text = String.valueOf(failure.getMessage());
            assertTrue(text.contains("port " + server.address().getPort()), text);
            assertTrue(text.contains("Address already in use"), text);
        }
    }
}
