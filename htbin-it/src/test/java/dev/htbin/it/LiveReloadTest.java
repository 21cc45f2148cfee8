package dev.htbin.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: in development mode a page that is open in a browser is loaded again when a file changes. */
@Timeout(180)
class LiveReloadTest {
    @TempDir
    Path folder;

    @Test
    void aPageInABrowserIsLoadedAgainWhenAScriptChanges() throws Exception {
        Programs.require("a page in a browser", "chromium");
        Site site = Site.in(folder);
        site.script("page", script("first"));
        try (RunningHtbin htbin = RunningHtbin.on(site, "--dev")) {
            Path profile = Files.createTempDirectory(folder, "profile");
            var command = new ProcessBuilder(List.of(
                    "chromium",
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--remote-debugging-port=0",
                    "--user-data-dir=" + profile,
                    htbin.url("/cgi-bin/page")));
            command.environment().put("HOME", profile.toString());
            Process chromium = command.redirectErrorStream(true)
                    .redirectOutput(folder.resolve("chromium.log").toFile())
                    .start();
            try {
                RunningHtbin.eventually("the page waits for changes", () -> requests(htbin, "/waiting") == 1);
                assertEquals(1, requests(htbin, "/cgi-bin/page"), htbin.log());
                site.script("page", script("second"));
                RunningHtbin.eventually("the page is loaded again", () -> requests(htbin, "/cgi-bin/page") >= 2);
            } finally {
                chromium.descendants().forEach(ProcessHandle::destroyForcibly);
                chromium.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void addsItsLineToHtmlAlone() throws Exception {
        Site site = Site.in(folder);
        site.file("page.html", "<!doctype html><title>page</title>");
        site.script("policy", """
                #!/bin/sh
                printf "Content-Security-Policy: default-src 'none'\\nContent-Type: text/html\\n\\n<p>policy"
                """);
        site.script("page", script("first"));
        try (RunningHtbin htbin = RunningHtbin.on(site, "--dev")) {
            for (String path : List.of("/page.html", "/cgi-bin/page")) {
                HttpResponse<byte[]> page = htbin.get(path);
                String text = text(page);
                assertTrue(text.endsWith("\n<script src=\"/.htbin/reload.js\"></script>\n"), text);
                page.headers()
                        .firstValueAsLong("Content-Length")
                        .ifPresent(length -> assertEquals(page.body().length, length));
            }
            assertEquals("hello, world\n", text(htbin.get("/hello.txt")));
            assertEquals("<p>policy", text(htbin.get("/cgi-bin/policy")));
        }
        try (RunningHtbin htbin = RunningHtbin.on(site, "--dev", "--no-live-reload")) {
            assertFalse(text(htbin.get("/page.html")).contains("reload"));
            assertEquals(404, htbin.get("/.htbin/changes").statusCode());
        }
    }

    /** A page that asks for {@code /waiting} once it has heard from the server, so that it learns of the next change. */
    private static String script(String word) {
        return """
                #!/bin/sh
                printf 'Content-Type: text/html\\n\\n'
                cat << 'END'
                <!doctype html><title>%s</title><p>%1$s
                <script>
                const Source = EventSource;
                window.EventSource = class extends Source {
                  constructor(url) { super(url); this.addEventListener('message', () => fetch('/waiting'), { once: true }); }
                };
                </script>
                END
                """.formatted(word);
    }

    private static long requests(RunningHtbin htbin, String path) {
        return htbin.log()
                .lines()
                .filter(line -> line.contains("\"GET " + path + " "))
                .count();
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), UTF_8);
    }
}
