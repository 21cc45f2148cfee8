package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: what scripts may do, as the command line says it for each path. */
@Timeout(120)
class ProfilesTest {
    private static final String HEAD = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n";

    @TempDir
    Path folder;

    private Site site;
    private Path data;

    @BeforeEach
    void scripts() throws Exception {
        site = Site.in(folder);
        data = site.folder("notes");
        Files.createDirectory(site.scripts().resolve("free"));
        String write = HEAD + "(echo a > '" + data + "/note') && echo written || echo refused\n";
        site.script("write", write);
        site.script("free/write", write);
        site.script("read", HEAD + "cat '" + data + "/in' && cat ../hello.txt\n");
        site.datum("notes/in", "datum\n");
        site.script("temporary", HEAD + "echo a > \"$TMPDIR/a\" && cat \"$TMPDIR/a\" && echo \"$TMPDIR\"\n");
        // Limits are set right after the start, so the first look may come before.
        site.script("many", HEAD + "until [ \"$(ulimit -n)\" = 77 ]; do :; done\nulimit -n\n");
    }

    @Test
    void theProfileOfAPathHoldsBelowIt() throws Exception {
        try (var htbin = RunningHtbin.on(site, "--profile", "readonly", "--profile", "/cgi-bin/free=standard")) {
            assertEquals("refused\n", text(htbin, "/cgi-bin/write"));
            assertEquals("written\n", text(htbin, "/cgi-bin/free/write"));
            assertTrue(htbin.log().contains("profile readonly"), htbin::log);
            assertTrue(htbin.log().contains("/cgi-bin/free run as"), htbin::log);
            String[] temporary = text(htbin, "/cgi-bin/temporary").split("\n", -1);
            assertEquals("a", temporary[0]);
            RunningHtbin.eventually("the private directory is removed", () -> !Files.exists(Path.of(temporary[1])));
        }
    }

    @Test
    void treesCanBeAdded() throws Exception {
        try (var htbin = RunningHtbin.on(site, "--profile", "readonly")) {
            assertEquals("", text(htbin, "/cgi-bin/read"));
        }
        try (var htbin = RunningHtbin.on(
                site, "--profile", "readonly", "--read", data.toString(), "--write", "/cgi-bin/free=" + data)) {
            assertEquals("datum\nhello, world\n", text(htbin, "/cgi-bin/read"));
            assertEquals("refused\n", text(htbin, "/cgi-bin/write"));
            assertEquals("written\n", text(htbin, "/cgi-bin/free/write"));
        }
    }

    @Test
    void limitsHoldForTheirPath() throws Exception {
        try (var htbin = RunningHtbin.on(site, "--limit", "/cgi-bin/many=open-files=77")) {
            assertEquals("77\n", text(htbin, "/cgi-bin/many"));
        }
    }

    @Test
    void openIsSaidLoudly() throws Exception {
        try (var htbin = RunningHtbin.on(site, "--profile", "open")) {
            assertEquals("written\n", text(htbin, "/cgi-bin/write"));
            assertTrue(htbin.log().contains("profile open: NOT CONFINED"), htbin::log);
        }
    }

    @Test
    void noNetworkRefusesConnections() throws Exception {
        Programs.require("scripts without a network", "python3");
        site.script("connect", """
                #!/usr/bin/env python3
                import os, socket
                print('Content-Type: text/plain\\n')
                try:
                    socket.create_connection(('127.0.0.1', int(os.environ['QUERY_STRING'])), 10).close()
                    print('connected')
                except OSError as e:
                    print('refused')
                """);
        try (var listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            var accepted = CompletableFuture.supplyAsync(() -> {
                try {
                    return listener.accept().isConnected();
                } catch (java.io.IOException e) {
                    return false;
                }
            });
            String url = "/cgi-bin/connect?" + listener.getLocalPort();
            try (var htbin = RunningHtbin.on(site)) {
                assertEquals("connected\n", text(htbin, url));
            }
            try (var htbin = RunningHtbin.on(site, "--profile", "no-network")) {
                assertEquals("refused\n", text(htbin, url));
            }
            assertTrue(accepted.get());
        }
    }

    @Test
    void aScriptOfAUserIsThatUsersOwn() throws Exception {
        if (!"root".equals(System.getProperty("user.name"))) {
            Programs.leaveOut("scripts of users", "only root can become one");
        }
        Path directory = Files.createDirectory(site.scripts().resolve("games"));
        Path script = site.script("games/who", HEAD + "id -un\n");
        // An ancestor that its owner alone may change, as a user's home is.
        try (var htbin = RunningHtbin.on(site, "--script-user", "/cgi-bin/games=games")) {
            assertEquals(403, htbin.get("/cgi-bin/games/who").statusCode());
            RunningHtbin.eventually("the reason is logged", () -> htbin.log().contains("HTB-011"));
            for (Path own : List.of(directory, script)) {
                Run.of(folder, java.util.Map.of(), new byte[0], "chown", "games:games", own.toString())
                        .good();
            }
            assertEquals("games\n", text(htbin, "/cgi-bin/games/who"));
        }
    }

    @Test
    void explainPrintsWhatAScriptMayDo() throws Exception {
        var ended = Product.htbin(
                "explain",
                "--directory",
                site.root().toString(),
                "--profile",
                "/cgi-bin/free=strict",
                "GET",
                "/cgi-bin/free/write");
        assertEquals(0, ended.code(), ended.err());
        for (String expected : List.of(
                "profile: strict", "It gains no privileges", "It has no network", "Limit of cpu: 60 seconds.")) {
            assertTrue(ended.out().contains(expected), ended::out);
        }
    }

    @Test
    void requiredConfinementThatIsNotThereKeepsTheServerFromStarting() throws Exception {
        var ok = Product.htbin(
                "explain",
                "--require-confinement",
                "--cgi",
                "--directory",
                site.root().toString(),
                "GET",
                "/cgi-bin/hello");
        assertEquals(0, ok.code(), ok.err());
        ProcessBuilder without = Product.command(List.of(
                Product.home().resolve("htbin").toString(),
                "--cgi",
                "--require-confinement",
                "--directory",
                site.root().toString(),
                "0"));
        // As on a processor that the launcher does not know.
        without.environment().put("HTBIN_JAVA_OPTS", "-Dos.arch=riscv64");
        var ended = Product.run(without);
        assertEquals(1, ended.code(), ended.out());
        assertTrue(ended.err().contains("confinement is required, and none can be had"), ended.err());
    }

    @Test
    void aTreeThatIsNotThereIsNamed() throws Exception {
        var ended = Product.htbin(
                "--directory", site.root().toString(), "--profile", "readonly", "--read", "/nowhere/at/all", "0");
        assertEquals(1, ended.code());
        assertTrue(ended.err().contains("'/nowhere/at/all'"), ended.err());
        assertEquals(1, ended.err().lines().count(), ended.err());
    }

    private static String text(RunningHtbin htbin, String path) throws Exception {
        return new String(htbin.get(path).body(), StandardCharsets.UTF_8);
    }
}
