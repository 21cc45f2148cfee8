package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.json.JsonReader;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: the access log, its rotation, and a disk that is full. */
@Timeout(120)
class AccessLogTest {
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @TempDir
    private Path folder;

    private Site site;
    private Path log;

    @BeforeEach
    void prepare() throws IOException {
        site = Site.in(folder);
        site.script(
                "hello",
                "#!/bin/sh\ni=0\nwhile [ $i -lt 20000 ]; do i=$((i+1)); done\nprintf 'Content-Type: text/plain\\n\\nhello'\nexit 3\n");
        // The server is no longer root when it opens the file anew.
        log = Files.createDirectory(folder.resolve("log")).resolve("access");
        Files.setPosixFilePermissions(log.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @Test
    void jsonTellsWhetherAWarmInterpreterForkedTheScript() throws Exception {
        site.script("warm.py", "#!/usr/bin/python3\nprint('Content-Type: text/plain\\n')\n");
        try (var htbin = RunningHtbin.on(site, "--warm", "--access-log", "json", "--access-log-file", log.toString())) {
            for (int sent = 1; records().stream().noneMatch(line -> line.contains("\"warm\":true")); sent++) {
                htbin.get("/cgi-bin/warm.py");
                int requests = sent;
                RunningHtbin.eventually("a record of each", () -> records().size() == requests);
                assertTrue(sent < 100, () -> records().toString());
            }
            assertEquals(false, record(0).get("warm"));
        }
    }

    @Test
    void jsonTellsOfARequestAndItsScript() throws Exception {
        try (var htbin =
                RunningHtbin.on(site, "--access-log", "json", "--access-log-file", log.toString(), "--begin-traces")) {
            htbin.send("GET", "/cgi-bin/hello?a=%22", BodyPublishers.noBody(), "traceparent", PARENT);
            Map<?, ?> record = onlyRecord();
            assertEquals("127.0.0.1", record.get("client"));
            assertEquals("GET", record.get("method"));
            assertEquals("/cgi-bin/hello?a=%22", record.get("target"));
            assertEquals(200L, record.get("status"));
            assertEquals(5L, record.get("octets"));
            assertEquals("/cgi-bin/hello", record.get("script"));
            assertEquals(false, record.get("warm"));
            assertEquals("exit 3", record.get("exit"));
            assertEquals("failed", record.get("outcome"));
            assertEquals("0af7651916cd43dd8448eb211c80319c", record.get("trace_id"));
            assertEquals(16, String.valueOf(record.get("request_id")).length());
            for (String number : List.of("pid", "queue_ms", "first_byte_ms", "duration_ms", "cpu_ms")) {
                assertTrue(record.get(number) instanceof Number, () -> number + " in " + record);
            }
            assertTrue(number(record, "cpu_ms") > 1, record::toString);
            // Missing when the script ended before it could be looked at; never what the server has.
            Object resident = record.get("max_rss_kib");
            assertTrue(resident == null || ((Number) resident).longValue() < 16 << 10, record::toString);
            // The lines of Python's server are not there too.
            assertFalse(htbin.log().contains("\"GET /cgi-bin/hello"), htbin::log);

            htbin.get("/absent");
            RunningHtbin.eventually("a second record", () -> records().size() == 2);
            assertEquals(32, String.valueOf(record(1).get("trace_id")).length());
        }
    }

    @Test
    void tellsWhatTheEngineRefusedInOneLine() throws Exception {
        try (var htbin = RunningHtbin.on(site, "--access-log-file", log.toString())) {
            try (var socket = htbin.connect()) {
                socket.getOutputStream()
                        .write("GET /a\"b\\c\u001b HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                socket.getInputStream().readAllBytes();
            }
            RunningHtbin.eventually("a record", () -> records().size() == 1);
            String line = records().getFirst();
            assertTrue(line.startsWith("127.0.0.1 - - ["), line);
            assertTrue(line.contains(" 400 "), line);
            assertTrue(line.endsWith("\"-\" \"-\""), line);
        }
    }

    @Test
    void tellsOfFilesThatAreAnsweredAtOnceAndOfUsers() throws Exception {
        Programs.require("authentication", "htpasswd");
        Path users = folder.resolve("users");
        Run.of(folder, Map.of(), new byte[0], "htpasswd", "-bcB", "-C4", users.toString(), "ann", "secret")
                .good();
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-r--r--"));
        site.file("small.txt", "0123456789");
        site.file("private/p.txt", "p");
        try (var htbin = RunningHtbin.on(
                site, "--access-log-file", log.toString(), "--auth", "/private=" + users, "--admin", "0")) {
            for (int i = 0; i < 5; i++) {
                assertEquals(200, htbin.get("/small.txt").statusCode());
            }
            assertEquals(401, htbin.get("/private/p.txt").statusCode());
            htbin.send("GET", "/private/p.txt", BodyPublishers.noBody(), "Authorization", "Basic YW5uOnNlY3JldA==");
            RunningHtbin.eventually("all records", () -> records().size() == 7);
            for (String record : records().subList(0, 5)) {
                assertTrue(record.contains(" - - [") && record.contains("\"GET /small.txt HTTP/1.1\" 200 10 "), record);
            }
            assertTrue(records().get(5).contains(" - - [") && records().get(5).contains(" 401 "), records()::toString);
            assertTrue(
                    records().get(6).contains(" - ann [") && records().get(6).contains(" 200 1 "), records()::toString);
        }
    }

    /** The script has its memory only after it wrote, so that nobody can have looked at it; the kernel's figure is a fork's own. */
    @Test
    void tellsWhatAForkOfAWarmInterpreterUsed() throws Exception {
        Programs.require("warm interpreters", "/usr/bin/python3");
        site.script("warm", """
                #!/usr/bin/python3
                import sys, json
                print("Content-Type: text/plain\\n")
                print("warm:" in open("/proc/self/cmdline").read(), flush=True)
                x = bytearray(40 << 20)
                for i in range(0, len(x), 4096):
                    x[i] = 1
                """);
        try (var htbin = RunningHtbin.on(
                site, "--access-log", "json", "--access-log-file", log.toString(), "--warm=/cgi-bin/warm=on")) {
            RunningHtbin.eventually(
                    "a fork answers", () -> text(htbin, "/cgi-bin/warm").equals("True\n"));
            int told = records().size();
            for (int i = 0; i < 5; i++) {
                assertEquals("True\n", text(htbin, "/cgi-bin/warm"));
            }
            RunningHtbin.eventually("all records", () -> records().size() >= told + 5);
            for (int i = told; i < told + 5; i++) {
                Map<?, ?> record = record(i);
                assertTrue(number(record, "cpu_ms") > 1, record::toString);
                double mebibytes = number(record, "max_rss_kib") / 1024;
                assertTrue(mebibytes > 40 && mebibytes < 80, record::toString);
            }
        }
    }

    @Test
    void sighupOpensTheFileAnewAndAFullDiskStopsNothing() throws Exception {
        Files.createSymbolicLink(log, Path.of("/dev/full"));
        try (var htbin = RunningHtbin.on(site, "--access-log", "common", "--access-log-file", log.toString())) {
            for (int i = 0; i < 20; i++) {
                assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
            }
            RunningHtbin.eventually("the failure is said", () -> htbin.log().contains("No space left on device"));
            Files.delete(log);
            hangUp(htbin);
            RunningHtbin.eventually("what waited is written", () -> records().size() == 20);

            Files.move(log, log.resolveSibling("access.1"));
            hangUp(htbin);
            RunningHtbin.eventually("the new file is there", () -> Files.exists(log));
            htbin.get("/cgi-bin/hello");
            RunningHtbin.eventually("a record", () -> records().size() == 1);
            assertTrue(records().getFirst().contains("\"GET /cgi-bin/hello HTTP/1.1\" 200 5"), records()::toString);
        }
    }

    @Test
    void theLogIsRotatedAlsoWhileTheServerDrains() throws Exception {
        try (var htbin = RunningHtbin.on(site, "--access-log-file", log.toString(), "--drain", "600")) {
            Run.of(Path.of("/"), Map.of(), new byte[0], "kill", "-TERM", Long.toString(htbin.pid()))
                    .good();
            RunningHtbin.eventually("it drains", () -> htbin.log().contains("not ready any longer"));
            Files.move(log, log.resolveSibling("access.1"));
            hangUp(htbin);
            RunningHtbin.eventually("the new file is there", () -> Files.exists(log));
            assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
            RunningHtbin.eventually("a record", () -> records().size() == 1);
            htbin.kill();
        }
    }

    @Test
    void sighupCountsAlsoUnderNohup() throws Exception {
        List<String> nohup = List.of("sh", "-c", "trap '' HUP; exec \"$@\"", "sh");
        var command = RunningHtbin.command(site, nohup, "--access-log-file", log.toString());
        try (var htbin = RunningHtbin.started(command)) {
            Files.move(log, log.resolveSibling("access.1"));
            hangUp(htbin);
            RunningHtbin.eventually("the new file is there", () -> Files.exists(log));
        }
    }

    @Test
    void withoutAFileTheRecordsGoToStandardError() throws Exception {
        try (var htbin = RunningHtbin.on(site, "--access-log", "combined")) {
            htbin.get("/cgi-bin/hello");
            RunningHtbin.eventually(
                    "a record", () -> htbin.log().contains("\"GET /cgi-bin/hello HTTP/1.1\" 200 5 \"-\" \"Java-http"));
        }
    }

    @Test
    void aFileThatCantBeOpenedIsNamed() throws Exception {
        var run = Product.htbin("--access-log-file", folder + "/absent/log", "0");
        assertEquals(1, run.code());
        assertTrue(run.err().startsWith("htbin: access log '" + folder + "/absent/log': no such directory"), run::err);
    }

    private static String text(RunningHtbin htbin, String path) {
        try {
            return new String(htbin.get(path).body(), StandardCharsets.UTF_8);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static double number(Map<?, ?> record, String name) {
        return record.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static void hangUp(RunningHtbin htbin) throws Exception {
        Run.of(Path.of("/"), Map.of(), new byte[0], "kill", "-HUP", Long.toString(htbin.pid()))
                .good();
    }

    private Map<?, ?> onlyRecord() throws Exception {
        RunningHtbin.eventually("a record", () -> records().size() == 1);
        return record(0);
    }

    private Map<?, ?> record(int index) throws Exception {
        return (Map<?, ?>) JsonReader.read(records().get(index));
    }

    private List<String> records() {
        try {
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
