package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Engine contract, over sockets: clients that send or read slowly, many at once, or stop halfway. None holds the server for longer than the limits say. */
@Timeout(60)
class SlowClientsTest {
    private static final int MANY = 2_000;
    private static final int PIECE_BYTES = 64 << 20;
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final EngineConfig.Limits LIMITS = EngineConfig.defaults().limits();
    private static final EngineConfig IMPATIENT =
            EngineConfig.defaults().withIdleTimeout(SHORT).withHeadTimeout(SHORT);

    private final BlockingQueue<String> failures = new LinkedBlockingQueue<>();

    private HttpServer start(EngineConfig config) throws IOException {
        return HttpServer.start(HttpServerTest.ANYWHERE, this::handle, config);
    }

    private void handle(Exchange exchange) throws IOException {
        try {
            answer(exchange);
        } catch (IOException e) {
            failures.add(String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage()));
            throw e;
        }
    }

    private static void answer(Exchange exchange) throws IOException {
        var head = ResponseHead.of(200, Fields.empty());
        switch (exchange.request().rawPath()) {
            case "/endless" -> {
                var out = exchange.respond(head);
                byte[] piece = new byte[1000];
                while (true) {
                    out.write(piece);
                }
            }
            case "/large" -> exchange.respond(head, ByteBuffer.allocate(PIECE_BYTES));
            default -> {
                int length = exchange.requestBody().readAllBytes().length;
                exchange.respond(head, ByteBuffer.wrap(("" + length).getBytes(ISO_8859_1)));
            }
        }
    }

    @Test
    void closesWhenAHeadArrivesOctetByOctet() throws Exception {
        try (var server = start(EngineConfig.defaults().withHeadTimeout(SHORT));
                var client = RawClient.connect(server)) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
            assertTrue(dripUntilItEnds(client, "x").startsWith("HTTP/1.1 408 "));
        }
    }

    @Test
    void closesWhenNothingButBlankLinesArrive() throws Exception {
        try (var server = start(EngineConfig.defaults().withHeadTimeout(SHORT));
                var client = RawClient.connect(server)) {
            assertTrue(dripUntilItEnds(client, "\r\n").startsWith("HTTP/1.1 4"));
        }
    }

    /** The head of the second request began to arrive with the first one. */
    @Test
    void closesWhenTheSecondHeadArrivesOctetByOctet() throws Exception {
        try (var server = start(EngineConfig.defaults().withHeadTimeout(SHORT));
                var client = RawClient.connect(server)) {
            assertEquals(200, client.send(GET + "GET /").response().status());
            assertTrue(dripUntilItEnds(client, "x").startsWith("HTTP/1.1 408 "));
        }
    }

    @Test
    void answers408ToABodyThatArrivesOctetByOctet() throws Exception {
        try (var server = start(EngineConfig.defaults().withHeadTimeout(SHORT));
                var client = RawClient.connect(server)) {
            client.send(POST + "Content-Length: 1000000\r\n\r\n");
            assertTrue(dripUntilItEnds(client, "x").startsWith("HTTP/1.1 408 "));
        }
    }

    /** Extensions and trailers are no content, so no rate of content bounds them. */
    @Test
    void closesWhenABodyIsFramingAlone() throws Exception {
        for (String beginning : List.of("1;x=", "5\r\nhello\r\n0\r\nX: ")) {
            try (var server = start(EngineConfig.defaults().withIdleTimeout(SHORT));
                    var client = RawClient.connect(server)) {
                client.send(POST + "Transfer-Encoding: chunked\r\n\r\n" + beginning);
                String answer = dripUntilItEnds(client, "0");
                // What is still sent when the connection closes may reset it.
                assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 4"), answer);
            }
        }
    }

    @Test
    void breaksAResponseOffThatNobodyReads() throws Exception {
        try (var server = start(IMPATIENT);
                var client = RawClient.connect(server)) {
            client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
            assertTrue(reason().contains("Idle timeout"));
        }
    }

    @Test
    void breaksAResponseOffThatIsReadTooSlowly() throws Exception {
        var config = IMPATIENT.withLimits(LIMITS.withBytesPerSecond(64, Integer.MAX_VALUE));
        try (var server = start(config);
                var client = RawClient.connect(server)) {
            client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
            int read = 0;
            String reason = null;
            // Between two parts, the failure is waited for: so the client reads a few MiB in a second, and never
            // nothing for a second.
            while (reason == null && read < PIECE_BYTES) {
                read += client.read(512 << 10).length();
                reason = failures.poll(100, TimeUnit.MILLISECONDS);
            }
            assertTrue(reason != null && reason.contains("took less than"), "" + reason);
        }
    }

    @Test
    void servesOthersBesideTwoThousandIdleConnections() throws Exception {
        try (var server = start(EngineConfig.defaults())) {
            servesBeside(server, "");
            servesBeside(server, GET.substring(0, 20));
        }
    }

    @Test
    void servesOthersBesideTwoThousandUnfinishedBodies() throws Exception {
        try (var server = start(EngineConfig.defaults())) {
            servesBeside(server, POST + "Content-Length: 100\r\n\r\nx");
        }
    }

    @Test
    void servesOthersBesideClientsThatDoNotRead() throws Exception {
        try (var server = start(EngineConfig.defaults())) {
            servesBeside(server, "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n", 30);
        }
    }

    @Test
    void closesIdleConnectionsThatTakeTheRoomOfOthers() throws Exception {
        try (var server = start(EngineConfig.defaults().withLimits(LIMITS.withConnections(20)))) {
            servesBeside(server, "", 50);
        }
    }

    @Test
    void letsOthersWaitWhileAllConnectionsAreBusy() throws Exception {
        // However long the machine takes, no body is too slow.
        var limits = LIMITS.withConnections(10).withBytesPerSecond(0, 0);
        try (var server = start(EngineConfig.defaults().withLimits(limits))) {
            List<RawClient> busy = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                busy.add(RawClient.connect(server).send(POST + "Content-Length: 3\r\n\r\nx"));
            }
            try (var late = RawClient.connect(server).send(GET)) {
                // In the order in which they came: a connection is accepted when one ends.
                for (RawClient client : busy) {
                    assertEquals("3", client.send("yz").response().body());
                    assertTrue(server.connections() <= 10, () -> server.connections() + " connections");
                    client.close();
                }
                assertEquals("0", late.response().body());
            }
        }
    }

    @Test
    void survivesResetsInEachPhase() throws Exception {
        var beginnings = List.of(
                "",
                "GET",
                GET.substring(0, GET.length() - 2),
                POST + "Content-Length: 100\r\n\r\n",
                POST + "Content-Length: 100\r\n\r\nx",
                POST + "Transfer-Encoding: chunked\r\n\r\n1\r\nx",
                POST + "Content-Length: 100\r\nExpect: 100-continue\r\n\r\n",
                GET,
                GET + GET,
                "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
        try (var server = start(EngineConfig.defaults())) {
            for (String beginning : beginnings) {
                var client = RawClient.connect(server).send(beginning);
                client.reset();
                assertEquals("0", RawClient.exchange(server, GET).replaceFirst("(?s).*\r\n\r\n", ""), beginning);
            }
        }
    }

    @Test
    void answersAClientThatEndedItsOutput() throws Exception {
        try (var server = start(EngineConfig.defaults())) {
            String answer = RawClient.exchange(server, POST + "Content-Length: 3\r\n\r\nabc");
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
            assertTrue(answer.endsWith("\r\n\r\n3"), answer);
            assertEquals("", RawClient.exchange(server, ""));
            assertFalse(RawClient.exchange(server, "GET / HTTP/1.1\r\nHos").startsWith("HTTP/1.1 200 "));
        }
    }

    private static void servesBeside(HttpServer server, String beginning) throws InterruptedException {
        servesBeside(server, beginning, MANY);
    }

    private static void servesBeside(HttpServer server, String beginning, int count) throws InterruptedException {
        int threads = Thread.getAllStackTraces().size();
        List<RawClient> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                crowd.add(RawClient.connect(server).send(beginning));
            }
            for (int i = 0; i < 10; i++) {
                assertTrue(RawClient.exchange(server, GET).startsWith("HTTP/1.1 200 "));
            }
            int more = Thread.getAllStackTraces().size() - threads;
            assertTrue(more < 64, () -> "threads more than before: " + more);
        } finally {
            crowd.forEach(RawClient::reset);
        }
    }

    /** Sends the same again and again, each time after a moment without an answer, and returns the answer. */
    private static String dripUntilItEnds(RawClient client, String octets) throws InterruptedException {
        var answered = new CountDownLatch(1);
        var answer = new StringBuilder();
        Thread reader = Thread.startVirtualThread(() -> {
            try {
                answer.append(client.readTo("\r\n\r\n"));
            } catch (UncheckedIOException e) {
                // Closed without an answer.
            } finally {
                answered.countDown();
            }
        });
        BooleanSupplier sent = () -> {
            try {
                client.send(octets);
                return true;
            } catch (UncheckedIOException e) {
                return false;
            }
        };
        while (!answered.await(50, TimeUnit.MILLISECONDS) && sent.getAsBoolean()) {}
        reader.join();
        return answer.toString();
    }

    private String reason() throws InterruptedException {
        return String.valueOf(failures.poll(30, TimeUnit.SECONDS));
    }
}
