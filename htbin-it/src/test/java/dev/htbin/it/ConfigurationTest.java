package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: a configuration file, and what SIGHUP does with it. */
@Timeout(120)
class ConfigurationTest {
    @TempDir
    Path folder;

    private Site site;
    private Path file;

    @BeforeEach
    void scripts() throws IOException {
        site = Site.in(folder);
        site.script("variable", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\necho \"$COLOUR\"\n");
        file = folder.resolve("htbin.toml");
        write("[env]\nCOLOUR = 'red'\n");
    }

    @Test
    void sighupPutsAChangedFileInForceAndABadOneNot() throws Exception {
        try (var htbin = start()) {
            assertEquals("red\n", text(htbin, "/cgi-bin/variable"));

            write("[env]\nCOLOUR = 'green'\n");
            hangUp(htbin, "is in force");
            assertEquals("green\n", text(htbin, "/cgi-bin/variable"));

            write("colour = 'blue'\n");
            hangUp(htbin, file + ":1: key 'colour'");
            assertEquals("green\n", text(htbin, "/cgi-bin/variable"));

            write("bind = '::1'\nenv = 'COLOUR=blue'\n");
            hangUp(htbin, "a restart is needed for where and how to listen");
            assertEquals("green\n", text(htbin, "/cgi-bin/variable"));

            write("profile = 'strict'\n");
            hangUp(htbin, "a restart is needed for profiles");
            assertEquals("green\n", text(htbin, "/cgi-bin/variable"));
        }
    }

    @Test
    void aRequestThatRunsIsNotDroppedByAReload() throws Exception {
        Path pipe = site.fifo("go");
        site.script(
                "waits",
                "#!/bin/sh\nread word < '" + pipe + "'\nprintf 'Content-Type: text/plain\\n\\n'\necho $word\n");
        try (var htbin = start()) {
            var running = htbin.client()
                    .sendAsync(
                            htbin.request("GET", "/cgi-bin/waits", java.net.http.HttpRequest.BodyPublishers.noBody()),
                            java.net.http.HttpResponse.BodyHandlers.ofString());
            RunningHtbin.eventually("the script runs", () -> htbin.children() == 1);
            write("[env]\nCOLOUR = 'green'\n");
            hangUp(htbin, "is in force");
            Files.writeString(pipe, "done\n");
            assertEquals("done\n", running.get().body());
        }
    }

    @Test
    void checkNamesEveryMistakeAndEndsWithTwo() throws Exception {
        Files.writeString(file, "[path.'/cgi-bin']\nprofil = 'open'\n");
        var bad = Product.htbin("config", "check", file.toString());
        assertEquals(2, bad.code());
        assertEquals("htbin: %s:2: key 'profil' (expected: perhaps 'profile')%n".formatted(file), bad.err());
        write("");
        var good = Product.htbin("config", "check", file.toString());
        assertEquals(0, good.code(), good.err());
        assertTrue(good.out().contains("no mistakes found"), good.out());
        assertEquals(1, Product.htbin("config", "check", "/nowhere.toml").code());
        assertEquals(2, Product.htbin("config", "look").code());
    }

    private RunningHtbin start() throws Exception {
        return RunningHtbin.started(
                Product.command(List.of(Product.home().resolve("htbin").toString(), "--config", file.toString(), "0")));
    }

    /** Writes the file: keys of the top first, since what comes behind a table belongs to it. */
    private void write(String text) throws IOException {
        boolean table = text.startsWith("[");
        String site = "cgi = true\ndirectory = '%s'\n".formatted(this.site.root());
        Files.writeString(file, table ? site + text : text + site);
    }

    private static void hangUp(RunningHtbin htbin, String expected) throws Exception {
        Run.of(Path.of("/"), Map.of(), new byte[0], "kill", "-HUP", Long.toString(htbin.pid()))
                .good();
        RunningHtbin.eventually(
                "'" + expected + "' is logged", () -> htbin.log().contains(expected));
    }

    private static String text(RunningHtbin htbin, String path) throws Exception {
        return new String(htbin.get(path).body(), StandardCharsets.UTF_8);
    }
}
