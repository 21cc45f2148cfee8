package dev.htbin.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.Concurrency;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.file.FileConfig;
import dev.htbin.file.HandedOver;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wire tests with real scripts that name files to be sent in their place. */
@Timeout(60)
class FileByScriptTest extends FilesFixture {
    private static ScriptHost host;

    private Path kept = Path.of("/");
    private HttpHandler handler = exchange -> {};

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
        kept = Files.createDirectory(temp.resolve("kept")).toRealPath();
        Files.writeString(kept.resolve("report.pdf"), "0123456789");
        Files.createDirectories(kept.resolve("a b"));
        Files.writeString(kept.resolve("a b/\u00E9%41.txt"), "accent");
        Files.writeString(kept.resolve(".hidden"), "hidden");
        handler = handlerOf(FileConfig.of(root).withHandedOver(new HandedOver("/protected", DocumentRoot.of(kept))));
    }

    private static HttpHandler handlerOf(FileConfig files) {
        return CgiHttpRequestHandler.serving(files, CgiConfig.defaults().withHost(host));
    }

    /** Runs a script that writes a head, as {@code printf} has it, and a body that nobody is to see. */
    private String run(String head, String... fields) throws IOException {
        return run(handler, head, fields);
    }

    private String run(HttpHandler by, String head, String... fields) throws IOException {
        Path script = root.resolve("cgi-bin/x.sh");
        Files.createDirectories(script.getParent());
        Files.writeString(script, "#!/bin/sh\nprintf '%s\\n\\nnot to be seen'\n".formatted(head.replace("%", "%%")));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return get(by, "/cgi-bin/x.sh", fields);
    }

    @Test
    void sendsTheFileOfAPath() throws IOException {
        String response = run("Content-Type: text/x-mine\\nSet-Cookie: a=b\\nSet-Cookie: c=d\\nX-Sendfile: "
                + kept.resolve("report.pdf"));
        assertTrue(
                response.startsWith("HTTP/1.1 200\r\nContent-Type: text/x-mine\r\nContent-Length: 10\r\n"), response);
        assertTrue(response.contains("Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n"), response);
        assertFalse(response.contains("X-Sendfile"), response);
        assertEquals("0123456789", body(response));
        assertTrue(field(response, "ETag").startsWith("\""), response);
    }

    @Test
    void sendsTheFileOfAUrlPath() throws IOException {
        String response = run("Content-Disposition: attachment\\nX-Accel-Redirect: /protected/a%20b/%C3%A9%2541.txt?x");
        assertEquals("accent", body(response));
        assertEquals("text/plain", field(response, "Content-Type"));
        assertEquals("attachment", field(response, "Content-Disposition"));
        assertFalse(response.contains("X-Accel"), response);
        assertEquals("accent", body(run("X-Sendfile: " + kept + "/a b/\u00E9%41.txt")));
    }

    @Test
    void sendsFromEachOfSeveralPlaces() throws IOException {
        Path other = Files.createDirectory(temp.resolve("other")).toRealPath();
        Files.writeString(other.resolve("second.txt"), "the second");
        HttpHandler both = handlerOf(FileConfig.of(root)
                .withHandedOver(new HandedOver("", DocumentRoot.of(kept)))
                .withHandedOver(new HandedOver("", DocumentRoot.of(other))));
        assertEquals("the second", body(run(both, "X-Sendfile: " + other.resolve("second.txt"))));
        assertEquals("0123456789", body(run(both, "X-Sendfile: " + kept.resolve("report.pdf"))));
    }

    @Test
    void regardsPartsAndPreconditions() throws IOException {
        String head = "Content-Type: text/plain\\nX-Sendfile: " + kept.resolve("report.pdf");
        String part = run(head, "Range: bytes=2-4");
        assertTrue(part.startsWith("HTTP/1.1 206\r\n"), part);
        assertEquals("234", body(part));
        assertEquals("bytes 2-4/10", field(part, "Content-Range"));
        assertTrue(run(head, "Range: bytes=10-").startsWith("HTTP/1.1 416 "));
        String current = run(head, "If-None-Match: " + field(part, "ETag"));
        assertTrue(current.startsWith("HTTP/1.1 304\r\n"), current);
        assertEquals("", body(current));
        String otherStatus = run("Status: 404 Gone fishing\\n" + head, "Range: bytes=2-4");
        assertTrue(otherStatus.startsWith("HTTP/1.1 404 Gone fishing\r\n"), otherStatus);
        assertEquals("0123456789", body(otherStatus));
        String head404 = MemoryExchange.answer(handler, "HEAD /cgi-bin/x.sh HTTP/1.1\n\n");
        assertEquals("", body(head404));
        assertEquals("10", field(head404, "Content-Length"));
    }

    /** Flask and Werkzeug announce the length of the file and write nothing. */
    @Test
    void lengthOfTheScriptIsNotRegarded() throws IOException {
        String response =
                run("Content-Length: 1000000\\nContent-Type: text/plain\\nX-Sendfile: " + kept.resolve("report.pdf"));
        assertEquals("10", field(response, "Content-Length"));
        assertEquals("0123456789", body(response));
    }

    @Test
    void nothingOutOfTheDeclaredPlacesIsSent() throws IOException {
        Files.createSymbolicLink(kept.resolve("link"), temp.resolve("outside"));
        Files.createSymbolicLink(kept.resolve("dirlink"), temp);
        for (String name : new String[] {
            temp.resolve("outside").toString(),
            kept + "/../outside",
            kept + "/link",
            kept + "/dirlink/outside",
            kept + "/.hidden",
            kept + "/absent",
            kept.toString(),
            "report.pdf",
            "",
            kept + "x/report.pdf"
        }) {
            assertRefused(run("Content-Type: text/plain\\nX-Sendfile: " + name), name);
        }
        for (String name : new String[] {
            "/protected/../outside",
            "/protected/%2e%2e/outside",
            "/protected/link",
            "/protected/dirlink/outside",
            "/protected/.hidden",
            "/protected/",
            "/protected",
            "/protectedx/report.pdf",
            "/protected/a%2fb",
            "/protected/%zz",
            "/a.txt",
            "protected/report.pdf"
        }) {
            assertRefused(run("Content-Type: text/plain\\nX-Accel-Redirect: " + name), name);
        }
    }

    private static void assertRefused(String response, String name) {
        assertTrue(response.matches("(?s)HTTP/1\\.1 (404|403|502) .*"), name + ": " + response);
        assertFalse(response.contains("outside") || response.contains("hidden") || response.contains("seen"), response);
        assertFalse(response.contains("X-Sendfile") || response.contains("X-Accel"), response);
    }

    @Test
    void scriptsAreNeverSent() throws IOException {
        HttpHandler whole =
                handlerOf(FileConfig.of(root).withHandedOver(new HandedOver("/all", DocumentRoot.of(root))));
        assertEquals("0123456789", body(run(whole, "X-Sendfile: " + root + "/a.txt")));
        String source = run(whole, "X-Sendfile: " + root + "/cgi-bin/x.sh");
        assertTrue(source.startsWith("HTTP/1.1 404 "), source);
    }

    @Test
    void placeBelowTheRootIsReachedThroughScriptsAlone() throws IOException {
        write("inside/file.txt", "protected");
        Files.createSymbolicLink(root.resolve("way"), root.resolve("inside"));
        HttpHandler inside = handlerOf(
                FileConfig.of(root).withHandedOver(new HandedOver("/i", DocumentRoot.of(root.resolve("inside")))));
        for (String target :
                new String[] {"/inside/file.txt", "/inside/", "/inside", "/way/file.txt", "/way/", "/i/file.txt"}) {
            assertTrue(get(inside, target).startsWith("HTTP/1.1 404 "), target);
        }
        assertFalse(get(inside, "/").contains("inside"));
        assertEquals("protected", body(run(inside, "X-Accel-Redirect: /i/file.txt")));
    }

    /** A proxy in front may be the one that is meant. */
    @ParameterizedTest
    @ValueSource(strings = {"X-Sendfile", "X-Accel-Redirect"})
    void fieldIsAnyOtherUnlessPlacesAreDeclared(String name) throws IOException {
        HttpHandler none = handlerOf(FileConfig.of(root));
        String response = run(none, "Content-Type: text/plain\\n" + name + ": " + kept.resolve("report.pdf"));
        assertEquals(kept.resolve("report.pdf").toString(), field(response, name));
        // Chunked or not: that depends on how fast the script ended.
        assertTrue(body(response).contains("not to be seen"), response);
    }

    @Test
    void fieldNeverReachesTheClientOfARedirect() throws IOException {
        String response =
                run("Status: 302\\nLocation: http://example.org/\\nX-Sendfile: " + kept.resolve("report.pdf"));
        assertTrue(response.startsWith("HTTP/1.1 302"), response);
        assertFalse(response.contains("X-Sendfile"), response);
    }

    /** Also when the response is not sent in one piece. */
    @Test
    void whatIsForTheServerAloneNeverReachesTheClient() throws IOException {
        String line = "0123456789abcde\\n".repeat(64);
        String response =
                run("Content-Type: text/plain\\nX-Accel-Buffering: no\\nX-Accel-Expires: 5\\n\\n" + line.repeat(48));
        assertTrue(response.startsWith("HTTP/1.1 200"), response);
        assertTrue(body(response).length() > 48 << 10, "streamed");
        assertFalse(response.contains("X-Accel"), response.substring(0, 200));
    }
}
