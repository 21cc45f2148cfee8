package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** End to end: scripts that are wrong in some way. After each the server answers, and holds nothing of it. */
@Timeout(120)
class MisbehavingScriptsTest {
    private static final String HEAD = "printf 'Content-Type: text/plain\\n\\n'\n";

    @TempDir
    static Path folder;

    private static Site site;
    private static RunningHtbin htbin;
    private static long descriptors;

    @BeforeAll
    static void start() throws Exception {
        site = Site.in(folder);
        broken();
        wrongInTheHead();
        htbin = RunningHtbin.on(site, "--script-timeout", "2");
        htbin.get("/cgi-bin/hello");
        RunningHtbin.eventually("idle", () -> htbin.children() == 0);
        descriptors = htbin.descriptors();
    }

    private static void broken() throws IOException {
        Files.createDirectories(site.scripts().resolve("folder"));
        Path closed = site.script("not-executable", "#!/bin/sh\n");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rw-r--r--"));
        site.script("crlf", "#!/bin/sh\r\n" + HEAD);
        site.script("no-interpreter", "#!/nowhere/sh\n" + HEAD);
        site.script("no-interpreter-line", HEAD);
    }

    private static void wrongInTheHead() throws IOException {
        site.script("empty", "#!/bin/sh\n");
        site.script("no-head", "#!/bin/sh\necho hello, world\n");
        site.script("no-blank-line", "#!/bin/sh\necho Content-Type: text/plain\n");
        site.script(
                "long-head", "#!/bin/sh\nprintf 'X-A: '; head -c 1000000 /dev/zero | tr '\\0' x; printf '\\n\\n'\n");
        site.script("nul", "#!/bin/sh\nprintf 'Content-Type: text/plain\\nX-A: \\000\\n\\nbody'\n");
        site.script("killed-first", "#!/bin/sh\nkill -9 $$\n");
    }

    @AfterAll
    static void stop() throws Exception {
        htbin.close();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
        RunningHtbin.eventually("no child, alive or dead, is left", () -> htbin.children() == 0);
        RunningHtbin.eventually("no descriptor is left", () -> htbin.descriptors() <= descriptors);
    }

    @ParameterizedTest
    @CsvSource({
        "absent, 404",
        "folder, 403",
        "not-executable, 403",
        "crlf, 403",
        "no-interpreter, 403",
        "no-interpreter-line, 403",
        "empty, 502",
        "no-head, 502",
        "no-blank-line, 502",
        "long-head, 502",
        "nul, 502",
        "killed-first, 502"
    })
    void answersForTheScript(String name, int status) throws Exception {
        assertEquals(status, htbin.get("/cgi-bin/" + name).statusCode());
    }

    /** The script is killed only when the client has the first half. */
    @Test
    void breaksTheResponseOffWhenTheScriptIsKilledInIt() throws Exception {
        Path seen = site.fifo("seen");
        site.script(
                "killed-later",
                "#!/bin/sh\n" + HEAD + "printf 'first half'\nread line < '%s'\nkill -9 $$\n".formatted(seen));
        try (var socket = htbin.connect()) {
            socket.getOutputStream()
                    .write("GET /cgi-bin/killed-later HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            var answer = new ByteArrayOutputStream();
            while (!answer.toString(StandardCharsets.US_ASCII).contains("first half")) {
                int octet = socket.getInputStream().read();
                assertTrue(octet >= 0, () -> answer.toString(StandardCharsets.US_ASCII));
                answer.write(octet);
            }
            Files.writeString(seen, "yes\n");
            assertThrows(SocketException.class, () -> socket.getInputStream().readAllBytes(), "a reset, no end");
        }
    }

    @Test
    void sendsGoodOutputWhateverTheExitStatus() throws Exception {
        site.script("exit-3", "#!/bin/sh\n" + HEAD + "printf whole\nexit 3\n");
        assertEquals("whole", text(htbin.get("/cgi-bin/exit-3")));
    }

    @Test
    void runsAScriptThatPrintsMuchBeforeItReads() throws Exception {
        site.script("prints-first", "#!/bin/sh\n" + HEAD + "head -c 200000 /dev/zero\nsha256sum\n");
        byte[] sent = Content.random(300_000);
        byte[] got = htbin.post("/cgi-bin/prints-first", sent).body();
        String digest = Content.sha256(sent) + "  -\n";
        assertEquals(200_000 + digest.length(), got.length);
        assertEquals(digest, new String(got, 200_000, got.length - 200_000, StandardCharsets.US_ASCII));
    }

    @Test
    void runsAScriptThatNeverReadsItsBody() throws Exception {
        assertEquals("hello from a script\n", text(htbin.post("/cgi-bin/hello", Content.random(3_000_000))));
    }

    @Test
    void sendsWhatAScriptPrintedBeforeItClosedItsOutputAndLivedOn() throws Exception {
        site.script("closes", "#!/bin/sh\n" + HEAD + "printf whole\nexec >&- 2>&-\nsleep 1\n");
        assertEquals("whole", text(htbin.get("/cgi-bin/closes")));
    }

    @Test
    void doesNotWaitForAChildThatHoldsTheOutput() throws Exception {
        site.script("background", "#!/bin/sh\n" + HEAD + "printf whole\nsleep 300 &\n");
        assertEquals("whole", text(htbin.get("/cgi-bin/background")));
    }

    @Test
    void endsAScriptThatIsSilentTooLongAlsoWhenItIgnoresSigterm() throws Exception {
        Path pid = site.fifo("stubborn");
        site.script("stubborn", "#!/bin/sh\ntrap '' TERM\necho $$ > '%s'\nwhile :; do sleep 1; done\n".formatted(pid));
        var response = htbin.client()
                .sendAsync(
                        htbin.request("GET", "/cgi-bin/stubborn", BodyPublishers.noBody()),
                        HttpResponse.BodyHandlers.ofString());
        var script =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        assertEquals(504, response.get(60, TimeUnit.SECONDS).statusCode());
        script.onExit().get(30, TimeUnit.SECONDS);
    }

    @Test
    void endsAScriptThatNeverReadsItsBodyNorAnswers() throws Exception {
        site.script("deaf", "#!/bin/sh\nexec sleep 3600\n");
        assertEquals(504, htbin.post("/cgi-bin/deaf", Content.random(300_000)).statusCode());
    }

    @Test
    void boundsWhatAScriptLogs() throws Exception {
        site.script("loud", "#!/bin/sh\nhead -c 50000000 /dev/zero | tr '\\0' x >&2\n" + HEAD + "printf whole\n");
        assertEquals("whole", text(htbin.get("/cgi-bin/loud")));
        assertTrue(htbin.log().length() < 1_000_000, () -> "log: " + htbin.log().length());
    }

    private static String text(HttpResponse<byte[]> response) {
        String text = new String(response.body(), StandardCharsets.UTF_8);
        assertEquals(200, response.statusCode(), text);
        return text;
    }
}
