package dev.htbin.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.file.FileBody;
import dev.htbin.file.FileConfig;
import dev.htbin.http.Exchange;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wire tests of files: real files, exchanges in memory. */
class SimpleHttpRequestHandlerTest extends FilesFixture {
    private static final String FIELDS = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: (\"[0-9a-f-]+\")\r\n";

    @Test
    void servesAFileWithItsDescription() throws IOException {
        String response = get("/a.txt?query");
        assertTrue(
                response.matches("HTTP/1.1 200\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n" + FIELDS
                        + "Accept-Ranges: bytes\r\nX-Content-Type-Options: nosniff\r\n\r\n0123456789"),
                response);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a.txt", "/dir/", "/dir", "/list/", "/absent", "/.secret"})
    void headHasTheHeadOfGet(String target) throws IOException {
        String get = get(target);
        String head = MemoryExchange.answer(handler(), "HEAD " + target + " HTTP/1.1\n\n");
        assertEquals(get.substring(0, get.indexOf("\r\n\r\n") + 4), head);
    }

    @Test
    void servesALongFile() throws IOException {
        String content = "0123456789".repeat(10_000);
        write("long.bin", content);
        assertEquals(content, body(get("/long.bin")));
        String part = get("/long.bin", "Range: bytes=99995-");
        assertTrue(part.startsWith("HTTP/1.1 206\r\nContent-Range: bytes 99995-99999/100000\r\n"), part);
        assertEquals("56789", body(part));
        String head = MemoryExchange.answer(handler(), "HEAD /long.bin HTTP/1.1\n\n");
        assertTrue(head.contains("Content-Length: 100000\r\n"), head);
    }

    @Test
    void servesPartsOfAFile() throws IOException {
        String part = get("/a.txt", "Range: bytes=2-4");
        assertTrue(part.startsWith("HTTP/1.1 206\r\nContent-Range: bytes 2-4/10\r\n"), part);
        assertTrue(part.contains("Content-Length: 3\r\n"), part);
        assertEquals("234", body(part));
        String none = get("/a.txt", "Range: bytes=10-");
        assertTrue(none.startsWith("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */10\r\n"), none);
        assertEquals("0123456789", body(get("/a.txt", "Range: bytes=nonsense")));
        String head = MemoryExchange.answer(handler(), "HEAD /a.txt HTTP/1.1\nRange: bytes=2-4\n\n");
        assertTrue(head.startsWith("HTTP/1.1 200\r\n"), head);
    }

    @Test
    void answersConditionalRequests() throws IOException {
        String etag = get("/a.txt").replaceAll("(?s).*ETag: (\\S+)\r\n.*", "$1");
        String notModified = get("/a.txt", "If-None-Match: " + etag, "Range: bytes=0-1");
        assertTrue(notModified.matches("HTTP/1.1 304\r\n" + FIELDS + "\r\n"), notModified);
        assertTrue(get("/a.txt", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT")
                .startsWith("HTTP/1.1 304"));
        assertTrue(get("/a.txt", "If-Match: \"other\"").startsWith("HTTP/1.1 412 Precondition Failed\r\n"));
        assertTrue(get("/a.txt", "Range: bytes=0-1", "If-Range: " + etag).startsWith("HTTP/1.1 206"));
        assertTrue(get("/a.txt", "Range: bytes=0-1", "If-Range: \"other\"").startsWith("HTTP/1.1 200"));
    }

    @ParameterizedTest
    @CsvSource({
        "/dir, /dir/",
        "/dir?a=b//c, /dir/?a=b//c",
        "//dir, /dir/",
        "///dir?x, /dir/?x",
        "/x/../dir, /dir/",
        "//evil.example/../dir, /dir/",
        "/%2e/dir, /dir/",
        "/list//sub, /list/sub/"
    })
    void redirectsADirectoryToItsSlash(String target, String location) throws IOException {
        String response = get(target);
        assertEquals("HTTP/1.1 301\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n", response);
    }

    @Test
    void redirectNeverNamesAnotherHost() throws IOException {
        Files.createDirectories(root.resolve("\\evil.example/x"));
        assertTrue(get("/\\evil.example/x").contains("Location: /%5Cevil.example/x/\r\n"));
        for (String target : List.of("//evil.example/%2f..", "//evil.example/..", "//evil.example/%2e%2e", "//dir/")) {
            assertFalse(get(target).contains("Location: //"), target);
        }
    }

    @Test
    void servesTheFirstIndexPage() throws IOException {
        assertEquals("htm", body(get("/dir/")));
        assertEquals("html", body(get("/both/")));
        FileConfig none = FileConfig.of(root).withIndexPages(List.of());
        String listing = MemoryExchange.answer(
                BaseHttpRequestHandler.perRequest(exchange -> new SimpleHttpRequestHandler(exchange, none)),
                "GET /both/ HTTP/1.1\n\n");
        assertTrue(listing.contains("<a href=\"index.htm\">"), listing);
    }

    @Test
    void listsADirectoryAsPythonDoes() throws IOException {
        write("list/Apple", "x");
        write("list/\u00E9\u20AC.txt", "x");
        write("list/a:b", "x");
        write("list/\"><img src=x onerror=alert(1)>", "x");
        String response = get("/list/");
        String page = new String(body(response).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        assertTrue(response.startsWith("HTTP/1.1 200\r\nContent-Type: text/html; charset=utf-8\r\n"), response);
        assertTrue(page.contains("<title>Directory listing for /list/</title>"), page);
        assertTrue(page.contains("<a href=\"../\">"), page);
        assertTrue(page.contains("<a href=\"sub/\">sub/</a>"), page);
        assertTrue(page.contains("<a href=\"./a:b\">a:b</a>"), page);
        assertTrue(page.contains("<a href=\"b%20&amp;%20%3Cc%3E.txt\">b &amp; &lt;c&gt;.txt</a>"), page);
        assertTrue(page.contains("<a href=\"%C3%A9%E2%82%AC.txt\">\u00E9\u20AC.txt</a>"), page);
        assertFalse(page.contains("<img"), page);
        assertFalse(page.contains(".git"), page);
        assertTrue(page.indexOf("Apple") < page.indexOf("b &amp;"), page);
    }

    @Test
    void listingEscapesItsPath() throws IOException {
        Files.createDirectories(root.resolve("<script>alert(1)<"));
        String page = body(get("/%3Cscript%3Ealert(1)%3C/"));
        assertTrue(page.contains("<title>Directory listing for /&lt;script&gt;alert(1)&lt;/</title>"), page);
        assertFalse(page.contains("<script"), page);
    }

    @Test
    void rootListingHasNoParent() throws IOException {
        assertFalse(get("/").contains("../"));
    }

    @Test
    void namesThatAreNoTextDoNotBreakAListing() throws Exception {
        String script = "cd \"$1\" && printf x > \"$(printf 'bad\\377name')\" && printf x > good";
        var sh = new ProcessBuilder(
                        "sh", "-c", script, "sh", root.resolve("list").toString())
                .start();
        assertEquals(0, sh.waitFor());
        String page = body(get("/list/"));
        assertTrue(page.contains(">good<"), page);
        assertFalse(page.contains("bad"), page);
    }

    @Test
    void hooksMayBeOverridden() throws IOException {
        FileConfig files = FileConfig.of(root);
        HttpHandler handler = BaseHttpRequestHandler.perRequest(exchange -> new Shouting(exchange, files));
        String file = MemoryExchange.answer(handler, "GET /both/ HTTP/1.1\n\n");
        assertTrue(file.contains("Content-Type: text/shout\r\n"), file);
        assertEquals("HTML", body(file));
        assertEquals("no list", body(MemoryExchange.answer(handler, "GET /list/ HTTP/1.1\n\n")));
    }

    private static final class Shouting extends SimpleHttpRequestHandler {
        Shouting(Exchange exchange, FileConfig files) {
            super(exchange, files);
        }

        @Override
        protected String guessType(Path path) {
            return "text/shout";
        }

        @Override
        protected void copyFile(FileBody source) throws IOException {
            try (var stream = source.stream()) {
                String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                wfile().write(text.toUpperCase(java.util.Locale.ROOT).getBytes(StandardCharsets.UTF_8));
            }
        }

        @Override
        protected Optional<FileBody> listDirectory(Path directory) throws IOException {
            sendResponse(200);
            sendHeader("Content-Length", "7");
            endHeaders();
            wfile().write("no list".getBytes(StandardCharsets.UTF_8));
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"})
    void otherMethodsAreUnsupported(String method) throws IOException {
        String response = MemoryExchange.answer(handler(), method + " /a.txt HTTP/1.1\n\n");
        assertTrue(response.startsWith("HTTP/1.1 501 Unsupported method ('" + method + "')\r\n"), response);
    }

    @Test
    void emptyFileIsServed() throws IOException {
        write("empty.txt", "");
        String response = get("/empty.txt");
        assertTrue(response.startsWith("HTTP/1.1 200\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n"), response);
        assertTrue(get("/empty.txt", "Range: bytes=0-").startsWith("HTTP/1.1 416"), response);
        assertEquals(ByteBuffer.allocate(0), ByteBuffer.wrap(body(response).getBytes(StandardCharsets.UTF_8)));
    }
}
