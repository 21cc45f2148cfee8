package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Engine contract, over sockets: requests that are answered without waiting, on the thread that parses them. */
@Timeout(60)
class AnsweredNowTest {
    private static final int LARGE_BYTES = 32 << 20;
    private static final EngineConfig DEFAULTS = EngineConfig.defaults();

    /** Answers below {@code /now} at once, what else there is on a thread of its own, and each with the kind of thread. */
    private static final class Both implements HttpHandler {
        @Override
        public boolean answerNow(Exchange exchange) throws IOException {
            String path = exchange.request().rawPath();
            if (path.equals("/now/bug")) {
                throw new IllegalStateException("a bug");
            }
            if (path.startsWith("/now")) {
                answer(exchange);
                return true;
            }
            return false;
        }

        @Override
        public void handle(Exchange exchange) throws IOException {
            exchange.requestBody().readAllBytes();
            answer(exchange);
        }

        private static void answer(Exchange exchange) throws IOException {
            String path = exchange.request().rawPath();
            Thread thread = Thread.currentThread();
            String kind = thread.isVirtual() || thread.getName().startsWith("htbin-exchange-") ? "own" : "selecting";
            ByteBuffer body = path.endsWith("/large")
                    ? ByteBuffer.allocate(LARGE_BYTES)
                    : ByteBuffer.wrap((kind + " " + path).getBytes(ISO_8859_1));
            int status = path.endsWith("/304") ? 304 : 200;
            exchange.respond(ResponseHead.of(status, Fields.empty().plus("ETag", "\"a\"")), body);
        }
    }

    private static HttpServer start(EngineConfig config) throws IOException {
        return HttpServer.start(HttpServerTest.ANYWHERE, new Both(), config);
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    @Test
    void isAnsweredOnTheSelectingThread() throws Exception {
        try (var server = start(DEFAULTS);
                var client = RawClient.connect(server)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(
                        "selecting /now", client.send(get("/now")).response().body());
                assertEquals("own /later", client.send(get("/later")).response().body());
            }
            client.send("POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
            assertEquals("own /now", client.response().body());
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        try (var server = start(DEFAULTS);
                var client = RawClient.connect(server)) {
            var requests = new StringBuilder();
            for (int i = 0; i < 300; i++) {
                requests.append(get((i % 3 == 0 ? "/later/" : "/now/") + i));
            }
            client.send(requests.toString());
            for (int i = 0; i < 300; i++) {
                String body = client.response().body();
                // Whoever ends an exchange of its own parses what comes next on that connection.
                assertTrue(body.matches(i % 3 == 0 ? "own /later/" + i : "(own|selecting) /now/" + i), body);
            }
        }
    }

    @Test
    void isFramedAsEveryResponse() throws Exception {
        try (var server = start(DEFAULTS)) {
            String close = RawClient.exchange(server, "GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertTrue(close.contains("\r\nConnection: close\r\n") && close.endsWith("\r\n\r\nselecting /now"), close);
            String old = RawClient.exchange(server, "GET /now HTTP/1.0\r\n\r\n");
            assertTrue(old.endsWith("\r\n\r\nselecting /now"), old);
            try (var client = RawClient.connect(server)) {
                String unmodified = client.send(get("/now/304")).readTo("\r\n\r\n");
                assertTrue(unmodified.startsWith("HTTP/1.1 304 "), unmodified);
                assertFalse(unmodified.contains("Content-Length"), unmodified);
                String head =
                        client.send("HEAD /now HTTP/1.1\r\nHost: a\r\n\r\n").readTo("\r\n\r\n");
                assertTrue(head.contains("\r\nContent-Length: 14\r\n"), head);
                assertEquals(
                        "selecting /now", client.send(get("/now")).response().body());
            }
        }
    }

    @Test
    void bugIsAnsweredWithAnErrorPage() throws Exception {
        try (var server = start(DEFAULTS)) {
            String answer = RawClient.exchange(server, get("/now/bug"));
            assertTrue(answer.startsWith("HTTP/1.1 500 "), answer);
            assertFalse(answer.contains("IllegalState"), answer);
        }
    }

    @Test
    void clientsThatDoNotReadHoldNobodyUp() throws Exception {
        try (var server = start(DEFAULTS)) {
            List<RawClient> crowd = new ArrayList<>();
            try {
                for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
                    crowd.add(RawClient.connect(server).send(get("/now/large")));
                    crowd.getLast().readTo("\r\n\r\n");
                }
                try (var client = RawClient.connect(server)) {
                    assertEquals(
                            "selecting /now",
                            client.send(get("/now")).response().body());
                }
                assertEquals(LARGE_BYTES, crowd.getFirst().read(LARGE_BYTES).length());
                assertEquals(
                        "selecting /now",
                        crowd.getFirst().send(get("/now")).response().body());
            } finally {
                crowd.forEach(RawClient::reset);
            }
        }
    }

    /** The server waits for as long as its grace, an hour, for what is not broken off before. */
    @Test
    void responseThatNobodyReadsIsBrokenOff() throws Exception {
        EngineConfig patient = DEFAULTS.withIdleTimeout(Duration.ofSeconds(1)).withStopGrace(Duration.ofHours(1));
        RawClient reader;
        try (var server = start(patient)) {
            reader = RawClient.connect(server).send(get("/now/large"));
            reader.readTo("\r\n\r\n");
        }
        try (reader) {
            assertThrows(UncheckedIOException.class, () -> reader.read(LARGE_BYTES));
        }
    }

    @Test
    void serverThatStopsLetsTheResponseEnd() throws Exception {
        try (var server = start(DEFAULTS);
                var reader = RawClient.connect(server).send(get("/now/large"))) {
            reader.readTo("\r\n\r\n");
            Thread closing = Thread.ofPlatform().start(server::close);
            assertEquals(LARGE_BYTES, reader.read(LARGE_BYTES).length());
            closing.join();
        }
    }
}
