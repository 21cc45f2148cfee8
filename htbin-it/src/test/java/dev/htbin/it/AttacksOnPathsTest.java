package dev.htbin.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** End to end: paths that are spelled, decoded or linked so that a check misses what is opened. */
@Timeout(120)
class AttacksOnPathsTest {
    private static final String SECRET = "the secret outside of the root";
    private static final Pattern LENGTH = Pattern.compile("(?im)^Content-Length: *(\\d+)$");
    private static final Pattern LOCATION = Pattern.compile("(?im)^Location: *(.*)$");

    @TempDir
    static Path folder;

    private static Site site;
    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        site = Site.in(folder);
        site.script("x.py", "#!/bin/sh\n# the source of x.py\nprintf 'Content-Type: text/plain\\n\\nx.py ran'\n");
        site.script("plain.cgi", "#!/bin/sh\n# the source of plain.cgi\n");
        Files.setPosixFilePermissions(
                site.scripts().resolve("plain.cgi"), PosixFilePermissions.fromString("rw-r--r--"));
        site.file("a/page.txt", "a page\n");
        site.file(".hidden", SECRET);
        Path outside = Files.writeString(folder.resolve("secret"), SECRET);
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rw-r--r--"));
        Path sibling = Files.createDirectory(folder.resolve("root2"));
        Files.writeString(sibling.resolve("x"), "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n" + SECRET + "'\n");
        Site.open(sibling);
        Files.setPosixFilePermissions(sibling.resolve("x"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(site.root().resolve("passwd"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(site.root().resolve("up"), Path.of(".."));
        Files.createSymbolicLink(site.root().resolve("source.txt"), Path.of("cgi-bin/x.py"));
        Files.createSymbolicLink(site.root().resolve("sources"), Path.of("cgi-bin"));
        Files.createSymbolicLink(site.scripts().resolve("passwd"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(site.scripts().resolve("sh"), Path.of("/bin/sh"));
        Files.createSymbolicLink(site.scripts().resolve("sibling"), Path.of("../../root2/x"));
        Files.createSymbolicLink(site.scripts().resolve("siblings"), Path.of("../../root2"));
        htbin = RunningHtbin.on(site);
    }

    @AfterAll
    static void stop() throws Exception {
        htbin.close();
    }

    @AfterEach
    void stillServes() throws Exception {
        assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
        RunningHtbin.eventually("no child, alive or dead, is left", () -> htbin.children() == 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/cgi-bin%2fx.py",
                "/cgi-bin%2Fx.py",
                "/cgi-bin/%2e%2e%2fx.py",
                "/cgi-bin/%2e%2e/cgi-bin/x.py",
                "/%63gi-bin/x.py",
                "/cgi-bin/%78.py",
                "//cgi-bin/x.py",
                "///cgi-bin///x.py",
                "/./cgi-bin/x.py",
                "/a/../cgi-bin/x.py",
                "/a/%2e%2e/cgi-bin/x.py",
                "/CGI-BIN/x.py",
                "/cgi-bin/X.PY",
                "/cgi-bin/x.py/",
                "/cgi-bin/x.py%20",
                "/cgi-bin/x.py+",
                "/cgi-bin/x.py.",
                "/cgi-bin/x.py::$DATA",
                "/cgi-bin::$INDEX_ALLOCATION/x.py",
                "/cgi-bin/X~1.PY",
                "/cgi-bin/x.py~",
                "/cgi-bin%5cx.py",
                "/cgi-bin\\x.py",
                "/cgi-bin;a/x.py",
                "/cgi-bin/x.py;a",
                "/cgi-bin/x.py%3f",
                "/cgi-bin/x.py%23",
                "/cgi-bin./x.py",
                "/cgi-bin%20/x.py",
                "/%2fcgi-bin/x.py",
                "/cgi-bin/%c0%afx.py",
                "/cgi-bin/plain.cgi",
                "/cgi-bin/plain.cgi/x",
                "//cgi-bin/plain.cgi",
                "/source.txt",
                "/sources/x.py",
                "/sources/",
                "/up/root/cgi-bin/x.py",
                "http://localhost/cgi-bin/x.py"
            })
    void showsNoSource(String target) throws Exception {
        for (String range : List.of("X: y", "Range: bytes=0-1", "Accept-Encoding: gzip")) {
            String response = RawClient.ask(htbin, "GET", target, range);
            int status = RawClient.status(response);
            assertTrue(status == 200 || status == 400 || status == 403 || status == 404, response);
            assertFalse(response.contains("#!"), response);
            assertFalse(response.contains("the source"), response);
            assertEquals(status == 200, response.contains("x.py ran"), response);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/cgi-bin/.%2e/.%2e/.%2e/.%2e/.%2e/.%2e/.%2e/.%2e/bin/sh",
                "/cgi-bin/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/bin/sh",
                "/cgi-bin/%%32%65%%32%65/%%32%65%%32%65/%%32%65%%32%65/%%32%65%%32%65/bin/sh",
                "/cgi-bin/%252e%252e/%252e%252e/%252e%252e/%252e%252e/bin/sh",
                "/cgi-bin/%25%32%65%25%32%65/%25%32%65%25%32%65/bin/sh",
                "/cgi-bin/..%2f..%2f..%2f..%2f..%2f..%2fbin/sh",
                "/cgi-bin/..%5c..%5c..%5cbin%5csh",
                "/cgi-bin/%c0%ae%c0%ae/%c0%ae%c0%ae/bin/sh",
                "/cgi-bin/%u002e%u002e/bin/sh",
                "/cgi-bin//bin/sh",
                "/cgi-bin/%2fbin%2fsh",
                "/cgi-bin/....//....//bin/sh",
                "/cgi-bin/..;/..;/bin/sh",
                "/cgi-bin/up/../../../../../bin/sh"
            })
    void runsNothingAboveTheDirectory(String target) throws Exception {
        String body = "echo;id;touch '" + site.data().resolve("ran") + "'";
        String response = RawClient.exchange(
                htbin,
                "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(target, body.length(), body));
        assertTrue(List.of(400, 404).contains(RawClient.status(response)), response);
        assertFalse(response.contains("uid="), response);
        assertTrue(Files.notExists(site.data().resolve("ran")), "a shell ran");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/passwd",
                "/passwd/",
                "/up/secret",
                "/up/",
                "/.hidden",
                "/%2ehidden",
                "/a/..%2f..%2fsecret",
                "/cgi-bin/passwd",
                "/cgi-bin/sh",
                "/cgi-bin/sibling",
                "/cgi-bin/siblings/x"
            })
    void followsNoLinkOutOfTheRoot(String target) throws Exception {
        String response = RawClient.ask(htbin, "GET", target);
        assertTrue(List.of(403, 404).contains(RawClient.status(response)), response);
        assertFalse(response.contains(SECRET) || response.contains("root:"), response);
    }

    /** The file is the right one, or a link out of the root, or neither, again and again while it is asked for. */
    @Test
    void servesOnlyTheFileInsideWhileItIsSwappedForALinkOutside() throws Exception {
        Path file = site.file("swapped.txt", "inside");
        Path script = site.script("swapped", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\ninside'\n");
        Thread swapper = swapper(file, folder.resolve("secret"), script, Path.of("/etc/passwd"));
        try (var client = RawClient.connect(htbin)) {
            for (int i = 0; i < 400; i++) {
                client.send("GET /swapped.txt HTTP/1.1\r\nHost: localhost\r\n\r\n");
                String head = client.readTo("\r\n\r\n");
                Matcher length = LENGTH.matcher(head);
                assertTrue(length.find(), head);
                assertInsideOrRefused(head + client.read(Integer.parseInt(length.group(1))), 403, 404);
                if (i % 20 == 0) {
                    // 502: swapped after its start, before its interpreter opened it as the scripts' user.
                    assertInsideOrRefused(RawClient.ask(htbin, "GET", "/cgi-bin/swapped"), 403, 404, 502);
                }
            }
        } finally {
            swapper.interrupt();
            swapper.join();
        }
    }

    private static void assertInsideOrRefused(String response, Integer... refusals) {
        int status = RawClient.status(response);
        assertEquals(status == 200, response.contains("inside"), response);
        assertTrue(status == 200 || List.of(refusals).contains(status), response);
        assertFalse(response.contains(SECRET) || response.contains("root:") || response.contains("#!"), response);
    }

    /** Replaces paths, atomically, by links to elsewhere and by what they were, until it is interrupted. */
    private static Thread swapper(Path path, Path elsewhere, Path other, Path elsewhereToo) throws IOException {
        Path kept = Files.copy(path, folder.resolve("kept"), StandardCopyOption.COPY_ATTRIBUTES);
        Path keptToo = Files.copy(other, folder.resolve("kept-too"), StandardCopyOption.COPY_ATTRIBUTES);
        return Thread.ofPlatform().start(() -> {
            Path next = folder.resolve("next");
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    Files.createSymbolicLink(next, elsewhere);
                    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
                    Files.createSymbolicLink(next, elsewhereToo);
                    Files.move(next, other, StandardCopyOption.ATOMIC_MOVE);
                    Files.createLink(next, kept);
                    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
                    Files.createLink(next, keptToo);
                    Files.move(next, other, StandardCopyOption.ATOMIC_MOVE);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\" \"b",
                "a b.cgi",
                "$(touch ran).cgi",
                "`touch ran`",
                ";touch ran;",
                "|touch ran",
                "&touch ran&",
                "-c",
                "a'b",
                "a\\b",
                "%41",
                "*",
                "ä"
            })
    void runsExactlyTheFileWhoseNameAsksForAShell(String name) throws Exception {
        Path script = site.scripts().resolve(name);
        Files.writeString(script, "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n<%s>' \"$SCRIPT_FILENAME\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        String response = RawClient.ask(htbin, "GET", "/cgi-bin/" + encoded);
        assertEquals(200, RawClient.status(response));
        String file = new String(script.toString().getBytes(StandardCharsets.UTF_8), ISO_8859_1);
        assertTrue(response.contains("\n<" + file + ">"), response);
        assertTrue(Files.notExists(site.scripts().resolve("ran")), "a shell ran");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/cgi-bin/x.py%00.txt",
                "/cgi-bin/x.py/%00",
                "/cgi-bin/%00",
                "/hello.txt%00",
                "/%00/../hello.txt",
                "/cgi-bin/x.py/a%0aHTTP_X=1",
                "/cgi-bin/x.py/a%0d%0aSet-Cookie:%20b",
                "/cgi-bin/x.py/%1b]0;title%07",
                "/cgi-bin/x.py/%7f",
                "/hello.txt%0a",
                "/cgi-bin/%0ax.py"
            })
    void refusesControlCharacters(String target) throws Exception {
        for (String method : List.of("GET", "HEAD", "POST")) {
            assertEquals(400, RawClient.status(RawClient.ask(htbin, method, target, "Content-Length: 0")));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//a",
                "//a?x",
                "///a",
                "//evil.example/..//a",
                "//evil.example/%2e%2e/a",
                "//evil.example/%2f../a",
                "//evil.example/%2f..",
                "/%2fevil.example/..//a",
                "/\\evil.example/../a",
                "/a/..//a"
            })
    void redirectsToNoOtherHost(String target) throws Exception {
        String response = RawClient.ask(htbin, "GET", target);
        Matcher location = LOCATION.matcher(response);
        if (location.find()) {
            assertTrue(location.group(1).matches("/a/(\\?x)?"), response);
        } else {
            assertTrue(List.of(200, 400, 404).contains(RawClient.status(response)), response);
        }
    }

    @Test
    void escapesNamesInListingsAndErrorPages() throws Exception {
        String evil = "<img src=x onerror=alert(1)>\"'&.txt";
        site.file("list/" + evil, "");
        String listing = RawClient.ask(htbin, "GET", "/list/");
        String error = RawClient.ask(htbin, "GET", "/list/%3Cscript%3Ealert(1)%3C/script%3E");
        String raw = RawClient.ask(htbin, "GET", "/cgi-bin/<script>alert(1)</script>");
        assertEquals(
                List.of(200, 404, 404),
                List.of(RawClient.status(listing), RawClient.status(error), RawClient.status(raw)));
        assertTrue(listing.contains("&lt;img src=x onerror=alert(1)&gt;"), listing);
        for (String page : List.of(listing, error, raw)) {
            assertFalse(page.contains("<img") || page.contains("<script"), page);
            assertTrue(page.matches("(?s).*\\r\\nContent-Type: text/html; ?charset=utf-8\\r\\n.*"), page);
            assertTrue(page.contains("X-Content-Type-Options: nosniff\r\n"), page);
            assertTrue(page.contains("Content-Security-Policy: "), page);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/cgi-bin/", "/cgi-bin", "/htbin/", "//cgi-bin/", "/cgi-bin/.", "/a/../cgi-bin/"})
    void listsNoDirectoryOfScripts(String target) throws Exception {
        String response = RawClient.ask(htbin, "GET", target);
        assertTrue(List.of(403, 404).contains(RawClient.status(response)), response);
        assertFalse(response.contains("x.py"), response);
    }

    @Test
    void answersManyRangesWithNoMoreThanTheFile() throws Exception {
        site.file("long.txt", "x".repeat(100_000));
        String response = RawClient.ask(htbin, "GET", "/long.txt", "Range: bytes=0-" + ",0-".repeat(1000));
        assertEquals(200, RawClient.status(response));
        assertEquals(100_000, RawClient.body(response).length());
    }

    @Test
    void sendsServerSideIncludesAsTheyAre() throws Exception {
        String page = "<!--#exec cmd=\"id\" --><!--#include virtual=\"/cgi-bin/hello\" -->";
        site.file("page.shtml", page);
        assertEquals(page, RawClient.body(RawClient.ask(htbin, "GET", "/page.shtml?id")));
    }
}
