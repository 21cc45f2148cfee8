package dev.htbin.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: more requests than scripts may run. */
@Timeout(180)
class CrowdTest {
    private static final int SCRIPTS = 64;
    private static final int QUEUE = 8;

    @TempDir
    Path folder;

    /** All scripts wait for a lock that this test holds, so of one request too many exactly one is turned away, and it is the first to be answered. */
    @Test
    void runsSixtyFourQueuesEightAndTurnsOneAway() throws Exception {
        Programs.require("a crowd of slow scripts", "flock");
        Site site = Site.in(folder);
        Path gate = site.datum("gate", "");
        site.script(
                "slow",
                "#!/bin/sh\nexec 9< '%s'\nflock -s 9\nprintf 'Content-Type: text/plain\\n\\nthrough'\n"
                        .formatted(gate));
        try (var htbin = RunningHtbin.on(site, "--max-scripts", "" + SCRIPTS, "--max-queue", "" + QUEUE)) {
            htbin.get("/cgi-bin/hello");
            htbin.liveOctets();
            RunningHtbin.eventually("idle", () -> htbin.children() == 0);
            long descriptors = htbin.descriptors();
            long octets = htbin.liveOctets();

            crowd(htbin, gate);

            assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
            RunningHtbin.eventually("no child, alive or dead, is left", () -> htbin.children() == 0);
            htbin.client().close();
            RunningHtbin.eventually("no descriptor is left", () -> htbin.descriptors() <= descriptors);
            long more = htbin.liveOctets() - octets;
            assertTrue(more < 16 << 20, () -> "octets of heap more than before: " + more);
        }
    }

    /** Asks the kernel for how long the script may go on when others wait: nanoseconds, 0 before Linux 6.12. */
    @Test
    void scriptsHaveLongerTurnsThanOtherProcesses() throws Exception {
        Site site = Site.in(folder);
        Path script = site.script("turn.py", """
                #!/usr/bin/python3
                import ctypes, os
                call = 315 if os.uname().machine == 'x86_64' else 275
                attributes = (ctypes.c_ulonglong * 7)()
                assert ctypes.CDLL(None).syscall(call, 0, attributes, ctypes.sizeof(attributes), 0) == 0
                print('Content-Type: text/plain\\n\\n%d' % attributes[3], end='')
                """);
        String usual = Product.run(new ProcessBuilder(script.toString())).out();
        try (var htbin = RunningHtbin.on(site)) {
            String expected = usual.endsWith("\n0") ? "0" : "10000000";
            assertEquals(expected, new String(htbin.get("/cgi-bin/turn.py").body(), ISO_8859_1));
            assertTrue(usual.endsWith("\n0") || !usual.endsWith("\n" + expected), usual);
        }
    }

    private static void crowd(RunningHtbin htbin, Path gate) throws Exception {
        Process lock = new ProcessBuilder("flock", "-x", gate.toString(), "sh", "-c", "echo held; cat")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals("held", lock.inputReader().readLine());
            List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
            for (int i = 0; i < SCRIPTS + QUEUE + 1; i++) {
                var request = htbin.request("GET", "/cgi-bin/slow", BodyPublishers.noBody());
                responses.add(htbin.client().sendAsync(request, BodyHandlers.ofString()));
            }
            var first = (HttpResponse<?>) CompletableFuture.anyOf(responses.toArray(CompletableFuture[]::new))
                    .get(60, TimeUnit.SECONDS);
            assertEquals(503, first.statusCode());
            assertTrue(first.headers().firstValue("Retry-After").isPresent());
            lock.getOutputStream().close();
            int through = 0;
            for (var response : responses) {
                through += response.get(60, TimeUnit.SECONDS).statusCode() == 200 ? 1 : 0;
            }
            assertEquals(SCRIPTS + QUEUE, through);
        } finally {
            lock.destroy();
        }
    }
}
