package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Fields;
import dev.htbin.http.FileRegion;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engine contract, over sockets: how responses are framed and ended. */
@ParameterizedClass
@EnumSource(Wire.class)
class ResponseTest {
    private static final String GET = " HTTP/1.1\r\nHost: a\r\n\r\n";

    @TempDir
    private static Path directory;

    private static HttpServer server;

    @Parameter
    private Wire wire = Wire.CLEAR;

    @BeforeParameterizedClassInvocation
    static void start(Wire wire) throws IOException {
        server = wire.start(ContractHandlers::handle);
    }

    @AfterParameterizedClassInvocation
    static void close() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/buffer", "/stream", "/small", "/length", "/toolong", "/odd", "/555"})
    void sendsTheWholeBodyAndKeepsTheConnection(String path) {
        try (var client = RawClient.connect(server)) {
            assertEquals("12345", client.send("GET " + path + GET).response().body());
            assertEquals("12345", client.send("GET " + path + GET).response().body());
        }
    }

    /** And keeps the connection, whose end no informational response is to announce. */
    @Test
    void sendsEarlyHintsBeforeTheResponse() {
        try (var client = RawClient.connect(server)) {
            for (int i = 0; i < 2; i++) {
                client.send("GET /hints" + GET);
                assertEquals("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", client.readTo("\r\n\r\n"));
                assertEquals("HTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n", client.readTo("\r\n\r\n"));
                assertEquals("12345", client.response().body());
            }
            String old = client.send("GET /hints HTTP/1.0\r\n\r\n").readTo("\r\n\r\n");
            assertTrue(old.startsWith("HTTP/1.1 200 "), old);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/buffer", "/small", "/length"})
    void answersHeadWithTheLengthAndNothingElse(String path) {
        try (var client = RawClient.connect(server)) {
            String head = client.send("HEAD " + path + GET).readTo("\r\n\r\n");
            assertTrue(head.contains("\r\nContent-Length: 5\r\n"), head);
            assertEquals("12345", client.send("GET /buffer" + GET).response().body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/204", "/304"})
    void sendsNoBodyWhereThereIsNone(String path) {
        try (var client = RawClient.connect(server)) {
            String head = client.send("GET " + path + GET).readTo("\r\n\r\n");
            assertFalse(head.contains("Content-Length"), head);
            assertFalse(head.contains("Transfer-Encoding"), head);
            assertEquals("12345", client.send("GET /buffer" + GET).response().body());
        }
    }

    @Test
    void chunksWhatHasNoLength() {
        try (var client = RawClient.connect(server)) {
            var response = client.send("GET /stream" + GET).response();
            assertEquals(List.of("chunked"), response.all("Transfer-Encoding"));
            assertEquals(List.of(), response.all("Content-Length"));
            assertEquals(1, response.all("Date").size());
            assertEquals(List.of("htbin/0.1.0"), response.all("Server"));
        }
    }

    @Test
    void sendsAReasonPhraseOfOctets() {
        String answer = RawClient.exchange(server, "GET /odd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 299 Odd phr\u00e4se\r\n"), answer);
    }

    @Test
    void chunksAlsoWhenTheConnectionCloses() {
        String answer = RawClient.exchange(server, "GET /close" + GET + "GET /buffer" + GET);
        assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
        assertTrue(answer.endsWith("\r\n\r\n2\r\n12\r\n3\r\n345\r\n0\r\n\r\n"), answer);
    }

    @Test
    void endsABodyForHttp10WithTheConnection() {
        String answer = RawClient.exchange(server, "GET /stream HTTP/1.0\r\n\r\n");
        assertFalse(answer.contains("Transfer-Encoding"), answer);
        assertTrue(answer.endsWith("\r\n\r\n12345"), answer);
    }

    @Test
    void keepsAConnectionOfHttp10ThatAsksForIt() {
        try (var client = RawClient.connect(server)) {
            for (int i = 0; i < 2; i++) {
                var response = client.send("GET /buffer HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                        .response();
                assertEquals(List.of("keep-alive"), response.all("Connection"));
                assertEquals("12345", response.body());
            }
        }
    }

    @Test
    void closesAfterEachResponseWhenTheProtocolIsHttp10() throws IOException {
        var config = EngineConfig.defaults().withProtocol(HttpVersion.HTTP_1_0);
        try (var old = wire.start(ContractHandlers::handle, config)) {
            String answer = RawClient.exchange(old, "GET /stream" + GET + "GET /stream" + GET);
            assertTrue(answer.endsWith("\r\n\r\n12345"), answer);
            assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
            assertFalse(answer.contains("chunked"), answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/abort", "/breaks", "/tooshort"})
    void showsThatAResponseIsBroken(String path) {
        try (var client = RawClient.connect(server)) {
            client.send("GET " + path + GET);
            assertThrows(Exception.class, client::response);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/abort", "/breaks"})
    void resetsABrokenResponseThatEndsWithTheConnection(String path) {
        try (var client = RawClient.connect(server)) {
            client.send("GET " + path + " HTTP/1.0\r\n\r\n");
            assertThrows(java.io.UncheckedIOException.class, client::readAll);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/fails", "/nothing"})
    void answers500WithoutSayingWhy(String path) {
        String answer = RawClient.exchange(server, "GET " + path + GET);
        assertTrue(answer.startsWith("HTTP/1.1 500 "), answer);
        assertFalse(answer.contains("secret"), answer);
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
                x.respond(head(200), FileRegion.of(channel, 1, 999_998));
            }
        });
        String expected = new String(content, 1, 999_998, ISO_8859_1);
        try (var client = RawClient.connect(server)) {
            assertEquals(expected, client.send("GET /file" + GET).response().body());
            assertEquals(expected, client.send("GET /file" + GET).response().body());
        }
    }

    @Test
    void noticesAClientThatIsGoneWhileItWrites() throws InterruptedException {
        var gone = new CountDownLatch(1);
        var failed = new CountDownLatch(1);
        ContractHandlers.put("/endless", x -> {
            x.onDisconnect(gone::countDown);
            OutputStream out = x.respond(head(200));
            try {
                while (true) {
                    out.write(new byte[1000]);
                    out.flush();
                }
            } catch (IOException e) {
                failed.countDown();
                throw e;
            }
        });
        var client = RawClient.connect(server);
        client.send("GET /endless" + GET).read(10_000);
        client.reset();
        assertTrue(failed.await(20, TimeUnit.SECONDS));
        assertTrue(gone.await(20, TimeUnit.SECONDS));
    }

    private static ResponseHead head(int status) {
        return ResponseHead.of(status, Fields.empty());
    }
}
