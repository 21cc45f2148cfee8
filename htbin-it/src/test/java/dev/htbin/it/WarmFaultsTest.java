package dev.htbin.it;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: warm interpreters that are killed, scripts that change and go wrong, crowds, and the end. No client sees an error of a warm interpreter. */
@Timeout(180)
class WarmFaultsTest {
    private static final String HEAD =
            "#!/usr/bin/python3\nimport os\nprint('Content-Type: text/plain\\n', flush=True)\n";

    @TempDir
    Path folder;

    private Site site;

    @BeforeEach
    void site() throws Exception {
        Programs.require("warm interpreters", "/usr/bin/python3");
        site = Site.in(folder);
        site.script("version", HEAD + "print('version 1')\n");
    }

    @Test
    void anEditedScriptIsServedNewAtOnce() throws Exception {
        try (var htbin = RunningHtbin.on(site, "--warm")) {
            WarmServer.warmUp(htbin, site, "version");
            for (int version = 2; version < 30; version++) {
                site.script("version", HEAD + "print('version %d')\n".formatted(version));
                assertEquals("version " + version + "\n", text(htbin.get("/cgi-bin/version")));
            }
            site.script("version", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nversion sh\\n'\n");
            assertEquals("version sh\n", text(htbin.get("/cgi-bin/version")));
        }
    }

    @Test
    void anInterpreterThatIsKilledIsMissedByNobody() throws Exception {
        String script = site.scripts().resolve("version").toString();
        try (var htbin = RunningHtbin.on(site, "--warm")) {
            WarmServer.warmUp(htbin, site, "version");
            for (ProcessHandle interpreter : WarmServer.interpreters(htbin, script)) {
                WarmServer.kill(interpreter);
            }
            assertEquals("version 1\n", text(htbin.get("/cgi-bin/version")));
            List<CompletableFuture<HttpResponse<byte[]>>> running = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                running.add(send(htbin, "version"));
                if (i % 5 == 0) {
                    // Whoever has it in its command line: interpreters, and forks before they are anybody's.
                    for (ProcessHandle interpreter : WarmServer.interpreters(htbin, script)) {
                        if (isInterpreter(interpreter)) {
                            WarmServer.kill(interpreter);
                        }
                    }
                }
            }
            for (var response : running) {
                assertEquals("version 1\n", text(response.get()));
            }
            WarmServer.warmUp(htbin, site, "version");
            assertEquals("version 1\n", text(htbin.get("/cgi-bin/version")));
        }
    }

