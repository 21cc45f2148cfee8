package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engine contract on HTTP/2: malformed requests don't reach the handler, floods of frames start no flood of exchanges, slow clients are given up. */
class Http2AbuseTest {
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int FLOOD = 20_000;

    private final AtomicInteger handled = new AtomicInteger();
    private final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
    private HttpServer server = start(EngineConfig.defaults());

    private HttpServer start(EngineConfig config) {
        try {
            return HttpServer.start(HttpServerTest.ANYWHERE, this::handle, config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handle(Exchange exchange) throws IOException {
        handled.incrementAndGet();
        if (exchange.request().rawPath().equals("/large")) {
            try {
                exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.allocate(10_000_000));
            } catch (IOException e) {
                failures.add(String.valueOf(e.getMessage()));
                throw e;
            }
            return;
        }
        int length = exchange.requestBody().readAllBytes().length;
        exchange.respond(
                ResponseHead.of(200, Fields.empty()),
                ByteBuffer.wrap(Integer.toString(length).getBytes(ISO_8859_1)));
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** Each with what is wrong with it, then its fields. */
    static List<List<String>> malformed() {
        var all = new ArrayList<List<String>>();
        for (String[] more : new String[][] {
            {"X", "upper case"},
            {"x y", "a blank in the name"},
            {"x", "line\r\nend"},
            {"x", "line\nend"},
            {"x", "nul\0"},
            {"x", "bell\u0007"},
            {"", "no name"},
            {"connection", "close"},
            {"keep-alive", "5"},
            {"proxy-connection", "close"},
            {"transfer-encoding", "chunked"},
            {"upgrade", "h2c"},
            {"te", "gzip"},
            {"host", "b"},
            {"content-length", "5"},
            {"content-length", "-1"},
            {"content-length", "0", "content-length", "0"},
            {"content-length", "x"},
            {":path", "/again"},
            {":method", "PUT"},
            {":status", "200"},
            {":unknown", "x"},
        }) {
            all.add(List.of(RawHttp2.head("GET", "/", more)));
        }
        for (String path :
                List.of("", "x", "*", "/a b", "/a\0", "/a\n", "/a#b", "/%zz", "/../x", "http://a/", "/\u00e9")) {
            all.add(List.of(RawHttp2.head("GET", path)));
        }
        for (String authority : List.of("u@a", "a b", "a/b", "a:x", "a:99999", "a\"", "[::1", "")) {
            all.add(List.of(":method", "GET", ":scheme", "http", ":path", "/", ":authority", authority));
        }
        all.add(List.of(":method", "GET", ":scheme", "http", ":authority", "a"));
        all.add(List.of(":method", "GET", ":path", "/", ":authority", "a"));
        all.add(List.of(":scheme", "http", ":path", "/", ":authority", "a"));
        all.add(List.of(":method", "GET", ":scheme", "http", ":path", "/"));
        all.add(List.of(":method", "GET", ":scheme", "ftp", ":path", "/", ":authority", "a"));
        all.add(List.of(":method", "G(T", ":scheme", "http", ":path", "/", ":authority", "a"));
        all.add(List.of(":method", "", ":scheme", "http", ":path", "/", ":authority", "a"));
        all.add(List.of("x", "before", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"));
        all.add(List.of(":method", "CONNECT", ":authority", "a:80"));
        all.add(List.of(
                ":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":path", "/", ":authority", "a"));
        return all;
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWhatIsMalformed(List<String> fields) {
        try (var client = RawHttp2.connect(server)) {
            client.request(1, true, fields.toArray(String[]::new));
            String outcome = outcome(client);
            assertTrue(outcome.matches("response (400|501)|reset 1|goaway [19]"), outcome);
            assertEquals(0, handled.get());
        }
        try (var other = RawHttp2.connect(server)) {
            assertEquals(200, other.get(1, "/").response(1).status());
        }
    }

    private static String outcome(RawHttp2 client) {
        while (true) {
            RawHttp2.Frame frame = client.frame();
            switch (frame.type()) {
                case RawHttp2.HEADERS -> {
                    return "response " + ((org.eclipse.jetty.http.MetaData.Response) client.decode(frame)).getStatus();
                }
                case RawHttp2.RST_STREAM -> {
                    return "reset " + frame.error();
                }
                case RawHttp2.GOAWAY -> {
                    return "goaway " + frame.error();
                }
                default -> {
                    // Settings and windows.
                }
            }
        }
    }

    @Test
    void givesUpAClientThatResetsAllItAsksFor() {
        flood((client, i) -> client.get(1 + 2 * i, "/").reset(1 + 2 * i));
        assertTrue(handled.get() < 1_000, "exchanges: " + handled.get());
    }

    @Test
    void givesUpAClientWhoseHeadNeverEnds() {
        flood((client, i) -> {
            if (i == 0) {
                client.send(RawHttp2.HEADERS, 0, 1, RawHttp2.block(RawHttp2.head("GET", "/")));
            } else {
                client.send(RawHttp2.CONTINUATION, 0, 1, RawHttp2.block("x", "y"));
            }
        });
        assertEquals(0, handled.get());
    }

    @Test
    void givesUpAClientThatOnlyPings() {
        flood((client, i) -> client.send(RawHttp2.PING, 0, 0, new byte[8]));
    }

    @Test
    void givesUpAClientThatOnlyChangesSettings() {
        flood((client, i) -> client.send(RawHttp2.SETTINGS, 0, 0));
    }

    @Test
    void givesUpAClientThatSendsEmptyData() {
        flood((client, i) -> {
            if (i == 0) {
                client.request(1, false, RawHttp2.head("POST", "/"));
            } else {
                client.send(RawHttp2.DATA, 0, 1);
            }
        });
    }

    /** Sends until the server has had enough, which it says. */
    private void flood(Flood flood) {
        try (var client = RawHttp2.connect(server)) {
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    for (int i = 0; i < FLOOD; i++) {
                        flood.send(client, i);
                    }
                } catch (UncheckedIOException e) {
                    // The server closed the connection.
                }
            });
            assertTrue(givenUp(client), "the server took all");
            sender.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The server says that it has had enough; that is lost when it closes the connection while octets are on their way to it. */
    private static boolean givenUp(RawHttp2 client) {
        try {
            assertEquals(ENHANCE_YOUR_CALM, client.frame(RawHttp2.GOAWAY).error());
            client.frame(RawHttp2.GOAWAY);
            return false;
        } catch (UncheckedIOException e) {
            return true;
        }
    }

    private interface Flood {
        void send(RawHttp2 client, int number);
    }

    @Test
    void refusesAHeadThatIsTooLarge() {
        try (var client = RawHttp2.connect(server)) {
            client.request(1, true, RawHttp2.head("GET", "/", "x", "y".repeat(15_000)));
            assertEquals(200, client.response(1).status());
            client.request(3, true, RawHttp2.head("GET", "/" + "y".repeat(10_000)));
            assertEquals(414, client.response(3).status());
        }
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        server.close();
        server = start(EngineConfig.defaults()
                .withLimits(EngineConfig.defaults().limits().withBodyBytes(10)));
        try (var client = RawHttp2.connect(server)) {
            client.request(1, false, RawHttp2.head("POST", "/", "content-length", "11"));
            assertEquals(413, client.response(1).status());
            client.request(3, false, RawHttp2.head("POST", "/"));
            client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 3, new byte[11]);
            assertEquals(413, client.response(3).status());
            client.request(5, false, RawHttp2.head("POST", "/"));
            client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 5, new byte[10]);
            assertEquals("10", client.response(5).body());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 6, 10})
    void refusesABodyThatIsNotAsLongAsAnnounced(int length) {
        try (var client = RawHttp2.connect(server)) {
            client.request(1, false, RawHttp2.head("POST", "/", "content-length", "5"));
            client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[length]);
            String outcome = outcome(client);
            assertTrue(outcome.matches("response 400|reset 1"), outcome);
        }
    }

    @Test
    void waitsForABodyNoLongerThanAConnectionMayBeIdle() {
        server.close();
        server = start(EngineConfig.defaults().withIdleTimeout(Duration.ofSeconds(1)));
        try (var client = RawHttp2.connect(server)) {
            client.request(1, false, RawHttp2.head("POST", "/"));
            assertEquals(408, client.response(1).status());
        }
    }

    @Test
    void givesUpAStreamThatNobodyReads() throws InterruptedException {
        server.close();
        server = start(EngineConfig.defaults().withIdleTimeout(Duration.ofSeconds(1)));
        try (var client = RawHttp2.connect(server)) {
            client.get(1, "/large");
            String reason = failures.poll(60, TimeUnit.SECONDS);
            // The client is there all the time, and takes what the windows let pass.
            assertTrue(reason != null, "the write did not end");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2c", "h2c, websocket"})
    void doesNotHeedUpgrade(String protocol) {
        String answer = RawClient.exchange(
                server,
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: " + protocol
                        + "\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertFalse(answer.contains("101"), answer);
    }

    @Test
    void speaksNoHttp2WhenTheHighestVersionIsOlder() throws IOException {
        var config = EngineConfig.defaults().withProtocol(dev.htbin.http.HttpVersion.HTTP_1_1);
        try (var old = HttpServer.start(HttpServerTest.ANYWHERE, this::handle, config);
                var client = RawClient.connect(old)) {
            String answer = client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").readAll();
            assertTrue(answer.startsWith("HTTP/1.1 505 "), answer);
        }
        try (var old = Wire.TLS.start(this::handle, config)) {
            assertThrows(UncheckedIOException.class, () -> RawHttp2.connect(old));
        }
        assertEquals(0, handled.get());
    }
}
