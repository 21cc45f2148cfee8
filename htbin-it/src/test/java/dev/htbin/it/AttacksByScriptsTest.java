package dev.htbin.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** End to end: scripts whose output would split responses, mislead the client or the reader of the log, or fill the server's memory. */
@Timeout(120)
class AttacksByScriptsTest {
    private static final String HEAD = "printf 'Content-Type: text/plain\\n\\n'\n";
    private static final int LINES_OF_STDERR = 2000;

    @TempDir
    static Path folder;

    private static Site site;
    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        site = Site.in(folder);
        site.file(".hidden", "the secret");
        site.script("x.py", "#!/bin/sh\n# the source\n" + HEAD + "printf 'x.py ran'\n");
        htbin = RunningHtbin.on(site);
    }

    @AfterAll
    static void stop() throws Exception {
        htbin.close();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
        RunningHtbin.eventually("no child, alive or dead, is left", () -> htbin.children() == 0);
    }

    private static String run(String text, String... fields) throws IOException {
        site.script("attack", "#!/bin/sh\n" + text);
        return RawClient.ask(htbin, "GET", "/cgi-bin/attack", fields);
    }

    /** What goes out has no field that the script smuggled into another, whether the head is refused or its line dropped. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Type: text/plain\\nX: a\\rSet-Cookie: evil=1 | 502",
                "Content-Type: text/plain\\nX: a\\0Set-Cookie: evil=1 | 502",
                "Content-Type: text/plain\\nX: a\\033[2Jevil=1        | 502",
                "Content-Type: text/plain\\nX: a\\n evil=1            | 502",
                "Content-Type: text/plain\\nX: a\\n\\tevil=1          | 502",
                "Content-Type: text/plain\\nX evil=1: a               | 200",
                "Content-Type: text/plain\\nSet-Cookie : evil=1       | 200",
                "Content-Type: text/plain\\nX\\303\\251evil=1: a      | 200",
                "Status: 200 OK\\rSet-Cookie: evil=1                  | 502",
                "Status: 200\\0evil=1                                 | 502",
                "Status: 299 OK\\nConnection: evil=1                  | 299",
                "HTTP/1.1 200 OK\\nSet-Cookie: evil=1                 | 502",
                "Location: http://a/\\rSet-Cookie: evil=1             | 502",
                "Content-Type: text/plain\\nTransfer-Encoding: evil=1 | 502",
                "Content-Type: text/plain\\nContent-Length: 4\\nContent-Length: 5 | 502"
            })
    void splitsNoResponse(String head, int status) throws Exception {
        String response = run("printf '%s\\n\\nbody'\n".formatted(head));
        assertEquals(status, RawClient.status(response), response);
        assertFalse(response.contains("evil=1"), response);
        assertTrue(
                response.matches("(?s)HTTP/1.1 [^\\p{Cntrl}]*\r\n([A-Za-z0-9-]+: [^\\p{Cntrl}]*\r\n)+\r\n.*"),
                response);
    }

    @ParameterizedTest
    @CsvSource({
        "/.hidden, 404",
        "/cgi-bin/../.hidden, 404",
        "/cgi-bin/x.py, 200",
        "/a/../cgi-bin/x.py, 200",
        "/cgi-bin%2fx.py, 404",
        "/cgi-bin/absent, 404",
        "/../../etc/passwd, 502",
        "/%2e%2e/%2e%2e/etc/passwd, 502",
        "/a%0d%0aX: evil, 502",
        "/%00, 502",
        "//evil.example/, 302",
        "/cgi-bin/attack, 502"
    })
    void checksTheTargetOfALocalRedirectAgain(String location, int status) throws Exception {
        String response = run("printf '%%s\\n\\n' 'Location: %s'\n".formatted(location));
        assertEquals(status, RawClient.status(response), response);
        assertFalse(
                response.contains("#!") || response.contains("the source") || response.contains("secret"), response);
        assertEquals(status == 200, response.contains("x.py ran"), response);
        assertEquals(status == 302, response.contains("\r\nLocation: //evil.example/\r\n"), response);
    }

    @Test
    void endsALoopOfLocalRedirects() throws Exception {
        Path runs = site.datum("runs", "");
        assertEquals(
                502, RawClient.status(run("echo >> '%s'\nprintf 'Location: /cgi-bin/attack\\n\\n'\n".formatted(runs))));
        assertEquals(11, Files.size(runs));
    }

    /** Behind a response whose length the script misstates, the next one on the connection is whole or the connection is closed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: a/b\\nContent-Length: 400\\n\\nbody",
                "Content-Type: a/b\\nContent-Length: 1\\n\\nbodyHTTP/1.1 200 OK\\r\\n\\r\\nforged",
                "Content-Type: a/b\\nTransfer-Encoding: chunked\\n\\n0\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n\\r\\nforged",
                "Status: 204\\nContent-Length: 4\\n\\nbodyHTTP/1.1 200 OK\\r\\n\\r\\nforged",
                "Status: 304\\n\\nHTTP/1.1 200 OK\\r\\n\\r\\nforged",
                "Status: 304\\nContent-Length: 100\\n\\n",
                "Status: 205\\n\\nHTTP/1.1 200 OK\\r\\n\\r\\nforged",
                "Status: 200\\n\\nHTTP/1.1 200 OK\\r\\n\\r\\nforged"
            })
    void keepsTheNextResponseWhole(String output) throws Exception {
        site.script("attack", "#!/bin/sh\nprintf '%s'\n".formatted(output));
        String next = "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        for (String method : List.of("GET", "HEAD")) {
            String all =
                    RawClient.exchange(htbin, method + " /cgi-bin/attack HTTP/1.1\r\nHost: localhost\r\n\r\n" + next);
            List<String> responses = responses(all, method.equals("HEAD"));
            assertTrue(responses.size() <= 2, all);
            if (responses.size() == 2) {
                assertTrue(responses.get(1).contains("\r\nContent-Length: 13\r\n"), all);
                assertTrue(responses.get(1).endsWith("\r\n\r\nhello, world\n"), all);
            }
        }
    }

    /** Splits what came on one connection as a client does, by what each head says. */
    private static List<String> responses(String all, boolean bodiless) {
        var responses = new ArrayList<String>();
        int at = 0;
        while (at < all.length()) {
            assertTrue(all.startsWith("HTTP/1.1 ", at), all.substring(at));
            int end = all.indexOf("\r\n\r\n", at) + 4;
            String head = all.substring(at, end);
            int status = RawClient.status(head);
            if (status != 204 && status != 304 && !(bodiless && responses.isEmpty())) {
                var length = Pattern.compile("(?i)Content-Length: (\\d+)").matcher(head);
                if (length.find()) {
                    end += Integer.parseInt(length.group(1));
                } else if (head.contains("Transfer-Encoding: chunked")) {
                    end = chunksEnd(all, end);
                } else {
                    end = all.length();
                }
            }
            responses.add(all.substring(at, Math.min(end, all.length())));
            at = end;
        }
        return responses;
    }

    private static int chunksEnd(String all, int start) {
        int at = start;
        while (at < all.length()) {
            int line = all.indexOf("\r\n", at);
            int size = Integer.parseInt(all.substring(at, line), 16);
            at = line + 2 + size + 2;
            if (size == 0) {
                return at;
            }
        }
        return at;
    }

    @Test
    void inventsNoTypeAndForbidsSniffing() throws Exception {
        String response = run("printf 'X: y\\n\\n<script>alert(1)</script>'\n");
        assertEquals(200, RawClient.status(response));
        assertFalse(response.contains("Content-Type:"), response);
        assertTrue(response.contains("X-Content-Type-Options: nosniff\r\n"), response);
    }

    @Test
    void showsTheClientNothingOfWhatAFailedScriptPrinted() throws Exception {
        for (String text : List.of(
                "echo '<script>alert(1)</script>'; echo '<script>secret</script>' >&2",
                "printf 'Content-Type: <script>secret'",
                "echo '<script>secret' >&2; exit 3")) {
            String response = run(text + "\n");
            assertEquals(502, RawClient.status(response));
            assertFalse(response.contains("<script") || response.contains("secret"), response);
            assertTrue(response.contains("X-Content-Type-Options: nosniff\r\n"), response);
        }
    }

    @Test
    void logsStandardErrorInLinesThatForgeNothing() throws Exception {
        run(HEAD + """
                printf '127.0.0.1 - - [01/Jan/2026 00:00:00] "GET /forged HTTP/1.1" 200 -\\n' >&2
                printf 'one\\r127.0.0.1 - - forged\\r\\n\\033]0;forged\\007\\302\\205forged\\342\\200\\250forged\\n' >&2
                """);
        RunningHtbin.eventually("all is logged", () -> htbin.log().contains("]0;forged"));
        for (String line : htbin.log().lines().filter(l -> l.contains("forged")).toList()) {
            assertTrue(line.contains("attack") && line.contains("stderr: "), line);
            assertTrue(line.chars().noneMatch(c -> c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028), line);
        }
    }

    /** The high-water mark of the server's memory after hundreds of megabytes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "printf 'X: '; head -c 300000000 /dev/zero | tr '\\0' x",
                "yes 'X: y' | head -c 300000000",
                "head -c 300000000 /dev/zero",
                "head -c 300000000 /dev/zero | tr '\\0' x >&2; echo",
                "printf 'Content-Type: a/b\\nContent-Length: 1\\n\\n'; head -c 300000000 /dev/zero"
            })
    void holdsNoMoreThanItsLimits(String text) throws Exception {
        long before = residentKilobytes();
        String response = run(text + "\n");
        assertTrue(List.of(200, 502).contains(RawClient.status(response)), response);
        long grown = residentKilobytes() - before;
        assertTrue(grown < 120_000, () -> "kB of memory more than before: " + grown);
    }

    private static long residentKilobytes() throws IOException {
        String status = Files.readString(Path.of("/proc", Long.toString(htbin.pid()), "status"), ISO_8859_1);
        return Long.parseLong(status.replaceAll("(?s).*\nVmHWM:\\s*(\\d+) kB.*", "$1"));
    }

    @Test
    void boundsALogOfManyLines() throws Exception {
        run(HEAD
                + "i=0; while [ $i -lt %d ]; do echo flood$i-%s >&2; i=$((i+1)); done\n"
                        .formatted(LINES_OF_STDERR, "x".repeat(200)));
        RunningHtbin.eventually("the rest is counted", () -> htbin.log().contains("more bytes are not logged"));
        long logged = htbin.log().lines().filter(l -> l.contains("flood")).count();
        assertTrue(logged > 10 && logged < LINES_OF_STDERR / 2, () -> "lines: " + logged);
    }

    @Test
    void givesScriptsNoDescriptorsButTheirThree() throws Exception {
        List<RawClient> others = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                others.add(RawClient.connect(htbin).send("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n"));
            }
            // The fourth is that of ls.
            assertTrue(run(HEAD + "exec ls /proc/self/fd\n").contains("\n0\n1\n2\n3\n"));
        } finally {
            for (RawClient other : others) {
                other.close();
            }
        }
    }

    @Test
    void letsAPipeBreak() throws Exception {
        assertTrue(run(HEAD + "yes | head -1\n").contains("\r\n\r\n"));
        assertEquals("y\n", new String(htbin.get("/cgi-bin/attack").body(), ISO_8859_1));
    }

    @Test
    void runsScriptsWithoutPrivilegesAndWithoutAWayToThem() throws Exception {
        String status = run(HEAD + "exec cat /proc/self/status\n");
        assertTrue(status.contains("\nNoNewPrivs:\t1\n"), status);
        assertTrue(status.contains("\nSeccomp:\t2\n"), status);
        for (String set : List.of("Inh", "Prm", "Eff", "Amb")) {
            assertTrue(status.contains("\nCap" + set + ":\t0000000000000000\n"), status);
        }
        if ("root".equals(System.getProperty("user.name"))) {
            assertTrue(status.contains("\nCapBnd:\t0000000000000000\n"), status);
            assertTrue(status.matches("(?s).*\nUid:\t(\\d+)\t\\1\t\\1\t\\1\nGid:\t(\\d+)\t\\2\t\\2\t\\2\n.*"), status);
            assertFalse(status.contains("\nUid:\t0") || status.contains("\nGid:\t0"), status);
            assertTrue(status.matches("(?s).*\nGroups:\t? *\n.*"), status);
        }
    }
}
