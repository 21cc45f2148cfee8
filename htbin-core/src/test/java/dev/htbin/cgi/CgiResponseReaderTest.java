package dev.htbin.cgi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiResponse.ClientRedirect;
import dev.htbin.cgi.CgiResponse.ClientRedirectWithDocument;
import dev.htbin.cgi.CgiResponse.Document;
import dev.htbin.cgi.CgiResponse.LocalRedirect;
import dev.htbin.http.Request;
import dev.htbin.process.ExitStatus;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In tables a head is written with {@code ~} for LF and {@code ^} for CR. */
class CgiResponseReaderTest {
    @ParameterizedTest
    @CsvSource({
        "Content-Type: text/plain~~, 200, '', [Content-Type: text/plain]",
        "Content-Type: text/plain^~^~, 200, '', [Content-Type: text/plain]",
        "Content-Type: text/plain^~X: y~~, 200, '', '[Content-Type: text/plain, X: y]'",
        "CONTENT-TYPE:text/x;charset=\u00E4~~, 200, '', [CONTENT-TYPE: text/x;charset=\u00E4]",
        "Content-type:\t text/plain \t~~, 200, '', [Content-type: text/plain]",
        "Status: 404~~, 404, '', []",
        "status:404 Gone Fishing ~~, 404, Gone Fishing, []",
        "Status: 299 Odd~A: b~~, 299, Odd, [A: b]",
        "Status: 204 No Content~~, 204, No Content, []",
        "Status:~Content-Type: a/b~~, 200, '', [Content-Type: a/b]",
        "Status:~Status: 500 x~~, 500, x, []",
        "Content-Type: a/b~Location:~~, 200, '', [Content-Type: a/b]",
        "Content-Type: a/b~Set-Cookie: a~Set-Cookie: b~~, 200, '', '[Content-Type: a/b, Set-Cookie: a, Set-Cookie: b]'",
        "Content-Type: a/b~Date: d~Server: s~~, 200, '', '[Content-Type: a/b, Date: d, Server: s]'",
        "Content-Type: a/b~X-CGI-Note: n~X-Empty:~~, 200, '', '[Content-Type: a/b, X-Empty: ]'",
        "Status: 201 Created~Location: /new~~, 201, Created, [Location: /new]",
        "Status: 200 OK~Location: http://h/~~, 200, OK, [Location: http://h/]"
    })
    void readsDocuments(String raw, int status, String reason, String fields) throws CgiFailure {
        Document document = assertInstanceOf(Document.class, read(raw));
        assertEquals(status, document.head().status());
        assertEquals(reason, document.head().reason());
        assertEquals(
                fields,
                document.head().fields().stream()
                        .map(f -> f.name() + ": " + f.value())
                        .toList()
                        .toString());
    }

    @ParameterizedTest
    @CsvSource({
        "~, begins with a blank line",
        "^~Content-Type: a/b~~, begins with a blank line",
        "Hello~~, no header field",
        "<html>~, no header field",
        "HTTP/1.1 200 OK~, a status line",
        "Content-Type:~~, 'no header field before the blank line'",
        "<!--: spam~~, 'no header field before the blank line'",
        "Content-Type: a/b~ c~~, white space",
        "Content-Type: a/b~\tc~~, white space",
        "' Content-Type: a/b~~', white space",
        "Content-Type: a/b~X: a^Set-Cookie: b~~, a CR is followed",
        "Content-Type: a/b^^~~, a CR is followed",
        "Content-Type: a/b~X: \u0000~~, control character 0x00",
        "Content-Type: a/b~X: \u001B[1m~~, control character 0x1B",
        "Content-Type: a/b~X: \u007F~~, control character 0x7F",
        "Status: 20~~, Status must be three digits",
        "Status: 2000~~, Status must be three digits",
        "Status: 200OK~~, Status must be three digits",
        "Status: OK~~, Status must be three digits",
        "Status: -200~~, Status must be three digits",
        "Status: 100 Continue~~, Status must be three digits",
        "Status: 101 Switching Protocols~~, Status must be three digits",
        "Status: 600~~, Status must be three digits",
        "Status: 099~~, Status must be three digits",
        "Status: 200~Status: 200~~, a second Status",
        "Content-Type: a/b~content-type: a/b~~, a second Content-Type",
        "Location: /a~Location: /a~~, a second Location",
        "Status: 200~Transfer-Encoding: chunked~~, Transfer-Encoding",
        "Status: 200~Content-Length: 5x~~, Content-Length must be digits",
        "Status: 200~Content-Length: -1~~, Content-Length must be digits",
        "Status: 200~Content-Length: +1~~, Content-Length must be digits",
        "'Status: 200~Content-Length: 5, 5~~', Content-Length must be digits",
        "Status: 200~Content-Length: 9999999999999999999~~, Content-Length must be digits",
        "Status: 200~Content-Length: 5~Content-Length: 6~~, a second Content-Length",
        "Location: /a\tb~~, Location has a tab",
        "Location: /%~~, is no path of this server",
        "Location: /../x~~, is no path of this server",
        "Location: /a%0d%0aX:~~, is no path of this server"
    })
    void refusesWhatIsNoHead(String raw, String reason) {
        CgiFailure.BadHead failure = assertThrows(CgiFailure.BadHead.class, () -> read(raw));
        assertTrue(failure.reason().contains(reason), failure.reason());
        assertEquals(502, failure.status());
    }

