package dev.htbin.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.file.ErrorPages;
import dev.htbin.file.FileConfig;
import dev.htbin.http.Exchange;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Wire tests of error pages of the user's own. */
class ErrorPagesTest extends FilesFixture {
    private Path pages = Path.of("/");
    private HttpHandler handler = exchange -> {};

    @BeforeEach
    void makePages() throws IOException {
        pages = Files.createDirectory(temp.resolve("pages"));
        Files.writeString(pages.resolve("404.html"), "<p>not here");
        Files.writeString(pages.resolve("4xx.html"), "<p>your fault");
        Files.writeString(pages.resolve("5xx.html"), "<p>our fault");
        handler = handler(FileConfig.of(root).withErrorPages(ErrorPages.of(pages)));
    }

    @Test
    void takeThePlaceOfTheBuiltInOnes() {
        String absent = get(handler, "/absent");
        assertTrue(absent.startsWith("HTTP/1.1 404 File not found\r\n"), absent);
        assertEquals("text/html", field(absent, "Content-Type"));
        assertEquals("<p>not here", body(absent));
        String range = get(handler, "/a.txt", "Range: bytes=10-");
        assertTrue(range.startsWith("HTTP/1.1 416 "), range);
        assertEquals("bytes */10", field(range, "Content-Range"));
        assertEquals("<p>your fault", body(range));
        String method = MemoryExchange.answer(handler, "PUT /a.txt HTTP/1.1\n\n");
        assertTrue(method.startsWith("HTTP/1.1 501 "), method);
        assertEquals("<p>our fault", body(method));
    }

    @Test
    void headHasNoBody() {
        String head = MemoryExchange.answer(handler, "HEAD /absent HTTP/1.1\n\n");
        assertEquals("11", field(head, "Content-Length"));
        assertEquals("", body(head));
    }

    @Test
    void changedPageIsSent() throws IOException {
        assertEquals("<p>not here", body(get(handler, "/absent")));
        Files.writeString(pages.resolve("404.html"), "<p>still not here");
        assertEquals("<p>still not here", body(get(handler, "/absent")));
        Files.delete(pages.resolve("404.html"));
        assertEquals("<p>your fault", body(get(handler, "/absent")));
        Files.delete(pages.resolve("4xx.html"));
        assertTrue(body(get(handler, "/absent")).contains("Error response"));
    }

    @Test
    void pageOutOfTheDirectoryOrTooLongIsNotSent() throws IOException {
        Files.delete(pages.resolve("404.html"));
        Files.createSymbolicLink(pages.resolve("404.html"), temp.resolve("outside"));
        assertEquals("<p>your fault", body(get(handler, "/absent")));
        Files.writeString(pages.resolve("4xx.html"), "x".repeat(1 << 20));
        assertTrue(body(get(handler, "/absent")).contains("Error response"));
    }

    @Test
    void bugHasThePageOfItsClass() throws IOException {
        FileConfig files = FileConfig.of(root).withErrorPages(ErrorPages.of(pages));
        HttpHandler failing = BaseHttpRequestHandler.perRequest(exchange -> new Failing(exchange, files));
        String response = get(failing, "/a.txt");
        assertTrue(response.startsWith("HTTP/1.1 500 "), response);
        assertEquals("<p>our fault", body(response));
    }

    private static final class Failing extends SimpleHttpRequestHandler {
        Failing(Exchange exchange, FileConfig files) {
            super(exchange, files);
        }

        @Override
        protected String guessType(Path path) {
            throw new IllegalStateException("a bug");
        }
    }

    @Test
    void directoryIsNotServed() {
        assertFalse(get(handler, "/404.html").startsWith("HTTP/1.1 200"));
        assertTrue(get(handler, "/pages/404.html").startsWith("HTTP/1.1 404"));
    }
}
