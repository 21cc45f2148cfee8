package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engine contract, over sockets: bodies of requests, read or not, and the limits. */
@ParameterizedClass
@EnumSource(Wire.class)
class RequestBodyTest {
    private static final String POST = "POST %s HTTP/1.1\r\nHost: a\r\n";
    private static final EngineConfig CONFIG =
            EngineConfig.defaults().withLimits(new EngineConfig.Limits(1024, 4096, 10_000_000, 64, 256, 0));
    /** Long enough for a client that has the processor rarely. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    private static HttpServer server;

    @Parameter
    private Wire wire = Wire.CLEAR;

    @BeforeParameterizedClassInvocation
    static void start(Wire wire) throws IOException {
        server = wire.start(RequestBodyTest::handle, CONFIG);
    }

    @AfterParameterizedClassInvocation
    static void close() {
        server.close();
    }

    private static void handle(Exchange exchange) throws IOException {
        String answer = "ignored";
        if (exchange.request().rawPath().equals("/read")) {
            answer = String.valueOf(exchange.requestBody().readAllBytes().length);
        }
        exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(answer.getBytes(ISO_8859_1)));
    }

    private HttpServer impatient() throws IOException {
        return wire.start(RequestBodyTest::handle, CONFIG.withHeadTimeout(SHORT));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10_000, 200_000})
    void keepsTheConnectionWhenASmallBodyIsIgnored(int size) {
        try (var client = RawClient.connect(server)) {
            for (int i = 0; i < 2; i++) {
                client.send(POST.formatted("/ignore") + "Content-Length: " + size + "\r\n\r\n");
                client.send(new byte[size]);
                assertEquals("ignored", client.response().body());
            }
        }
    }

    @Test
    void keepsTheConnectionWhenASmallChunkedBodyIsIgnored() {
        try (var client = RawClient.connect(server)) {
            for (int i = 0; i < 2; i++) {
                client.send(POST.formatted("/ignore") + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
                assertEquals("ignored", client.response().body());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300_000, 5_000_000})
    void givesTheWholeResponseToAClientWhoseLargeBodyIsIgnored(int size) {
        try (var client = RawClient.connect(server)) {
            client.send(POST.formatted("/ignore") + "Content-Length: " + size + "\r\n\r\n");
            client.send(new byte[size]);
            String answer = client.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
            assertTrue(answer.endsWith("\r\n\r\nignored"), answer);
        }
    }

    @Test
    void givesTheWholeResponseToAClientWhoseLargeChunkedBodyIsIgnored() {
        try (var client = RawClient.connect(server)) {
            client.send(POST.formatted("/ignore") + "Transfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 50; i++) {
                client.send("10000\r\n").send(new byte[0x10000]).send("\r\n");
            }
            assertEquals("ignored", client.response().body());
        }
    }

    @Test
    void answersBeforeABodyThatDoesNotCome() {
        try (var client = RawClient.connect(server)) {
            client.send(POST.formatted("/ignore") + "Content-Length: 5\r\n\r\n");
            assertEquals("ignored", client.response().body());
            client.send("12345");
            assertEquals(
                    "5",
                    client.send(POST.formatted("/read") + "Content-Length: 5\r\n\r\n12345")
                            .response()
                            .body());
        }
    }

    @Test
    void asksForTheBodyWhenItIsRead() {
        try (var client = RawClient.connect(server)) {
            client.send(POST.formatted("/read") + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.readTo("\r\n\r\n"));
            assertEquals("5", client.send("12345").response().body());
            assertEquals(
                    "0",
                    client.send(POST.formatted("/read") + "\r\n").response().body());
        }
    }

    @Test
    void doesNotAskForABodyThatIsIgnored() {
        try (var client = RawClient.connect(server)) {
            client.send(POST.formatted("/ignore") + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            String answer = client.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
        }
    }

    @Test
    void neverSays100ToHttp10() {
        try (var client = RawClient.connect(server)) {
            client.send("POST /read HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n12345");
            String answer = client.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertTrue(answer.endsWith("\r\n\r\n5"), answer);
        }
    }

    @Test
    void neverSays100ToHttp10BeforeTheBody() {
        try (var client = RawClient.connect(server)) {
            client.send("POST /read HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            client.send("1").send("2345");
            String answer = client.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        }
    }

    @Test
    void refusesABodyThatIsSaidToBeTooLarge() {
        String answer = RawClient.exchange(server, POST.formatted("/read") + "Content-Length: 10000001\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
    }

    @Test
    void refusesAChunkedBodyThatBecomesTooLarge() {
        try (var client = RawClient.connect(server)) {
            client.send(POST.formatted("/read") + "Transfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 11; i++) {
                client.send("f4240\r\n").send(new byte[1_000_000]).send("\r\n");
            }
            String answer = client.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
            assertTrue(answer.endsWith("</html>\n"), answer);
        }
    }

    @Test
    void refusesARequestLineThatIsTooLong() {
        String answer = RawClient.exchange(server, "GET /" + "x".repeat(2000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 414 "), answer);
        answer = RawClient.exchange(server, "GET /" + "x".repeat(300_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 414 "), answer);
    }

    @Test
    void refusesAHeadThatIsTooLarge() {
        String answer = RawClient.exchange(
                server, "GET / HTTP/1.1\r\nHost: a\r\nCookie: " + "x".repeat(1_000_000) + "\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 431 "), answer);
        answer = RawClient.exchange(server, "GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(10_000) + "\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 431 "), answer);
    }

    @Test
    void closesWhenAHeadDoesNotArriveInTime() throws IOException {
        try (var impatient = impatient();
                var client = RawClient.connect(impatient)) {
            String answer = client.send("GET / HTTP/1.1\r\nHost: a\r\n").readAll();
            assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
        }
    }

    @Test
    void doesNotTakeAnIdleConnectionForASlowHead() throws Exception {
        try (var server = impatient();
                var slow = RawClient.connect(server);
                var client = RawClient.connect(server)) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response();
            // The timeout passes for a connection with half a head, so it has passed for the idle one, too.
            slow.send("GET").readAll();
            assertEquals(
                    200,
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response().status());
        }
    }

    @Test
    void answers408WhenABodyStops() throws IOException {
        var config = CONFIG.withIdleTimeout(SHORT);
        try (var impatient = wire.start(RequestBodyTest::handle, config);
                var client = RawClient.connect(impatient)) {
            client.send(POST.formatted("/read") + "Content-Length: 5\r\n\r\n123");
            String answer = client.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
        }
    }

    @Test
    void answers400WhenABodyIsCutOff() {
        String answer = RawClient.exchange(server, POST.formatted("/read") + "Content-Length: 5\r\n\r\n123");
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertFalse(answer.contains("Early EOF"), answer);
    }
}
