package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Peer;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Engine contract, over sockets: a server's life. */
class HttpServerTest {
    static final InetSocketAddress ANYWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    static final HttpHandler HELLO = exchange -> exchange.respond(
            ResponseHead.of(200, Fields.empty().plus("Content-Type", "text/plain")),
            ByteBuffer.wrap("hello".getBytes(ISO_8859_1)));

    @Test
    void answersAfterServeWhatConnectedBefore() throws IOException {
        try (Listener listener = HttpServer.bind(ANYWHERE, EngineConfig.defaults());
                var early = new Socket()) {
            early.connect(listener.address());
            early.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
            early.setSoTimeout(200);
            assertThrows(
                    SocketTimeoutException.class, () -> early.getInputStream().read());
            early.setSoTimeout(10_000);
            try (HttpServer server = listener.serve(HELLO)) {
                assertEquals(listener.address(), server.address());
                assertEquals("HTTP/1.1 200", new String(early.getInputStream().readNBytes(12), US_ASCII));
                assertThrows(IllegalStateException.class, () -> listener.serve(HELLO));
            }
        }
    }

    @Test
    void listensNoMoreOnceAListenerIsClosed() throws IOException {
        Listener listener = HttpServer.bind(ANYWHERE, EngineConfig.defaults());
        listener.close();
        try (var late = new Socket()) {
            assertThrows(ConnectException.class, () -> late.connect(listener.address()));
        }
        HttpServer.bind(listener.address(), EngineConfig.defaults()).close();
    }

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
    void handlesAnyNumberAtOnce() throws Exception {
        int clients = 200;
        var all = new CyclicBarrier(clients);
        HttpHandler handler = exchange -> {
            try {
                all.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new IOException(e);
            }
            exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(new byte[] {'!'}));
        };
        List<RawClient> open = new ArrayList<>();
        try (var server = HttpServer.start(ANYWHERE, handler)) {
            for (int i = 0; i < clients; i++) {
                open.add(RawClient.connect(server).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
            }
            for (RawClient client : open) {
                assertEquals("!", client.response().body());
                client.close();
            }
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

    @Test
    void letsRunningExchangesFinishWhenItIsClosed() throws Exception {
        var arrived = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        HttpHandler handler = exchange -> {
            if (exchange.request().rawPath().equals("/slow")) {
                arrived.countDown();
                await(mayEnd);
            }
            HELLO.handle(exchange);
        };
        var server = HttpServer.start(ANYWHERE, handler);
        try (var client = RawClient.connect(server);
                var silent = RawClient.connect(server);
                var idle = RawClient.connect(server)) {
            // Its answer shows that both were accepted: those that were not are reset.
            idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response();
            client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
            await(arrived);
            var closer = Thread.startVirtualThread(server::close);
            assertEquals("", idle.readAll(), "an idle connection is closed at once");
            assertEquals("", silent.readAll(), "so is one without a request");
            assertThrows(UncheckedIOException.class, () -> RawClient.connect(server));
            mayEnd.countDown();
            var response = client.response();
            assertEquals("hello", response.body());
            assertEquals(List.of("close"), response.all("Connection"));
            closer.join();
            server.serveForever();
        }
    }

    @Test
    void abortsExchangesThatOutliveTheGrace() throws Exception {
        var arrived = new CountDownLatch(1);
        var gone = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        HttpHandler handler = exchange -> {
            exchange.onDisconnect(gone::countDown);
            arrived.countDown();
            await(mayEnd);
        };
        var server = HttpServer.start(ANYWHERE, handler, EngineConfig.defaults().withStopGrace(Duration.ZERO));
        try (var client = RawClient.connect(server)) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await(arrived);
            server.close();
            await(gone);
            assertEquals("", client.readAll());
        } finally {
            mayEnd.countDown();
        }
    }

    @Test
    void tellsTheTwoEndsOfTheConnection() throws IOException {
        HttpHandler handler = exchange -> {
            Peer peer = exchange.peer();
            String text = peer.clientAddress() + " " + peer.local().getPort() + " " + peer.secure() + " "
                    + peer.connection().orElseThrow().remote().equals(peer.client());
            exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
        };
        try (var server = HttpServer.start(ANYWHERE, handler);
                var client = RawClient.connect(server)) {
            assertEquals(
                    "127.0.0.1 " + server.address().getPort() + " false true",
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response().body());
            assertEquals(
                    "http://127.0.0.1:" + server.address().getPort() + "/",
                    server.uri().toString());
        }
    }

    @Test
    void doesNotTakeASilentHandlerForAnIdleConnection() throws Exception {
        var arrived = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        HttpHandler handler = exchange -> {
            if (exchange.request().rawPath().equals("/slow")) {
                arrived.countDown();
                await(mayEnd);
            }
            HELLO.handle(exchange);
        };
        var config = EngineConfig.defaults().withIdleTimeout(Duration.ofSeconds(1));
        try (var server = HttpServer.start(ANYWHERE, handler, config);
                var slow = RawClient.connect(server)) {
            slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
            await(arrived);
            for (int i = 0; i < 2; i++) {
                try (var idle = RawClient.connect(server)) {
                    // Its end shows that the timeout has passed.
                    assertEquals("", idle.readAll());
                }
            }
            mayEnd.countDown();
            assertEquals("hello", slow.response().body());
        }
    }

    @Test
    void logsWhatItRefusesInOneLineWithoutControlCharacters() throws IOException {
        var log = (Logger) LoggerFactory.getLogger("dev.htbin.access");
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        log.setLevel(Level.INFO);
        log.setAdditive(false);
        log.addAppender(lines);
        try (var server = HttpServer.start(ANYWHERE, HELLO)) {
            RawClient.exchange(server, "GET /a\"b HTTP/1.1\r\n\r\n");
            RawClient.exchange(server, "\u0016\u0003\r\n\r\n");
        } finally {
            log.detachAppender(lines);
        }
        assertEquals(2, lines.list.size(), lines.list::toString);
        String first = lines.list.get(0).getFormattedMessage();
        assertTrue(first.matches("127\\.0\\.0\\.1 - - \\[[^]]*] \"GET /a\\\\\"b HTTP/1\\.1\" 400 -"), first);
        assertTrue(lines.list.get(1).getFormattedMessage().endsWith("\"-\" 400 -"));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