    /** Interpreters have the socket of their orders, and no standard input. */
    private static boolean isInterpreter(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "fd", "3"))
                    .toString()
                    .startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aScriptOutlivesItsInterpreter() throws Exception {
        Path pipe = site.fifo("go");
        site.script("waits", HEAD + "print(open('%s').read(), end='')\n".formatted(pipe));
        String script = site.scripts().resolve("waits").toString();
        try (var htbin = RunningHtbin.on(site, "--warm")) {
            var cold = send(htbin, "waits");
            Files.writeString(pipe, "cold\n");
            assertEquals("cold\n", text(cold.get()));
            RunningHtbin.eventually("it is warm", () -> htbin.log().contains(script + ": warm, process "));
            var running = send(htbin, "waits");
            RunningHtbin.eventually(
                    "it runs", () -> WarmServer.interpreters(htbin, script).size() > 1);
            for (ProcessHandle process : WarmServer.interpreters(htbin, script)) {
                if (isInterpreter(process)) {
                    WarmServer.kill(process);
                }
            }
            Files.writeString(pipe, "done\n");
            assertEquals("done\n", text(running.get()));
        }
    }

    @Test
    void scriptsThatGoWrongHurtThemselvesAlone() throws Exception {
        site.script("crash", HEAD.replace(", flush=True", "") + "os.kill(os.getpid(), 11)\n");
        site.script("memory", HEAD.replace(", flush=True", "") + "b = bytearray(2 << 30)\n");
        site.script("chdir", HEAD + "print(os.getcwd())\nos.chdir('/')\nos.umask(0)\nos.environ['PATH'] = ''\n");
        site.script("daemon", HEAD + """
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        for n in (0, 1, 2): os.close(n)
                        open('%s').readline()
                    os._exit(0)
                print('started')
                """.formatted(site.fifo("end")));
        try (var htbin = RunningHtbin.on(site, "--warm", "--limit", "address-space=1G")) {
            for (String name : List.of("crash", "memory", "chdir", "daemon")) {
                WarmServer.warmUp(htbin, site, name);
            }
            for (int i = 0; i < 3; i++) {
                assertEquals(502, htbin.get("/cgi-bin/crash").statusCode());
                assertEquals(site.scripts() + "\n", text(htbin.get("/cgi-bin/chdir")));
                assertTrue(htbin.get("/cgi-bin/memory").body().length < 100);
            }
            RunningHtbin.eventually("its traceback is logged", () -> htbin.log().contains("MemoryError"));
            assertEquals("started\n", text(htbin.get("/cgi-bin/daemon")));
            String daemon = site.scripts().resolve("daemon").toString();
            // Each ends when it has read something; one may read what was written for all.
            try (FileChannel end = FileChannel.open(site.data().resolve("end"), READ, WRITE)) {
                RunningHtbin.eventually("no daemon is left", () -> {
                    write(end, "now\n");
                    return WarmServer.interpreters(htbin, daemon).size() == 1;
                });
            }
        }
    }

    private static void write(FileChannel pipe, String text) {
        try {
            pipe.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aCrowdBeforeAColdServerIsServed() throws Exception {
        try (var htbin = RunningHtbin.on(site, "--warm", "--max-queue", "200")) {
            List<CompletableFuture<HttpResponse<byte[]>>> running = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                running.add(send(htbin, "version"));
            }
            for (var response : running) {
                assertEquals("version 1\n", text(response.get()));
            }
            String script = site.scripts().resolve("version").toString();
            RunningHtbin.eventually(
                    "one interpreter is left",
                    () -> WarmServer.interpreters(htbin, script).size() == 1);
        }
    }

    @Test
    void theEndOfTheServerIsTheEndOfItsInterpreters() throws Exception {
        String script = site.scripts().resolve("version").toString();
        try (var htbin = RunningHtbin.on(site, "--warm")) {
            WarmServer.warmUp(htbin, site, "version");
            assertFalse(WarmServer.processes(script).isEmpty());
        }
        RunningHtbin.eventually(
                "no interpreter is left", () -> WarmServer.processes(script).isEmpty());
    }

    @Test
    void aServerThatIsKilledLeavesNoInterpreter() throws Exception {
        String script = site.scripts().resolve("version").toString();
        try (var htbin = RunningHtbin.on(site, "--warm")) {
            WarmServer.warmUp(htbin, site, "version");
            htbin.kill();
        }
        RunningHtbin.eventually(
                "no interpreter is left", () -> WarmServer.processes(script).isEmpty());
    }

    @Test
    void sighupTurnsItOnAndOff() throws Exception {
        Path file = folder.resolve("htbin.toml");
        String rest = "cgi = true\ndirectory = '%s'\n".formatted(site.root());
        Files.writeString(file, rest);
        site.script("how", HEAD + "print('warm:' in open('/proc/self/cmdline').read())\n");
        var command = List.of(Product.home().resolve("htbin").toString(), "--config", file.toString(), "0");
        try (var htbin = RunningHtbin.started(Product.command(command))) {
            assertEquals("False\n", text(htbin.get("/cgi-bin/how")));
            Files.writeString(file, rest + "[path.'/cgi-bin/how']\nwarm = true\nwarm-import = 'json'\n");
            reload(htbin, 1);
            WarmServer.warmUp(htbin, site, "how");
            assertEquals("True\n", text(htbin.get("/cgi-bin/how")));
            Files.writeString(file, rest + "warm = false\n");
            reload(htbin, 2);
            assertEquals("False\n", text(htbin.get("/cgi-bin/how")));
        }
    }

    private void reload(RunningHtbin htbin, int times) throws Exception {
        Run.of(folder, Map.of(), new byte[0], "kill", "-HUP", Long.toString(htbin.pid()))
                .good();
        RunningHtbin.eventually("it is read again", () -> htbin.log().split("is in force", -1).length > times);
    }

    private static CompletableFuture<HttpResponse<byte[]>> send(RunningHtbin htbin, String name) {
        return htbin.client()
                .sendAsync(
                        htbin.request("GET", "/cgi-bin/" + name, BodyPublishers.noBody()), BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> response) {
        return response.statusCode() == 200
                ? new String(response.body(), StandardCharsets.UTF_8)
                : "status " + response.statusCode();
    }
}
