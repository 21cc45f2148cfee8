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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Engine contract, over sockets: a server that stops loses no request that has arrived, and nobody takes what it breaks off for a whole response. */
@Timeout(60)
class StoppingTest {
    private static final String GET = "GET %s HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n";

    private final Semaphore arrived = new Semaphore(0);
    private final Semaphore answered = new Semaphore(0);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    private HttpServer start(EngineConfig config) throws IOException {
        return HttpServer.start(HttpServerTest.ANYWHERE, this::handle, config);
    }

    private void handle(Exchange exchange) throws IOException {
        arrived.release();
        var head = ResponseHead.of(200, Fields.empty());
        switch (exchange.request().rawPath()) {
            case "/held" -> {
                await(mayEnd);
                exchange.respond(head, text("held"));
            }
            case "/half" -> {
                var out = exchange.respond(head);
                out.write(text("half"));
                out.flush();
                await(mayEnd);
            }
            case "/ignore" -> exchange.respond(head, text("ignored"));
            default -> exchange.respond(head, text("" + exchange.requestBody().readAllBytes().length));
        }
        answered.release();
    }

    /** The clients keep their half of the connection open: nobody waits for that. */
    @Test
    void answersWhatWaitsInTheQueueOfTheSystem() throws Exception {
        var limits = EngineConfig.defaults().limits().withConnections(2);
        var server = start(EngineConfig.defaults().withLimits(limits).withStopGrace(Duration.ofDays(1)));
        List<RawClient> held = new ArrayList<>();
        List<RawClient> late = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            held.add(RawClient.connect(server).send(GET.formatted("/held")));
        }
        arrived.acquire(2);
        for (int i = 0; i < 20; i++) {
            late.add(RawClient.connect(server).send(GET.formatted("/")));
        }
        Thread closer = Thread.startVirtualThread(server::close);
        for (RawClient client : late) {
            assertEquals("0", client.response().body());
        }
        assertThrows(UncheckedIOException.class, () -> RawClient.connect(server));
        mayEnd.countDown();
        for (RawClient client : held) {
            assertEquals("held", client.response().body());
        }
        closer.join();
        held.forEach(RawClient::close);
        late.forEach(RawClient::close);
    }

    @Test
    void waitsForABodyThatPauses() throws Exception {
        var server = start(EngineConfig.defaults());
        try (var upload = RawClient.connect(server);
                var idle = RawClient.connect(server)) {
            upload.send(POST.formatted("/", 10) + "12345");
            arrived.acquire();
            idle.send(GET.formatted("/")).response();
            Thread closer = Thread.startVirtualThread(server::close);
            assertEquals("", idle.readAll(), "closed since it is quiet, and for less long than the body pauses");
            assertEquals("10", upload.send("67890").response().body());
            closer.join();
        }
    }

    @Test
    void letsAClientThatStillSendsReadItsResponse() throws Exception {
        var server = start(EngineConfig.defaults());
        Thread closer = new Thread(server::close);
        try (var upload = RawClient.connect(server);
                var idle = RawClient.connect(server)) {
            upload.send(POST.formatted("/ignore", 1_000_000)).send(new byte[500_000]);
            answered.acquire();
            idle.send(GET.formatted("/")).response();
            closer.start();
            assertEquals("", idle.readAll());
            String answer = upload.send(new byte[500_000]).readAll();
            assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("\r\n\r\nignored"), answer);
        }
        closer.join();
    }

    /** Who sends requests here has the time to see that it should send them elsewhere, and meanwhile nothing fails. */
    @Test
    void servesOnWhileItDrainsAndKeepsNoConnection() throws Exception {
        try (var server = start(EngineConfig.defaults());
                var kept = RawClient.connect(server);
                var idle = RawClient.connect(server)) {
            assertFalse(kept.send(GET.formatted("/")).response().head().contains("Connection: close"));
            idle.send(GET.formatted("/")).response();
            server.drain();
            String last = kept.send(GET.formatted("/")).readAll();
            assertTrue(last.contains("\r\nConnection: close\r\n") && last.endsWith("\r\n\r\n0"), last);
            try (var fresh = RawClient.connect(server)) {
                String only = fresh.send(POST.formatted("/", 5) + "12345").readAll();
                assertTrue(only.contains("\r\nConnection: close\r\n") && only.endsWith("\r\n\r\n5"), only);
            }
            assertEquals("0", idle.send(GET.formatted("/")).response().body(), "idle connections are not closed yet");
        }
    }

    /** Without a length, a connection that is only closed would end the response well. */
    @Test
    void resetsAResponseThatOutlivesTheGrace() throws Exception {
        var server = start(EngineConfig.defaults().withStopGrace(Duration.ZERO));
        try (var client = RawClient.connect(server)) {
            client.send("GET /half HTTP/1.0\r\n\r\n").readTo("half");
            server.close();
            assertThrows(UncheckedIOException.class, client::readAll);
        } finally {
            mayEnd.countDown();
        }
    }

    @Test
    void stopsAtOnceBesideManyQuietConnections() throws Exception {
        var server = start(EngineConfig.defaults().withStopGrace(Duration.ofDays(1)));
        List<RawClient> quiet = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            quiet.add(RawClient.connect(server));
        }
        quiet.getLast().send(GET.formatted("/")).response();
        server.close();
        for (RawClient client : quiet) {
            assertEquals("", client.readAll());
            client.close();
        }
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
