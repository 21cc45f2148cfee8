package dev.htbin.handler;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.file.CacheRule;
import dev.htbin.file.Compression;
import dev.htbin.file.FileConfig;
import dev.htbin.http.Exchange;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import dev.htbin.http.UrlPath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wire tests of content codings: real files, exchanges in memory. */
class CompressedFilesTest extends FilesFixture {
    private static final String TEXT = "a line of text\n".repeat(200);

    private HttpHandler beside = exchange -> {};
    private HttpHandler now = exchange -> {};

    @BeforeEach
    void configure() throws IOException {
        write("p.css", TEXT);
        write("p.css.br", "coded by brotli");
        write("p.css.zst", "coded by zstandard");
        write("p.css.gz", "coded by gzip");
        write("t.css", TEXT);
        write("long.css", TEXT.repeat(100));
        FileConfig files = FileConfig.of(root);
        beside = handler(files.withCompression(Compression.BESIDE));
        now = handler(files.withCompression(Compression.ALSO_NOW));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip|gzip",
                "br|br",
                "zstd|zstd",
                "gzip, deflate, br, zstd|br",
                "gzip, zstd|zstd",
                "gzip, br;q=0.5|gzip",
                "gzip;q=0.5, br;q=0.5|br",
                "x-gzip|gzip",
                "*|br",
                "*, br;q=0|zstd",
                "*;q=0|-",
                "br;q=0|-",
                "identity|-",
                "identity;q=0.5, gzip;q=0.2|-",
                "identity;q=0.5, gzip;q=0.7|gzip",
                "identity;q=0|-",
                "deflate|-",
                "br;q=high|-",
            })
    void sendsTheFormThatTheClientPrefers(String accept, String coding) {
        String response = get(beside, "/p.css", "Accept-Encoding: " + accept);
        assertEquals(coding, field(response, "Content-Encoding"));
        assertEquals("text/css", field(response, "Content-Type"));
        assertEquals("Accept-Encoding", field(response, "Vary"));
        String expected = switch (coding) {
            case "br" -> "coded by brotli";
            case "zstd" -> "coded by zstandard";
            case "gzip" -> "coded by gzip";
            default -> TEXT;
        };
        assertEquals(expected, body(response));
        assertEquals(Integer.toString(expected.length()), field(response, "Content-Length"));
    }

    @Test
    void nothingIsCompressedUnlessAskedFor() throws IOException {
        String response = get("/p.css", "Accept-Encoding: gzip, br, zstd");
        assertEquals("-", field(response, "Content-Encoding"));
        assertEquals("-", field(response, "Vary"));
        assertEquals("-", field(get(beside, "/t.css", "Accept-Encoding: gzip"), "Content-Encoding"));
        assertEquals("-", field(get(beside, "/t.css", "Accept-Encoding: gzip"), "Vary"));
    }

    @Test
    void eachFormHasItsOwnTagPartsAndPreconditions() {
        String plain = get(beside, "/p.css");
        String coded = get(beside, "/p.css", "Accept-Encoding: gzip");
        String tag = field(coded, "ETag");
        assertNotEquals(field(plain, "ETag"), tag);
        String current = get(beside, "/p.css", "Accept-Encoding: gzip", "If-None-Match: " + tag);
        assertTrue(current.startsWith("HTTP/1.1 304"), current);
        assertEquals("Accept-Encoding", field(current, "Vary"));
        assertTrue(get(beside, "/p.css", "If-None-Match: " + tag).startsWith("HTTP/1.1 200"));
        String part = get(beside, "/p.css", "Accept-Encoding: gzip", "Range: bytes=0-4", "If-Range: " + tag);
        assertEquals("coded", body(part));
        assertEquals("bytes 0-4/13", field(part, "Content-Range"));
        assertEquals(TEXT, body(get(beside, "/p.css", "Range: bytes=0-4", "If-Range: " + tag)));
    }

    @Test
    void olderFormIsNotSent() throws IOException {
        Files.setLastModifiedTime(root.resolve("p.css.br"), FileTime.from(Instant.parse("1994-11-06T08:49:36.999Z")));
        assertEquals("zstd", field(get(beside, "/p.css", "Accept-Encoding: br, zstd;q=0.5"), "Content-Encoding"));
        write("p.css", "changed");
        Files.setLastModifiedTime(root.resolve("p.css"), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
        assertEquals("changed", body(get(beside, "/p.css", "Accept-Encoding: br, zstd, gzip")));
    }

    @Test
    void formThatIsNotServedIsNotSent() throws IOException {
        Path outside = Files.writeString(temp.resolve("outside.css.gz"), "outside");
        Files.delete(root.resolve("p.css.gz"));
        Files.createSymbolicLink(root.resolve("p.css.gz"), outside);
        Files.delete(root.resolve("p.css.br"));
        Files.createDirectory(root.resolve("p.css.br"));
        assertEquals(TEXT, body(get(beside, "/p.css", "Accept-Encoding: gzip, br")));
        write("secret/t.css.gz", "secret");
        Files.createSymbolicLink(root.resolve("t.css.gz"), root.resolve("secret/t.css.gz"));
        FileConfig files = FileConfig.of(root).withCompression(Compression.BESIDE);
        HttpHandler guarded = BaseHttpRequestHandler.perRequest(exchange -> new Guarding(exchange, files));
        assertEquals("secret", body(get(beside, "/t.css", "Accept-Encoding: gzip")));
        assertEquals(TEXT, body(get(guarded, "/t.css", "Accept-Encoding: gzip")));
    }

    private static final class Guarding extends SimpleHttpRequestHandler {
        Guarding(Exchange exchange, FileConfig files) {
            super(exchange, files);
        }

        @Override
        protected boolean isServed(UrlPath path) {
            return !path.names().contains("secret");
        }
    }

    @Test
    void compressesTextNow() throws IOException {
        for (String target : new String[] {"/t.css", "/long.css", "/t.css"}) {
            String plain = get(now, target);
            String response = get(now, target, "Accept-Encoding: gzip");
            assertEquals("gzip", field(response, "Content-Encoding"));
            assertEquals("Accept-Encoding", field(response, "Vary"));
            assertEquals("Accept-Encoding", field(plain, "Vary"));
            assertEquals(body(plain), gunzip(response), target);
            String tag = field(response, "ETag");
            assertTrue(tag.startsWith("W/\""), tag);
            assertFalse(field(plain, "ETag").startsWith("W/"));
            assertFalse(field(plain, "ETag").equals(tag.substring(2)));
            String current = get(now, target, "Accept-Encoding: gzip", "If-None-Match: " + tag);
            assertTrue(current.startsWith("HTTP/1.1 304"), current);
            assertTrue(get(now, target, "If-None-Match: " + tag).startsWith("HTTP/1.1 200"));
        }
    }

    @Test
    void changedTextIsCompressedAnew() throws IOException {
        assertEquals(TEXT, gunzip(get(now, "/t.css", "Accept-Encoding: gzip")));
        write("t.css", TEXT + "more");
        assertEquals(TEXT + "more", gunzip(get(now, "/t.css", "Accept-Encoding: gzip")));
    }

    @Test
    void headOfCompressedTextHasNoBody() {
        for (String target : new String[] {"/t.css", "/long.css"}) {
            String head = MemoryExchange.answer(now, "HEAD " + target + " HTTP/1.1\nAccept-Encoding: gzip\n\n");
            assertEquals("gzip", field(head, "Content-Encoding"));
            assertEquals("", body(head));
        }
    }

    @Test
    void partsAreThoseOfTheFileItself() {
        String part = get(now, "/t.css", "Accept-Encoding: gzip", "Range: bytes=2-5");
        assertEquals("-", field(part, "Content-Encoding"));
        assertEquals("line", body(part));
        assertFalse(field(part, "ETag").startsWith("W/"));
    }

    @Test
    void compressesNeitherShortNorCompressedNorUnwantedFiles() throws IOException {
        write("short.css", "a");
        write("image.png", TEXT);
        for (String target : new String[] {"/short.css", "/image.png"}) {
            assertEquals("-", field(get(now, target, "Accept-Encoding: gzip"), "Content-Encoding"));
            assertEquals("-", field(get(now, target, "Accept-Encoding: gzip"), "Vary"));
        }
        for (String accept : new String[] {"br", "gzip;q=0", "identity, gzip;q=0.5", "*;q=0"}) {
            assertEquals(TEXT, body(get(now, "/t.css", "Accept-Encoding: " + accept)), accept);
        }
    }

    @Test
    void whatLiesBesideWinsOverCompressingNow() {
        assertEquals("coded by gzip", body(get(now, "/p.css", "Accept-Encoding: gzip")));
    }

    @Test
    void cacheControlGoesByPathAndIsInEveryAnswerOfTheFile() throws IOException {
        write("static/x.css", TEXT);
        HttpHandler handler = handler(FileConfig.of(root)
                .withCacheRule(new CacheRule("static/**", "max-age=31536000, immutable"))
                .withCacheRule(new CacheRule("*.html", "no-cache")));
        String response = get(handler, "/static/x.css");
        assertEquals("max-age=31536000, immutable", field(response, "Cache-Control"));
        String tag = field(response, "ETag");
        for (String condition :
                new String[] {"If-None-Match: " + tag, "Range: bytes=0-1", "Range: bytes=0-1,900-901"}) {
            assertEquals(
                    "max-age=31536000, immutable",
                    field(get(handler, "/static/x.css", condition), "Cache-Control"),
                    condition);
        }
        assertEquals("no-cache", field(get(handler, "/both/"), "Cache-Control"));
        assertEquals("-", field(get(handler, "/a.txt"), "Cache-Control"));
        assertEquals("-", field(get(handler, "/static/absent.css"), "Cache-Control"));
        HttpHandler developing = handler(FileConfig.of(root)
                .withCacheRule(new CacheRule("*.css", "max-age=5"))
                .withoutCache());
        assertEquals("max-age=5", field(get(developing, "/t.css"), "Cache-Control"));
        assertEquals("no-cache", field(get(developing, "/a.txt"), "Cache-Control"));
    }

    private static String gunzip(String response) throws IOException {
        String body = body(response);
        byte[] octets =
                (field(response, "Transfer-Encoding").equals("chunked") ? unchunked(body) : body).getBytes(ISO_8859_1);
        try (var stream = new GZIPInputStream(new ByteArrayInputStream(octets))) {
            return new String(stream.readAllBytes(), ISO_8859_1);
        }
    }

    private static String unchunked(String body) {
        var whole = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int end = body.indexOf("\r\n", at);
            int length = Integer.parseInt(body.substring(at, end), 16);
            if (length == 0) {
                return whole.toString(ISO_8859_1);
            }
            whole.writeBytes(body.substring(end + 2, end + 2 + length).getBytes(ISO_8859_1));
            at = end + 2 + length + 2;
        }
    }
}
