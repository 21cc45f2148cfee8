package dev.htbin.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.file.FileConfig;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered without waiting is what is answered with it; and what is not leaves no trace. */
class AnswerNowTest extends FilesFixture {
    private HttpHandler handler = exchange -> {};

    @BeforeEach
    void serve() throws IOException {
        write("long.bin", "x".repeat(1 << 20));
        handler = HostCheck.before(SimpleHttpRequestHandler.serving(FileConfig.of(root)), Set.of());
    }

    private static String request(String method, String target, String... fields) {
        return method + " " + target + " HTTP/1.1\nHost: localhost\n" + String.join("\n", fields)
                + (fields.length > 0 ? "\n" : "") + "\n";
    }

    private String now(String request) throws IOException {
        MemoryExchange exchange = MemoryExchange.of(request);
        boolean answered = handler.answerNow(exchange);
        assertEquals(answered, exchange.committed(), request);
        assertEquals(answered, !exchange.response().isEmpty(), request);
        return exchange.response();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a.txt", "/a.txt?x", "/./a.txt", "/both/"})
    void answersWhatWasSentBefore(String target) throws IOException {
        for (String method : new String[] {"GET", "HEAD"}) {
            try (var lines = new AccessLines()) {
                String waited = MemoryExchange.answer(handler, request(method, target));
                assertEquals(waited, now(request(method, target)));
                assertEquals(
                        2,
                        lines.requests().stream()
                                .filter(line -> line.endsWith("200 -"))
                                .count(),
                        lines.all().toString());
            }
        }
    }

    @Test
    void answersPartsAndPreconditions() throws IOException {
        String tag = field(MemoryExchange.answer(handler, request("GET", "/a.txt")), "ETag");
        for (String field : new String[] {"Range: bytes=2-4", "If-None-Match: " + tag}) {
            String request = request("GET", "/a.txt", field);
            assertEquals(MemoryExchange.answer(handler, request), now(request));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /long.bin",
                "GET /absent",
                "GET /.secret",
                "GET /dir",
                "GET /list/",
                "GET /a.txt/",
                "GET /../a.txt",
                "GET /%zz",
                "POST /a.txt",
                "PUT /a.txt"
            })
    void leavesWhatMustWaitOrIsRefusedWithoutATrace(String line) throws IOException {
        String request = line + " HTTP/1.1\nHost: localhost\n\n";
        String waited = MemoryExchange.answer(handler, request);
        try (var lines = new AccessLines()) {
            assertEquals("", now(request));
            assertEquals(java.util.List.of(), lines.all());
        }
        assertEquals(waited, MemoryExchange.answer(handler, request));
    }

    @Test
    void leavesFailedPreconditionsSeveralPartsAndUnknownHosts() throws IOException {
        write("page.txt", "x".repeat(1000));
        for (String target : new String[] {"/a.txt", "/page.txt"}) {
            assertFalse(MemoryExchange.answer(handler, request("GET", target)).isEmpty());
        }
        assertEquals("", now(request("GET", "/a.txt", "If-Match: \"other\"")));
        assertEquals("", now(request("GET", "/a.txt", "Range: bytes=100-")));
        assertEquals("", now(request("GET", "/page.txt", "Range: bytes=0-1,500-501")));
        assertEquals("", now("GET /a.txt HTTP/1.1\nHost: evil.example\n\n"));
        assertEquals("", now("GET /a.txt HTTP/1.1\n\n"));
    }

    @Test
    void neverAnswersWhatIsNoLongerSo() throws IOException {
        String request = request("GET", "/a.txt");
        assertTrue(MemoryExchange.answer(handler, request).endsWith("0123456789"));
        assertTrue(now(request).endsWith("0123456789"));
        Files.writeString(root.resolve("a.txt"), "changed");
        assertEquals("", now(request));
        assertTrue(MemoryExchange.answer(handler, request).endsWith("changed"));
        Files.delete(root.resolve("a.txt"));
        assertEquals("", now(request));
    }

    @Test
    void subclassIsNeverAskedTwice() throws IOException {
        FileConfig files = FileConfig.of(root);
        HttpHandler own = BaseHttpRequestHandler.perRequest(exchange -> new SimpleHttpRequestHandler(exchange, files));
        assertTrue(MemoryExchange.answer(own, request("GET", "/a.txt")).endsWith("0123456789"));
        assertFalse(own.answerNow(MemoryExchange.of(request("GET", "/a.txt"))));
    }
}
