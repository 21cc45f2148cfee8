package dev.htbin.handler;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiLimits;
import dev.htbin.cgi.Concurrency;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.file.FileConfig;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wire tests with real scripts: raw request text in, raw response text out. */
class CgiHttpRequestHandlerTest {
    private static ScriptHost host;

    @TempDir
    private Path site;

    private HttpHandler handler;

    @BeforeAll
    static void startHost() throws IOException {
        host = new ScriptHost(Launchers.start(Optional.empty()), Concurrency.of(4, 4));
    }

    @AfterAll
    static void closeHost() {
        host.close();
    }

    @BeforeEach
    void serve() throws IOException {
        Files.createDirectory(site.resolve("cgi-bin"));
        handler = handlerWith(CgiConfig.defaults().withHost(host));
    }

    private HttpHandler handlerWith(CgiConfig config) throws IOException {
        FileConfig files = FileConfig.of(site);
        return BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, config));
    }

    private void script(String name, String body) throws IOException {
        Path file = site.resolve("cgi-bin").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String get(String target) {
        return MemoryExchange.answer(handler, "GET " + target + " HTTP/1.1\nHost: localhost\n\n");
    }

    private static void assertGone(String pid) throws Exception {
        var process = ProcessHandle.of(Long.parseLong(pid));
        if (process.isPresent()) {
            process.get().onExit().get(30, TimeUnit.SECONDS);
        }
    }

    /** Returns the body without its framing: whether it was chunked depends on how fast the script ended. */
    private static String bodyOf(String response) {
        int start = response.indexOf("\r\n\r\n") + 4;
        if (!response.substring(0, start).contains("Transfer-Encoding: chunked")) {
            return response.substring(start);
        }
        var body = new StringBuilder();
        int at = start;
        while (true) {
            int end = response.indexOf("\r\n", at);
            int length = Integer.parseInt(response.substring(at, end), 16);
            if (length == 0) {
                return body.toString();
            }
            body.append(response, end + 2, end + 2 + length);
            at = end + 2 + length + 2;
        }
    }

    private static String statusLine(String response) {
        return response.substring(0, response.indexOf("\r\n"));
    }

    @Test
    void sendsALongDocumentWhole() throws IOException {
        script("long.sh", "printf 'Content-Type: text/plain\\n\\n'; head -c 300000 /dev/zero | tr '\\0' '#'");
        String response = get("/cgi-bin/long.sh");
        assertTrue(response.contains("Transfer-Encoding: chunked"));
        assertTrue(response.endsWith("0\r\n\r\n"));
        assertEquals(300_000, response.chars().filter(c -> c == '#').count());
    }

    @Test
    @Timeout(60)
    void sendsWhatAScriptPrintedBeforeItPauses() throws IOException, InterruptedException {
        Path go = site.resolve("cgi-bin/go");
        script(
                "pause.sh",
                "printf 'Content-Type: text/plain\\n\\nfirst '; until [ -e go ]; do sleep 0.02; done; printf second");
        var exchange = MemoryExchange.of("GET /cgi-bin/pause.sh HTTP/1.1\nHost: localhost\n\n");
        Thread client = Thread.ofPlatform().start(() -> {
            while (!exchange.response().contains("first")) {
                Thread.onSpinWait();
            }
            assertDoesNotThrow(() -> Files.createFile(go));
        });
        handler.handle(exchange);
        client.join();
        assertEquals("first second", bodyOf(exchange.response()));
    }

    @Test
    void givesTheBodyAsStandardInputAndItsLength() throws IOException {
        script("in.sh", "printf 'Content-Type: text/plain\\n\\n%s ' \"$CONTENT_LENGTH\"; cat");
        String response = MemoryExchange.answer(
                handler, "POST /cgi-bin/in.sh HTTP/1.1\nHost: localhost\nContent-Length: 3\n\nabc");
        assertEquals("3 abc", bodyOf(response));
    }

    @Test
    void headGetsTheHeadAlone() throws IOException {
        script("a.sh", "printf 'Content-Type: text/plain\\n\\nhello'");
        String response = MemoryExchange.answer(handler, "HEAD /cgi-bin/a.sh HTTP/1.1\nHost: localhost\n\n");
        assertTrue(response.startsWith("HTTP/1.1 200\r\nContent-Type: text/plain\r\n"), response);
        assertTrue(response.endsWith("\r\n\r\n"), response);
    }

    @Test
    void anyMethodRunsTheScript() throws IOException {
        script("m.sh", "printf 'Content-Type: text/plain\\n\\n%s' \"$REQUEST_METHOD\"");
        assertEquals(
                "PROPFIND",
                bodyOf(MemoryExchange.answer(handler, "PROPFIND /cgi-bin/m.sh HTTP/1.1\nHost: localhost\n\n")));
    }

    @Test
    void postToAFileIsRefusedInPythonsWords() throws IOException {
        Files.writeString(site.resolve("a.txt"), "a");
        String response =
                MemoryExchange.answer(handler, "POST /a.txt HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n");
        assertEquals("HTTP/1.1 501 Can only POST to CGI scripts", statusLine(response));
        assertTrue(bodyOf(response).contains("Can only POST to CGI scripts"));
    }

    @Test
    void followsALocalRedirectToAScriptAndToAFile() throws IOException {
        Files.writeString(site.resolve("a.txt"), "file");
        script("to-script", "printf 'Location: /cgi-bin/target/info?a=b\\n\\nignored'");
        script(
                "target",
                "printf 'Content-Type: text/plain\\n\\n%s %s %s %s' \"$SCRIPT_NAME\" \"$PATH_INFO\" "
                        + "\"$QUERY_STRING\" \"$REQUEST_METHOD:$CONTENT_LENGTH\"");
        script("to-file", "printf 'Location: /a.txt\\n\\n'");
        assertEquals(
                "/cgi-bin/target /info a=b GET:",
                bodyOf(MemoryExchange.answer(
                        handler, "POST /cgi-bin/to-script HTTP/1.1\nHost: localhost\nContent-Length: 1\n\nx")));
        assertEquals("file", bodyOf(get("/cgi-bin/to-file")));
    }

    @Test
    void aLoopOfLocalRedirectsEnds() throws IOException {
        script("loop", "printf 'Location: /cgi-bin/loop\\n\\n'");
        assertEquals("HTTP/1.1 502 Bad Gateway", statusLine(get("/cgi-bin/loop")));
    }

    @Test
    void aLocalRedirectDoesNotLeadToAScriptsSource() throws IOException {
        script("source", "printf 'Location: /cgi-bin/../cgi-bin/secret.txt\\n\\n'");
        Files.writeString(site.resolve("cgi-bin/secret.txt"), "#! secret");
        assertFalse(get("/cgi-bin/source").contains("secret"));
    }

    @Test
    void suppliesABodyToARedirectWithoutOne() throws IOException {
        script("away", "printf 'Location: http://example.org/?a=1&b=<\\n\\n'");
        String response = get("/cgi-bin/away");
        assertEquals("HTTP/1.1 302", statusLine(response));
        assertTrue(response.contains("Location: http://example.org/?a=1&b=<\r\n"), response);
        assertTrue(bodyOf(response).contains("http://example.org/?a=1&amp;b=&lt;"), response);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing     | true                                                       | 502",
                "no-header   | echo hello                                                 | 502",
                "no-blank    | printf 'Content-Type: text/plain\\n'                       | 502",
                "killed      | kill -9 $$                                                 | 502",
                "exit3       | printf 'Content-Type: text/plain\\n\\ngood'; exit 3        | 200",
                "status      | printf 'Status: 404 Gone fishing\\n\\n'                    | 404",
                "bad-status  | printf 'Status: abc\\n\\n'                                 | 502",
                "closed      | printf 'Content-Type: a/b\\n\\nx'; exec >&-; sleep 0.4     | 200",
                "background  | printf 'Content-Type: a/b\\n\\nx'; sleep 30 &              | 200",
            })
    void eachEndingOfAScriptHasItsStatus(String name, String body, int status) throws IOException {
        script(name, body);
        assertTrue(get("/cgi-bin/" + name).startsWith("HTTP/1.1 " + status));
    }

    /** Whether anything was sent before the script's end depends on how fast the script is. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "printf 'Content-Type: text/plain\\n\\nhalf'; kill -9 $$",
                "printf 'Content-Type: a/b\\nContent-Length: 9\\n\\nhalf'"
            })
    void aResponseThatIsNotWholeIsRefusedOrBrokenOff(String body) throws IOException {
        script("half", body);
        var exchange = MemoryExchange.of("GET /cgi-bin/half HTTP/1.1\nHost: localhost\n\n");
        try {
            handler.handle(exchange);
            assertEquals("HTTP/1.1 502 Bad Gateway", statusLine(exchange.response()));
        } catch (IOException e) {
            assertTrue(exchange.aborted().isPresent());
            assertFalse(exchange.response().endsWith("0\r\n\r\n"), "no last chunk");
        }
    }

    @Test
    void aLongResponseOfAKilledScriptIsBrokenOff() throws IOException {
        script("cut", "printf 'Content-Type: text/plain\\n\\n'; head -c 200000 /dev/zero; kill -9 $$");
        var exchange = MemoryExchange.of("GET /cgi-bin/cut HTTP/1.1\nHost: localhost\n\n");
        assertThrows(IOException.class, () -> handler.handle(exchange));
        assertTrue(exchange.aborted().isPresent());
        assertFalse(exchange.response().endsWith("0\r\n\r\n"), "no last chunk");
    }

    @Test
    void whatIsBeyondTheContentLengthIsCutOff() throws IOException {
        script("more", "printf 'Content-Type: text/plain\\nContent-Length: 4\\n\\nhello'");
        String response = get("/cgi-bin/more");
        assertTrue(response.contains("Content-Length: 4\r\n"));
        assertEquals("hell", bodyOf(response));
    }

    @Test
    void aScriptThatIsSilentForTooLongGetsATimeOutAndIsKilled() throws IOException {
        CgiLimits limits =
                CgiLimits.defaults().withScriptTimeout(Duration.ofMillis(200)).withGrace(Duration.ofMillis(100));
        HttpHandler impatient = handlerWith(CgiConfig.defaults().withHost(host).withLimits(limits));
        script("slow", "trap '' TERM; while :; do sleep 1; done");
        String response = MemoryExchange.answer(impatient, "GET /cgi-bin/slow HTTP/1.1\nHost: localhost\n\n");
        assertEquals("HTTP/1.1 504 Gateway Timeout", statusLine(response));
    }

    @Test
    @Timeout(60)
    void aScriptThatIgnoresSigtermIsKilledAfterTheGraceWhenItsClientLeaves() throws Exception {
        HttpHandler graceful = handlerWith(CgiConfig.defaults()
                .withHost(host)
                .withLimits(CgiLimits.defaults().withGrace(Duration.ofMillis(100))));
        script("deaf", "trap '' TERM; printf 'Content-Type: text/plain\\n\\n<%s>' $$; while :; do sleep 1; done");
        var exchange = MemoryExchange.of("GET /cgi-bin/deaf HTTP/1.1\nHost: localhost\n\n");
        Thread client = Thread.ofPlatform().start(() -> {
            while (!exchange.response().contains(">")) {
                Thread.onSpinWait();
            }
            exchange.disconnect();
        });
        assertThrows(IOException.class, () -> graceful.handle(exchange));
        client.join();
        assertGone(exchange.response().replaceAll("(?s).*<(\\d+)>.*", "$1"));
    }

    @Test
    @Timeout(60)
    void aScriptEndsWhenTheConnectionOfItsClientWasReset() throws Exception {
        script("silent", "exec sleep 300");
        var exchange = MemoryExchange.ofReset("GET /cgi-bin/silent HTTP/1.1\nHost: localhost\n\n");
        assertThrows(IOException.class, () -> handler.handle(exchange));
        assertTrue(exchange.aborted().isPresent());
    }

    @ParameterizedTest
    @CsvSource({"3, 12345", "5, 123"})
    void aBodyBeyondTheLimitIsRefusedByWhatComesAndByWhatIsAnnounced(int announced, String sent) throws IOException {
        HttpHandler strict = handlerWith(CgiConfig.defaults()
                .withHost(host)
                .withLimits(CgiLimits.defaults().withRequestBodyBytes(4)));
        script("cat", "printf 'Content-Type: text/plain\\n\\n'; cat");
        String post = "POST /cgi-bin/cat HTTP/1.1\nHost: localhost\nContent-Length: %d\n\n%s";
        String refused = MemoryExchange.answer(strict, post.formatted(announced, sent));
        assertEquals("HTTP/1.1 413 Content Too Large", statusLine(refused));
        assertEquals("1234", bodyOf(MemoryExchange.answer(strict, post.formatted(4, "1234"))));
    }

    @Test
    void missingAndUnusableScriptsAreRefused() throws IOException {
        script("a.sh", "true");
        Files.writeString(site.resolve("cgi-bin/plain.txt"), "secret");
        Files.createDirectory(site.resolve("cgi-bin/dir"));
        assertTrue(get("/cgi-bin/none").startsWith("HTTP/1.1 404"));
        assertTrue(get("/cgi-bin/plain.txt").startsWith("HTTP/1.1 403"));
        assertTrue(get("/cgi-bin/dir/").startsWith("HTTP/1.1 403"));
        assertTrue(get("/cgi-bin/").startsWith("HTTP/1.1 403"));
        assertFalse(get("/cgi-bin/plain.txt").contains("secret"));
    }

    @Test
    void nphScriptsHaveTheirOwnStatusLine() throws IOException {
        script("nph-a", "printf 'HTTP/1.0 299 Very Odd\\r\\nX-A: b\\r\\n\\r\\nraw'");
        String response = get("/cgi-bin/nph-a");
        assertEquals("HTTP/1.1 299 Very Odd", statusLine(response));
        assertTrue(response.contains("X-A: b\r\n"));
        assertTrue(bodyOf(response).contains("raw"));
    }

    @Test
    void aDirectoryThatIsALinkIsCoveredByItsOtherNameToo() throws IOException {
        Path scripts = Files.createDirectory(site.resolve("scripts"));
        Files.writeString(scripts.resolve("x.sh"), "#!/bin/sh\n");
        Files.delete(site.resolve("cgi-bin"));
        Files.createSymbolicLink(site.resolve("cgi-bin"), scripts);
        assertTrue(get("/scripts/x.sh").startsWith("HTTP/1.1 404"));
        assertFalse(get("/").contains("scripts"), "nor is it listed");
    }

    @Test
    void directoriesCanBeOverridden() throws IOException {
        FileConfig files = FileConfig.of(site);
        CgiConfig config = CgiConfig.defaults().withHost(host);
        Path own = Files.createDirectories(site.resolve("own/place"));
        Files.writeString(own.resolve("a"), "#!/bin/sh\nprintf 'Content-Type: a/b\\n\\nown'");
        Files.setPosixFilePermissions(own.resolve("a"), PosixFilePermissions.fromString("rwxr-xr-x"));
        HttpHandler overridden = BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, config) {
            @Override
            protected List<String> cgiDirectories() {
                return List.of("/own/place");
            }
        });
        assertEquals(
                "own", bodyOf(MemoryExchange.answer(overridden, "GET /own/place/a HTTP/1.1\nHost: localhost\n\n")));
    }
}
