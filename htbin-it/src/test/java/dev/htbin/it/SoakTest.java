package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * End to end: good, bad and abandoned scripts, mixed, by eight clients at once. Afterwards the server holds what it held after a first round of the same.
 * {@code benchmarks/run soak} does it with 50,000 requests.
 */
@Timeout(240)
class SoakTest {
    private static final int CLIENTS = 8;
    private static final int WARM_UP = 400;
    private static final int REQUESTS = 1_600;
    private static final String HEAD = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n";
    private static final String BODY = "x".repeat(400_000);

    /** The client resets the connection without waiting. */
    private static final int LEAVES = 0;
    /** The response begins, and must be seen to break off. */
    private static final int BREAKS = -1;

    /** What is sent, and the status that must come, or {@link #LEAVES} or {@link #BREAKS}. */
    private record Kind(String line, String body, int status) {
        String request() {
            String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
            return line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + length + "\r\n" + body;
        }
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("GET /cgi-bin/hello", "", 200),
            new Kind("HEAD /cgi-bin/hello", "", 200),
            new Kind("POST /cgi-bin/count", BODY, 200),
            new Kind("POST /cgi-bin/hello", BODY, 200),
            new Kind("GET /cgi-bin/leaves", "", 200),
            new Kind("GET /cgi-bin/loud", "", 200),
            new Kind("GET /cgi-bin/redirects", "", 200),
            new Kind("GET /hello.txt", "", 200),
            new Kind("GET /cgi-bin/absent", "", 404),
            new Kind("GET /cgi-bin/broken", "", 403),
            new Kind("GET /cgi-bin/silent", "", 502),
            new Kind("GET /cgi-bin/killed", "", 502),
            new Kind("GET /cgi-bin/no-head", "", 502),
            new Kind("GET /cgi-bin/breaks", "", BREAKS),
            new Kind("GET /cgi-bin/sleeps", "", LEAVES),
            new Kind("GET /cgi-bin/endless", "", LEAVES),
            new Kind("POST /cgi-bin/count", BODY.substring(1) + "\r\n\r\n", LEAVES));

    @TempDir
    Path folder;

    private static void scripts(Site site) throws IOException {
        site.script("count", HEAD + "wc -c\n");
        site.script("leaves", HEAD + "sleep 300 &\necho left\n");
        site.script("loud", HEAD + "head -c 100000 /dev/zero | tr '\\0' x >&2\n");
        site.script("redirects", "#!/bin/sh\nprintf 'Location: /hello.txt\\n\\n'\n");
        site.script("broken", "#!/nowhere/sh\n");
        site.script("silent", "#!/bin/sh\n");
        site.script("killed", "#!/bin/sh\nkill -9 $$\n");
        // More than is held back until the script's end.
        site.script("breaks", HEAD + "head -c 100000 /dev/zero\nkill -9 $$\n");
        site.script("no-head", "#!/bin/sh\necho hello\n");
        site.script("sleeps", "#!/bin/sh\nsleep 300 &\nsleep 300\n");
        site.script("endless", HEAD + "exec cat /dev/zero\n");
    }

    @Test
    void leavesNothingBehind() throws Exception {
        Site site = Site.in(folder);
        scripts(site);
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        ProcessBuilder command = RunningHtbin.command(site, List.of(), "--quiet");
        command.environment().put("HTBIN_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
        try (var htbin = RunningHtbin.started(command);
                var clients = Executors.newFixedThreadPool(CLIENTS)) {
            long descriptors = htbin.descriptors();
            round(htbin, clients, WARM_UP);
            RunningHtbin.eventually("no child, alive or dead, is left", () -> htbin.children() == 0);
            List<String> files = names(temporary);
            long threads = threads(htbin);
            long octets = htbin.liveOctets();

            round(htbin, clients, REQUESTS);

            RunningHtbin.eventually("no child, alive or dead, is left", () -> htbin.children() == 0);
            RunningHtbin.eventually("no descriptor is left", () -> htbin.descriptors() <= descriptors + 4);
            assertEquals(files, names(temporary));
            long more = threads(htbin) - threads;
            assertTrue(more <= CLIENTS + 4, () -> "threads more than after the first round: " + more);
            long grown = htbin.liveOctets() - octets;
            assertTrue(grown < 8 << 20, () -> "octets of heap more than after the first round: " + grown);
        }
    }

    private static void round(RunningHtbin htbin, ExecutorService clients, int requests) throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            Kind kind = KINDS.get(i % KINDS.size());
            tasks.add(() -> {
                ask(htbin, kind);
                return null;
            });
        }
        for (Future<Void> done : clients.invokeAll(tasks, 100, TimeUnit.SECONDS)) {
            done.get();
        }
    }

    private static void ask(RunningHtbin htbin, Kind kind) {
        try {
            exchange(htbin, kind);
        } catch (IOException e) {
            throw new AssertionError(kind.line() + ": " + e, e);
        }
    }

    private static void exchange(RunningHtbin htbin, Kind kind) throws IOException {
        try (Socket socket = htbin.connect()) {
            socket.getOutputStream().write(kind.request().getBytes(StandardCharsets.US_ASCII));
            if (kind.status() == LEAVES) {
                socket.setSoLinger(true, 0);
            } else if (kind.status() == BREAKS) {
                assertThrows(
                        SocketException.class, () -> socket.getInputStream().readAllBytes(), kind.line());
            } else {
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                assertTrue(answer.startsWith("HTTP/1.1 " + kind.status() + " "), () -> kind.line() + ": " + answer);
            }
        }
    }

    private static long threads(RunningHtbin htbin) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(htbin.pid()), "task"))) {
            return tasks.count();
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.map(Path::toString).sorted().toList();
        }
    }
}
