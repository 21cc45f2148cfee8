package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: the administrator's address of the command. */
@Timeout(180)
class AdminTest {
    private static final Pattern ADMIN = Pattern.compile("admin +(http://127\\.0\\.0\\.1:\\d+/)");

    @TempDir
    private Path folder;

    private Site site;

    @BeforeEach
    void prepare() throws IOException {
        site = Site.in(folder);
    }

    @Test
    void isReadyUntilTheServerStopsAndLivesUntilTheEnd() throws Exception {
        Path pipe = site.fifo("go");
        site.script("waits", "#!/bin/sh\nread word < '" + pipe + "'\nprintf 'Content-Type: text/plain\\n\\ndone'\n");
        var htbin = RunningHtbin.on(site, "--admin", "0", "--grace", "20");
        String admin = admin(htbin);
        assertEquals(200, status(htbin, admin + "ready"));
        CompletableFuture<HttpResponse<String>> running = htbin.client()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create(htbin.url("/cgi-bin/waits")))
                                .build(),
                        BodyHandlers.ofString());
        RunningHtbin.eventually("the script runs", () -> htbin.children() == 1);
        assertTrue(text(htbin, admin + "metrics").contains("htbin_scripts_running 1.0"));

        Run.of(folder, java.util.Map.of(), new byte[0], "kill", "-TERM", Long.toString(htbin.pid()))
                .good();
        RunningHtbin.eventually("it is not ready", () -> status(htbin, admin + "ready") == 503);
        assertEquals(200, status(htbin, admin + "health"));
        Files.writeString(pipe, "done\n");
        assertEquals("done", running.get().body());
        RunningHtbin.eventually(
                "it has ended",
                () -> !ProcessHandle.of(htbin.pid()).map(ProcessHandle::isAlive).orElse(false));
        htbin.close();
    }

    @Test
    void showsInABrowserWhatRunsAndWhatFailed() throws Exception {
        Programs.require("pages in a browser", "chromium");
        Path pipe = site.fifo("go");
        site.script("waits", "#!/bin/sh\nread word < '" + pipe + "'\n");
        site.script("fails", "#!/bin/sh\necho '<b>no such table</b>' >&2\nexit 4\n");
        try (var htbin = RunningHtbin.on(site, "--admin", "127.0.0.1:0")) {
            String admin = admin(htbin);
            assertEquals(502, htbin.get("/cgi-bin/fails").statusCode());
            var running = htbin.client()
                    .sendAsync(
                            HttpRequest.newBuilder(URI.create(htbin.url("/cgi-bin/waits")))
                                    .build(),
                            BodyHandlers.ofString());
            RunningHtbin.eventually("the script runs", () -> text(htbin, admin).contains("<h2>1 running"));
            Run page =
                    Browser.load(folder, admin, "--virtual-time-budget=1000", "--enable-logging=stderr", "--dump-dom");
            String document = page.text();
            assertTrue(document.contains("<h2>1 running, 0 waiting</h2>"), document);
            assertTrue(document.contains("&lt;b&gt;no such table&lt;/b&gt;"), document);
            assertTrue(document.contains("<button>stop</button>"), document);
            assertTrue(document.contains("<path class=\"bars failed\" d=\"M"), document);
            assertFalse(page.errors().contains("Content Security Policy"), page::errors);
            Files.writeString(pipe, "end\n");
            assertEquals(502, running.get().statusCode());
        }
    }

    @Test
    void refusesToBeWhereOthersCanReachIt() throws Exception {
        var refused = Product.htbin("--admin", "0.0.0.0:9000", "0");
        assertEquals(2, refused.code());
        assertEquals(
                "htbin: --admin: 0.0.0.0 is no loopback address: other machines could see requests and stop scripts (expected: --admin 127.0.0.1:9000, or --admin-anywhere)%n"
                        .formatted(),
                refused.err());
        assertEquals(2, Product.htbin("--admin", "nine", "0").code());
        try (var htbin = RunningHtbin.on(site, "--admin", "0.0.0.0:0", "--admin-anywhere")) {
            // As the system names every address of both kinds.
            Pattern where = Pattern.compile("admin +http://(0\\.0\\.0\\.0|\\[::]):\\d+/");
            RunningHtbin.eventually(
                    "it says where", () -> where.matcher(htbin.log()).find());
        }
    }

    @Test
    void tellsOfHealthAloneAtAnAddressOfItsOwn() throws Exception {
        try (var htbin = RunningHtbin.on(site, "--health", "0.0.0.0:0", "--admin", "0")) {
            Pattern where = Pattern.compile("health +http://(?:0\\.0\\.0\\.0|\\[::]):(\\d+)/");
            RunningHtbin.eventually(
                    "it says where", () -> where.matcher(htbin.log()).find());
            Matcher matcher = where.matcher(htbin.log());
            assertTrue(matcher.find());
            String health = "http://127.0.0.1:" + matcher.group(1) + "/";
            assertEquals("ready\n", text(htbin, health + "ready"));
            assertEquals("alive\n", text(htbin, health + "health"));
            for (String other : List.of("", "metrics", "stop", "cgi-bin/hello", "ready/x")) {
                assertEquals(404, status(htbin, health + other), other);
            }
            assertEquals(200, status(htbin, admin(htbin) + "metrics"));
            assertFalse(htbin.log().contains("\"GET /ready"), htbin::log);
            var stop = HttpRequest.newBuilder(URI.create(health + "stop"))
                    .POST(BodyPublishers.ofString("id=0"))
                    .build();
            assertEquals(
                    501, htbin.client().send(stop, BodyHandlers.discarding()).statusCode());
        }
        var taken = Product.htbin("--health", "127.0.0.1", "0");
        assertEquals(2, taken.code(), taken.err());
    }

    @Test
    void isThereForAServerOnUnixSocketsAlone() throws Exception {
        Path socket = site.data().resolve("socket");
        try (var htbin = RunningHtbin.started(Product.command(List.of(
                Product.home().resolve("htbin").toString(),
                "--directory",
                site.root().toString(),
                "--listen",
                "unix:" + socket,
                "--admin",
                "0")))) {
            String admin = admin(htbin);
            assertEquals(200, status(htbin, admin + "ready"));
            assertTrue(text(htbin, admin).contains("<h1>htbin at unix:" + socket + "</h1>"));
        }
    }

    private static String admin(RunningHtbin htbin) {
        RunningHtbin.eventually(
                "it says where", () -> ADMIN.matcher(htbin.log()).find());
        Matcher where = ADMIN.matcher(htbin.log());
        assertTrue(where.find());
        return where.group(1);
    }

    private static int status(RunningHtbin htbin, String url) {
        return get(htbin, url).statusCode();
    }

    private static String text(RunningHtbin htbin, String url) {
        return get(htbin, url).body();
    }

    private static HttpResponse<String> get(RunningHtbin htbin, String url) {
        try {
            return htbin.client().send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
