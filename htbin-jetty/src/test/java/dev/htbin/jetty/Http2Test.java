package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.FileRegion;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.MetaData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engine contract on HTTP/2, in clear and over TLS: what the handler sees, and how responses end. */
@ParameterizedClass
@EnumSource(Wire.class)
class Http2Test {
    private static final int INTERNAL_ERROR = 2;

    @TempDir
    private static Path directory;

    private static HttpServer server;

    @Parameter
    private Wire wire = Wire.CLEAR;

    @BeforeParameterizedClassInvocation
    static void start(Wire wire) throws IOException {
        server = wire.start(ContractHandlers::handle);
        ContractHandlers.put("/echo", Http2Test::echo);
    }

    @AfterParameterizedClassInvocation
    static void close() {
        server.close();
    }

    private static void echo(Exchange exchange) throws IOException {
        boolean hasBody = exchange.hasRequestBody();
        String text = "%s %s %s host=%s body=%s:%s shared=%s secure=%s"
                .formatted(
                        exchange.request().method(),
                        exchange.request().target(),
                        exchange.request().version().text(),
                        exchange.request().fields().all("Host"),
                        hasBody,
                        new String(exchange.requestBody().readAllBytes(), ISO_8859_1),
                        exchange.peer().connection().isEmpty(),
                        exchange.peer().secure());
        exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/buffer", "/stream", "/small", "/length", "/toolong", "/odd", "/555", "/close"})
    void sendsTheWholeBodyAndKeepsTheConnection(String path) {
        try (var client = RawHttp2.connect(server)) {
            for (int stream = 1; stream <= 3; stream += 2) {
                var response = client.get(stream, path).response(stream);
                assertEquals("12345", response.body());
                assertEquals(List.of(), response.all("Connection"));
                assertEquals(List.of(), response.all("Transfer-Encoding"));
                assertEquals(1, response.all("Date").size());
                assertEquals(List.of("htbin/0.1.0"), response.all("Server"));
            }
        }
    }

    @Test
    void sendsEarlyHintsBeforeTheResponse() {
        try (var client = RawHttp2.connect(server)) {
            client.get(1, "/hints");
            for (String link : List.of("</a.css>", "</b.css>")) {
                var hints = (MetaData.Response) client.decode(client.frameOf(1));
                assertEquals(103, hints.getStatus());
                assertEquals(1, hints.getHttpFields().size());
                assertEquals(link, hints.getHttpFields().get("Link"));
            }
            assertEquals("12345", client.response(1).body());
        }
    }

    /** Also if it went before the handler asked to be told. */
    @Test
    void noticesAClientThatGoesAwayAtAnyMoment() throws InterruptedException {
        int clients = 100;
        var noticed = new Semaphore(0);
        ContractHandlers.put("/gone", x -> {
            var gone = new CountDownLatch(1);
            x.onDisconnect(gone::countDown);
            try {
                if (gone.await(20, TimeUnit.SECONDS)) {
                    noticed.release();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        var connections = new ArrayList<RawHttp2>();
        for (int i = 0; i < clients; i++) {
            var client = RawHttp2.connect(server).get(1, "/gone");
            client.finishSending();
            connections.add(client);
        }
        assertTrue(noticed.tryAcquire(clients, 60, TimeUnit.SECONDS), () -> "noticed: " + noticed.availablePermits());
        connections.forEach(RawHttp2::close);
    }

    @Test
    void keepsStatusesThatHaveNoName() {
        try (var client = RawHttp2.connect(server)) {
            assertEquals(299, client.get(1, "/odd").response(1).status());
            assertEquals(555, client.get(3, "/555").response(3).status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/buffer", "/small", "/length"})
    void answersHeadWithTheLengthAndNothingElse(String path) {
        try (var client = RawHttp2.connect(server)) {
            var response = client.request(1, true, RawHttp2.head("HEAD", path)).response(1);
            assertEquals(List.of("5"), response.all("Content-Length"));
            assertEquals("", response.body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/204", "/304"})
    void sendsNoBodyWhereThereIsNone(String path) {
        try (var client = RawHttp2.connect(server)) {
            var response = client.get(1, path).response(1);
            assertEquals(path, "/" + response.status());
            assertEquals("", response.body());
            assertEquals(List.of(), response.all("Content-Length"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/abort", "/breaks", "/tooshort"})
    void resetsTheStreamOfABrokenResponseAlone(String path) {
        try (var client = RawHttp2.connect(server)) {
            client.get(1, path);
            RawHttp2.Frame frame = client.frameOf(1);
            while (frame.type() != RawHttp2.RST_STREAM) {
                assertFalse(frame.has(RawHttp2.END_STREAM), frame.toString());
                if (frame.type() == RawHttp2.HEADERS) {
                    client.decode(frame);
                }
                frame = client.frameOf(1);
            }
            assertEquals(INTERNAL_ERROR, frame.error());
            assertEquals("12345", client.get(3, "/buffer").response(3).body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/fails", "/nothing"})
    void answers500WithoutSayingWhy(String path) {
        try (var client = RawHttp2.connect(server)) {
            var response = client.get(1, path).response(1);
            assertEquals(500, response.status());
            assertFalse(response.body().contains("secret"), response.body());
            assertEquals("12345", client.get(3, "/buffer").response(3).body());
        }
    }

    @Test
    void givesTheHandlerTheSameRequestAsHttp1() {
        try (var client = RawHttp2.connect(server)) {
            String secure = Boolean.toString(wire == Wire.TLS);
            assertEquals(
                    "GET /echo?a=%20b HTTP/2.0 host=[a] body=false: shared=true secure=" + secure,
                    client.get(1, "/echo?a=%20b").response(1).body());
            client.request(3, false, RawHttp2.head("POST", "/echo"))
                    .send(RawHttp2.DATA, 0, 3, "hel".getBytes(ISO_8859_1))
                    .send(RawHttp2.DATA, RawHttp2.END_STREAM, 3, "lo".getBytes(ISO_8859_1));
            assertEquals(
                    "POST /echo HTTP/2.0 host=[a] body=true:hello shared=true secure=" + secure,
                    client.response(3).body());
            client.request(5, true, RawHttp2.head("POST", "/echo", "content-length", "0"));
            assertTrue(client.response(5).body().contains(" body=true: "));
            client.request(7, true, RawHttp2.head("POST", "/echo"));
            assertTrue(client.response(7).body().contains(" body=false: "));
        }
    }

    @Test
    void asksForABodyThatWaits() {
        try (var client = RawHttp2.connect(server)) {
            client.request(1, false, RawHttp2.head("POST", "/echo", "expect", "100-continue"));
            var interim = (MetaData.Response) client.decode(client.frameOf(1));
            assertEquals(100, interim.getStatus());
            client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, (byte) 'x');
            assertTrue(client.response(1).body().contains(" body=true:x "));
        }
    }

    @Test
    void answersBeforeABodyThatNobodyReads() {
        try (var client = RawHttp2.connect(server)) {
            client.request(1, false, RawHttp2.head("POST", "/buffer"));
            assertEquals("12345", client.response(1).body());
            assertEquals("12345", client.get(3, "/buffer").response(3).body());
        }
    }

    @Test
    void answersManyRequestsAtOnce() throws InterruptedException {
        var all = new CountDownLatch(50);
        ContractHandlers.put("/together", x -> {
            all.countDown();
            try {
                assertTrue(all.await(20, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            x.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(new byte[] {'!'}));
        });
        try (var client = RawHttp2.connect(server)) {
            for (int i = 0; i < 50; i++) {
                client.get(1 + 2 * i, "/together");
            }
            int ended = 0;
            while (ended < 50) {
                RawHttp2.Frame frame = client.frame(RawHttp2.DATA);
                ended += frame.has(RawHttp2.END_STREAM) ? 1 : 0;
            }
        }
    }

    @Test
    void sendsWhatIsFlushedBeforeTheEnd() throws InterruptedException {
        var seen = new CountDownLatch(1);
        ContractHandlers.put("/events", x -> {
            try (OutputStream out = x.respond(ResponseHead.of(200, Fields.empty()))) {
                out.write('1');
                out.flush();
                assertTrue(seen.await(20, TimeUnit.SECONDS));
                out.write('2');
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        try (var client = RawHttp2.connect(server)) {
            client.get(1, "/events");
            assertEquals(RawHttp2.HEADERS, client.frameOf(1).type());
            assertEquals("1", client.frameOf(1).payload());
            seen.countDown();
            assertEquals("2", client.frameOf(1).payload());
        }
    }

    @Test
    void tellsTheHandlerThatAStreamWasReset() throws InterruptedException {
        var arrived = new CountDownLatch(1);
        var gone = new CountDownLatch(1);
        waitFor(arrived, gone);
        try (var client = RawHttp2.connect(server)) {
            client.get(1, "/waits");
            assertTrue(arrived.await(20, TimeUnit.SECONDS));
            client.reset(1);
            assertTrue(gone.await(20, TimeUnit.SECONDS));
            assertEquals("12345", client.get(3, "/buffer").response(3).body());
        }
    }

    @Test
    void tellsTheHandlerThatTheConnectionWasReset() throws InterruptedException {
        var arrived = new CountDownLatch(1);
        var gone = new CountDownLatch(1);
        waitFor(arrived, gone);
        try (var client = RawHttp2.connect(server)) {
            client.get(1, "/waits");
            assertTrue(arrived.await(20, TimeUnit.SECONDS));
            client.resetConnection();
            assertTrue(gone.await(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void tellsTheHandlerThatTheConnectionWasClosed() throws InterruptedException {
        var arrived = new CountDownLatch(1);
        var gone = new CountDownLatch(1);
        waitFor(arrived, gone);
        try (var client = RawHttp2.connect(server)) {
            client.get(1, "/waits");
            assertTrue(arrived.await(20, TimeUnit.SECONDS));
        }
        assertTrue(gone.await(20, TimeUnit.SECONDS));
    }

    private static void waitFor(CountDownLatch arrived, CountDownLatch gone) {
        ContractHandlers.put("/waits", x -> {
            x.onDisconnect(gone::countDown);
            arrived.countDown();
            try {
                assertTrue(gone.await(20, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
    }

    @Test
    void sendsAPartOfAFile() throws IOException {
        byte[] content = new byte[1_000_000];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) ((i * 31) >> 3);
        }
        Path file = Files.write(directory.resolve("file"), content);
        ContractHandlers.put("/file", x -> {
            try (FileChannel channel = FileChannel.open(file)) {
                x.respond(ResponseHead.of(200, Fields.empty()), FileRegion.of(channel, 1, 999_998));
            }
        });
        try (var client = RawHttp2.connect(server)) {
            client.send(RawHttp2.WINDOW_UPDATE, 0, 0, (byte) 0, (byte) 0x10, (byte) 0, (byte) 0);
            client.get(1, "/file");
            client.send(RawHttp2.WINDOW_UPDATE, 0, 1, (byte) 0, (byte) 0x10, (byte) 0, (byte) 0);
            assertEquals(
                    new String(content, 1, 999_998, ISO_8859_1),
                    client.response(1).body());
        }
    }

    @Test
    void finishesWhatRunsAndTakesNothingNewWhenItIsClosed() throws Exception {
        var arrived = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        ContractHandlers.put("/slow", x -> {
            arrived.countDown();
            try {
                assertTrue(mayEnd.await(20, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            x.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(new byte[] {'!'}));
        });
        HttpServer own = wire.start(ContractHandlers::handle);
        try (var client = RawHttp2.connect(own)) {
            client.get(1, "/slow");
            assertTrue(arrived.await(20, TimeUnit.SECONDS));
            Thread closer = Thread.startVirtualThread(own::close);
            assertEquals(0, client.frame(RawHttp2.GOAWAY).error());
            mayEnd.countDown();
            assertEquals("!", client.response(1).body());
            closer.join();
        }
    }
}
