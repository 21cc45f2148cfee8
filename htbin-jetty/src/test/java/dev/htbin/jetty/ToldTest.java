package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Request;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Engine contract: what the engine tells of itself, and its handler of what it answered without it. */
@Timeout(60)
class ToldTest {
    private static final CountDownLatch NO_LATCH = new CountDownLatch(0);

    @TempDir
    private Path folder = Path.of("");

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private volatile CountDownLatch go = NO_LATCH;

    /** Is told of refusals; answers every request with its path, below {@code /wait} when it may go on. */
    private final class Teller implements HttpHandler {
        @Override
        public void handle(Exchange exchange) throws IOException {
            String path = exchange.request().rawPath();
            if (path.equals("/bug")) {
                throw new IllegalStateException("a bug");
            }
            if (path.equals("/wait")) {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(path.getBytes(ISO_8859_1)));
        }

        @Override
        public void refused(String client, String requestLine, Optional<Request> request, int status) {
            told.add("%s \"%s\" %d %s"
                    .formatted(
                            client,
                            requestLine,
                            status,
                            request.flatMap(r -> r.fields().first("User-Agent")).orElse("-")));
            throw new IllegalStateException("a handler with a bug");
        }
    }

    private HttpServer start(EngineConfig config, ListenerConfig... listeners) throws IOException {
        return HttpServer.start(List.of(listeners), new Teller(), config);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "GET /a HTTP/1.1\\r\\nUser-Agent: me\\r\\n\\r\\n                            | 127.0.0.1 \"GET /a HTTP/1.1\" 400 -",
                "GET /a#b HTTP/1.1\\r\\nHost: a\\r\\nUser-Agent: me\\r\\n\\r\\n             | 127.0.0.1 \"GET /a HTTP/1.1\" 400 me",
                "GET /a HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: x\\r\\n\\r\\n         | 127.0.0.1 \"GET /a HTTP/1.1\" 400 -",
                "GET /bug HTTP/1.1\\r\\nHost: a\\r\\nUser-Agent: me\\r\\n\\r\\n             | 127.0.0.1 \"GET /bug HTTP/1.1\" 500 me",
                "nonsense\\r\\n\\r\\n                                                       | 127.0.0.1 \"-\" 400 -",
            })
    void tellsOfWhatItRefusedOnce(String request, String record) throws Exception {
        try (var server = start(EngineConfig.defaults(), ListenerConfig.of(HttpServerTest.ANYWHERE));
                var client = RawClient.connect(server)) {
            client.send(request.replace("\\r\\n", "\r\n")).halfClose().readAll();
            assertEquals(record, told.poll(30, TimeUnit.SECONDS));
        }
        assertTrue(told.isEmpty(), told::toString);
    }

    @Test
    void tellsOfARequestThatDidNotArriveInTime() throws Exception {
        EngineConfig config = EngineConfig.defaults().withHeadTimeout(Duration.ofMillis(200));
        try (var server = start(
                        config,
                        ListenerConfig.of(HttpServerTest.ANYWHERE),
                        ListenerConfig.of(HttpServerTest.ANYWHERE));
                var client =
                        RawClient.connect((InetSocketAddress) server.addresses().getLast())) {
            client.send("GET / HT").readAll();
            assertEquals("127.0.0.1 \"-\" 408 -", told.poll(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void tellsOfARedirect() throws Exception {
        var listener = ListenerConfig.of(HttpServerTest.ANYWHERE).redirectingTo(443);
        try (var server = start(EngineConfig.defaults(), listener);
                var client = RawClient.connect(server)) {
            client.send("GET /a?b HTTP/1.1\r\nHost: a\r\nUser-Agent: me\r\nConnection: close\r\n\r\n")
                    .readAll();
            assertEquals("127.0.0.1 \"GET /a?b HTTP/1.1\" 301 me", told.poll(30, TimeUnit.SECONDS));
        }
        assertTrue(told.isEmpty(), told::toString);
    }

    @Test
    void countsTheConnectionsOfAllItsPlacesAndAcceptsUntilItCloses() throws Exception {
        go = new CountDownLatch(1);
        var server = start(
                EngineConfig.defaults(),
                ListenerConfig.of(HttpServerTest.ANYWHERE),
                ListenerConfig.of(HttpServerTest.ANYWHERE),
                ListenerConfig.of(ListenAddress.Unix.of(folder.resolve("socket"))));
        try (var first = RawClient.connect(server);
                var second =
                        RawClient.connect((InetSocketAddress) server.addresses().get(1))) {
            assertTrue(server.accepting());
            first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response();
            second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response();
            assertEquals(2, server.connections());
            first.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
            Thread closing = Thread.startVirtualThread(server::close);
            while (server.accepting()) {
                LockSupport.parkNanos(1_000_000);
            }
            go.countDown();
            assertEquals("/wait", first.response().body());
            closing.join();
            assertFalse(server.accepting());
            assertEquals(0, server.connections());
        } finally {
            server.close();
        }
    }
}