    @Test
    void aFailureNamesTheLineAndShowsItPrintably() {
        var failure = assertThrows(CgiFailure.BadHead.class, () -> read("Content-Type: a/b~oops\u00E9~~"));
        assertEquals(2, failure.line());
        assertEquals("oops>>>\\xE9<<<", failure.excerpt());
        assertEquals(
                "HTB-042 line 2 of the script's output: no header field ('Name: value'); is the blank line before the body missing, or a message printed first?: oops>>>\\xE9<<<",
                failure.reasonForLog());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!--: spam",
                "Content-Type : x/y",
                "a b: c",
                ": c",
                "\u00E9: c",
                "Connection: close",
                "keep-alive: 5",
                "TE: x",
                "Trailer: x",
                "Upgrade: x",
                "Proxy-Connection: x"
            })
    void dropsALineWithAWarning(String line) throws CgiFailure {
        Document document = assertInstanceOf(Document.class, read(line + "~Content-Type: text/html~~"));
        assertEquals(
                "[Field[name=Content-Type, value=text/html]]",
                document.head().fields().toString());
        assertEquals(1, document.warnings().size(), document.warnings().toString());
    }

    @Test
    void warnsOfADocumentWithoutContentType() throws CgiFailure {
        assertEquals(
                List.of("the script gave no Content-Type; none is guessed"),
                read("Status: 200~~").warnings());
        assertEquals(
                List.of("the script gave no Content-Type; none is guessed"),
                read("X: y~~").warnings());
        assertEquals(List.of(), read("Status: 304~~").warnings());
        assertEquals(List.of(), read("Status: 200~Content-Length: 0~~").warnings());
    }

    @ParameterizedTest
    @CsvSource({
        "Location: /x~~, /x",
        "location:/x?y=/z&%41~~, /x?y=/z&%41",
        "Location: /x#part~~, /x",
        "Location: /a b\u00E9?c d~~, /a%20b%E9?c%20d",
        "Location: /~~, /",
        "Status:~Location: /x~~, /x",
        "Location: /x~Content-Type: text/html~Set-Cookie: a~~, /x"
    })
    void aPathWithoutStatusIsALocalRedirect(String raw, String location) throws CgiFailure {
        assertEquals(location, assertInstanceOf(LocalRedirect.class, read(raw)).location());
    }

    @Test
    void whatALocalRedirectLeavesUnusedIsWarnedOf() throws CgiFailure {
        assertEquals(List.of(), read("Location: /x~~").warnings());
        assertEquals(1, read("Location: /x~Set-Cookie: a~~").warnings().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://h/x#part", "HTTPS://h", "//evil/x", "other.html", "?q", "mailto:a@b", "ftp://h/ x"})
    void anyOtherLocationWithoutStatusIsAClientRedirect(String location) throws CgiFailure {
        var redirect = assertInstanceOf(ClientRedirect.class, read("Location: " + location + "~X: y~~"));
        assertEquals(302, redirect.head().status());
        assertEquals(location, redirect.location());
        assertEquals(Optional.of("y"), redirect.head().fields().first("X"));
    }

    @ParameterizedTest
    @CsvSource({"301 Moved, /x", "302 Found, http://h/", "303 See Other, y", "307 T, //h/x", "308 P, /"})
    void aLocationWithARedirectingStatusIsOneWithDocument(String status, String location) throws CgiFailure {
        String raw = "Status: " + status + "~Location: " + location + "~Content-Type: a/b~Content-Length: 3~~";
        var redirect = assertInstanceOf(ClientRedirectWithDocument.class, read(raw));
        assertEquals(status, redirect.head().status() + " " + redirect.head().reason());
        assertEquals(location, redirect.location());
        assertEquals(OptionalLong.of(3), redirect.contentLength());
        assertEquals(Optional.of("3"), redirect.headWithLength().fields().first("Content-Length"));
        assertFalse(redirect.head().fields().contains("Content-Length"));
    }

    @Test
    void aLocalRedirectIsFollowedByGetWithoutTheBodysFields() {
        Request post = CgiRequests.get(
                        "/a?b",
                        "Host: h",
                        "Content-Type: x",
                        "content-length: 3",
                        "Expect: 100-continue",
                        "Transfer-Encoding: chunked",
                        "Cookie: c")
                .method("POST")
                .request();
        Request followed = new LocalRedirect("/c?d", List.of()).follow(post);
        assertEquals("GET", followed.method());
        assertEquals("/c?d", followed.target());
        assertEquals(
                "[Field[name=Host, value=h], Field[name=Cookie, value=c]]",
                followed.fields().toString());
        assertEquals(
                "HEAD",
                new LocalRedirect("/c", List.of())
                        .follow(post.with("HEAD", "/"))
                        .method());
        assertThrows(IllegalArgumentException.class, () -> new LocalRedirect("//evil", List.of()));
    }

    @Test
    void equalLengthsAreOneLength() throws CgiFailure {
        var document = (Document) read("Status: 200~Content-Length: 5~content-length: 5~~");
        assertEquals(OptionalLong.of(5), document.contentLength());
        assertEquals(OptionalLong.empty(), ((Document) read("Status: 200~Content-Length:~~")).contentLength());
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 200 OK~~, 200, OK",
        "HTTP/1.0 404 Gone Fishing^~X: y^~^~, 404, Gone Fishing",
        "HTTP/1.1 200~~, 200, ''",
        "HTTP/1.1 200 ~~, 200, ''",
        "HTTP/1.1 302 Found~Location: /x~~, 302, Found",
        "HTTP/1.1 200 OK~Status: 500~~, 200, OK"
    })
    void anNphScriptHasItsOwnStatusLine(String raw, int status, String reason) throws CgiFailure {
        CgiResponse response = read(raw, true, Integer.MAX_VALUE);
        CgiResponse.ToClient sent = assertInstanceOf(CgiResponse.ToClient.class, response);
        assertEquals(status, sent.head().status());
        assertEquals(reason, sent.head().reason());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "~",
                "Content-Type: a/b~~",
                "HTTP/1.1 100 Continue~~",
                "HTTP/1.1 999 X~~",
                "HTTP/1.1  ~~",
                "http/1.1 200 OK~~",
                "HTTP/1.1 200OK~~",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~"
            })
    void anNphScriptWithoutStatusLineIsRefused(String raw) {
        assertThrows(CgiFailure.BadHead.class, () -> read(raw, true, Integer.MAX_VALUE));
    }

    @Test
    void theHeadMayBeAsLongAsTheLimitAndNoLonger() throws CgiFailure {
        String fitting = "Content-Type: " + "x".repeat(CgiLimits.defaults().headBytes() - 16) + "~~";
        assertInstanceOf(Document.class, read(fitting));
        var longer = assertThrows(CgiFailure.BadHead.class, () -> read("A" + fitting));
        assertTrue(longer.reason().contains("longer than 65536 octets"), longer.reason());
        assertInstanceOf(Document.class, read("Content-Type: a/b~" + "X: y~".repeat(99) + "~"));
        var more = assertThrows(CgiFailure.BadHead.class, () -> read("Content-Type: a/b~" + "?:~".repeat(100) + "~"));
        assertTrue(more.reason().contains("more than 100"), more.reason());
        assertTrue(longer.reasonForLog().length() < 500, longer.reasonForLog());
    }

    @Test
    void leavesTheBodyInTheBuffer() throws CgiFailure {
        var reader = new CgiResponseReader(CgiLimits.defaults(), false);
        assertFalse(reader.begun());
        assertEquals(Optional.empty(), reader.feed(ByteBuffer.wrap("Content-Type: a/b\r\n\r".getBytes(ISO_8859_1))));
        assertTrue(reader.begun());
        ByteBuffer rest = ByteBuffer.wrap("\n\r\nbody".getBytes(ISO_8859_1));
        assertTrue(reader.feed(rest).isPresent());
        assertEquals(1, rest.position());
        assertThrows(IllegalStateException.class, () -> reader.feed(rest));
    }

    @Test
    void anEndBeforeTheBlankLineIsAFailureThatSaysHowTheScriptEnded() throws CgiFailure {
        var reader = new CgiResponseReader(CgiLimits.defaults(), false);
        CgiFailure silent = reader.ended(Optional.of(new ExitStatus.Exited(3)));
        assertEquals(
                "HTB-061 the script wrote nothing to its standard output (exit 3); it must write at least 'Content-Type: ...' and a blank line",
                assertInstanceOf(CgiFailure.NoOutput.class, silent).reasonForLog());
        reader.feed(ByteBuffer.wrap("Status: 200\nX".getBytes(ISO_8859_1)));
        CgiFailure cut = reader.ended(Optional.of(new ExitStatus.Signaled(11, "SIGSEGV")));
        assertEquals(
                "HTB-060 the script's output ended before the blank line after its header fields (signal SIGSEGV); it begins: Status: 200\\x0AX",
                assertInstanceOf(CgiFailure.EndedBeforeHead.class, cut).reasonForLog());
    }

    @Test
    void anyOutputIsAResponseOrAFailureHoweverItIsSplit() {
        long seed = Long.getLong("htbin.seed", 20261122L);
        var random = new Random(seed);
        String pieces =
                "Content-Type: text/plain|Status: 302 Found|Status: |Location: /x|Location: |http://h/|Content-Length: 5|"
                        + "~|~|^~|^~|~~|^| |\t|:|X-A: b|HTTP/1.1 200 OK|\u0000|\u00E9|%|//|<!--: x|Transfer-Encoding: a|"
                        + "Connection: x|A:|999|200";
        String[] parts = pieces.split("\\|", -1);
        int responses = 0;
        for (int i = 0; i < 20_000; i++) {
            var raw = new StringBuilder(random.nextBoolean() ? "Content-Type: a/b~" : "");
            for (int n = random.nextInt(10); n > 0; n--) {
                raw.append(parts[random.nextInt(parts.length)]);
            }
            boolean nph = random.nextInt(5) == 0;
            int number = i;
            Supplier<@Nullable String> shown = () -> "seed %d, case %d, nph %s: %s".formatted(seed, number, nph, raw);
            String whole = outcome(raw.toString(), nph, Integer.MAX_VALUE);
            assertEquals(whole, outcome(raw.toString(), nph, 1), shown);
            assertEquals(whole, outcome(raw.toString(), nph, 1 + random.nextInt(9)), shown);
            responses += whole.startsWith("dev.") ? 0 : 1;
        }
        assertTrue(responses > 1000, "only %d responses, seed %d".formatted(responses, seed));
    }

    private static String outcome(String raw, boolean nph, int step) {
        try {
            return read(raw, nph, step).toString();
        } catch (CgiFailure e) {
            return e.toString();
        }
    }

    private static CgiResponse read(String written) throws CgiFailure {
        return read(written, false, Integer.MAX_VALUE);
    }

    private static CgiResponse read(String written, boolean nph, int step) throws CgiFailure {
        byte[] octets = written.replace('~', '\n').replace('^', '\r').getBytes(ISO_8859_1);
        var reader = new CgiResponseReader(CgiLimits.defaults(), nph);
        int from = 0;
        while (from < octets.length) {
            int length = Math.min(step, octets.length - from);
            Optional<CgiResponse> response = reader.feed(ByteBuffer.wrap(octets, from, length));
            if (response.isPresent()) {
                return response.get();
            }
            from += length;
        }
        throw reader.ended(Optional.of(new ExitStatus.Exited(0)));
    }
}
