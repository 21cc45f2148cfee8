package dev.htbin.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: the server is asked to stop, or killed, while requests run and wait. */
@Timeout(120)
class StopTest {
    private static final String GRACE = "60";

    @TempDir
    Path folder;

    /** One script runs, three requests wait for it: all are answered, and nobody else is let in. */
    @Test
    void answersWhatRunsAndWhatWaitsAndLetsNobodyElseIn() throws Exception {
        Site site = Site.in(folder);
        Path ready = site.fifo("ready");
        Path go = site.fifo("go");
        site.script(
                "held",
                "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\necho first\necho > '%s'\ncat '%s'\necho last\n"
                        .formatted(ready, go));
        RunningHtbin htbin = RunningHtbin.on(site, "--max-scripts", "1", "--grace", GRACE);
        ProcessHandle process = ProcessHandle.of(htbin.pid()).orElseThrow();
        try (htbin;
                Socket running = asked(htbin, "/cgi-bin/held")) {
            Files.readString(ready);
            List<Socket> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiting.add(asked(htbin, "/cgi-bin/hello"));
            }
            try (Socket idle = htbin.connect()) {
                // What came before it is read before it is closed.
                process.destroy();
                assertEquals(-1, idle.getInputStream().read());
            }
            assertThrows(ConnectException.class, htbin::connect);
            Files.writeString(go, "between\n");
            assertTrue(all(running).endsWith("0\r\n\r\n"), "with its last chunk");
            for (Socket socket : waiting) {
                assertTrue(all(socket).contains("hello from a script\n"));
                socket.close();
            }
            process.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void servesOnForTheDrainAndEndsThen() throws Exception {
        Site site = Site.in(folder);
        Path ready = site.fifo("ready");
        Path go = site.fifo("go");
        site.script(
                "held",
                "#!/bin/sh\necho > '%s'\nprintf 'Content-Type: text/plain\\n\\n'\ncat '%s'\n".formatted(ready, go));
        RunningHtbin htbin = RunningHtbin.on(site, "--drain", "5", "--grace", GRACE);
        ProcessHandle process = ProcessHandle.of(htbin.pid()).orElseThrow();
        try (htbin) {
            process.destroy();
            RunningHtbin.eventually(
                    "the drain is logged", () -> htbin.log().contains("not ready any longer, and ending in 5.0 s"));
            try (Socket late = asked(htbin, "/cgi-bin/hello")) {
                String answer = all(late);
                assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
                assertTrue(answer.contains("hello from a script\n"), answer);
            }
            try (Socket running = asked(htbin, "/cgi-bin/held")) {
                Files.readString(ready);
                RunningHtbin.eventually("it listens no more", () -> refuses(htbin));
                Files.writeString(go, "answered\n");
                assertTrue(all(running).contains("answered\n"));
            }
            process.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void breaksOffWhatOutlivesTheGraceAndEndsItsScript() throws Exception {
        Site site = Site.in(folder);
        Path pid = site.fifo("pid");
        site.script(
                "endless",
                "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nhalf'\necho $$ > '%s'\nexec sleep 300\n"
                        .formatted(pid));
        RunningHtbin htbin = RunningHtbin.on(site, "--grace", "1");
        try (Socket socket = htbin.connect()) {
            // Without chunks, only a reset tells that there is more.
            socket.getOutputStream().write("GET /cgi-bin/endless HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
            ProcessHandle script = ProcessHandle.of(
                            Long.parseLong(Files.readString(pid).strip()))
                    .orElseThrow();
            InputStream in = socket.getInputStream();
            readTo(in, "half");
            htbin.close();
            script.onExit().get(60, TimeUnit.SECONDS);
            assertThrows(IOException.class, in::readAllBytes);
        }
    }

    /** A body beyond what is kept in memory, and a script with a temporary directory of its own: after SIGKILL and the next start, nothing is left of them. */
    @Test
    void leavesNoTemporaryFilesWhenItIsKilled() throws Exception {
        Site site = Site.in(folder);
        Path ready = site.fifo("ready");
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        site.script(
                "held",
                "#!/bin/sh\necho secret > \"$TMPDIR/file\"\nreadlink /proc/$$/fd/0 > '%s'\nexec sleep 300\n"
                        .formatted(ready));
        long script;
        try (RunningHtbin killed = withTemporary(site, temporary);
                Socket socket = killed.connect()) {
            socket.getOutputStream()
                    .write("POST /cgi-bin/held HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
                            .getBytes(US_ASCII));
            socket.getOutputStream().write(new byte[1_000_000]);
            String stdin = Files.readString(ready);
            assertTrue(names(temporary).size() > 1, "the script's own directory is there");
            assertTrue(stdin.startsWith(temporary.toRealPath().toString()), stdin);
            script = ProcessHandle.of(killed.pid())
                    .orElseThrow()
                    .children()
                    .findFirst()
                    .orElseThrow()
                    .pid();
            killed.kill();
        }
        try (RunningHtbin next = withTemporary(site, temporary)) {
            assertEquals(200, next.get("/cgi-bin/hello").statusCode());
        } finally {
            ProcessHandle.of(script).ifPresent(ProcessHandle::destroyForcibly);
        }
        assertEquals(List.of(temporary), names(temporary));
    }

    private static RunningHtbin withTemporary(Site site, Path temporary) throws Exception {
        ProcessBuilder command = RunningHtbin.command(
                site, List.of(), "--profile", "readonly", "--write", site.data().toString());
        command.environment().put("HTBIN_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
        return RunningHtbin.started(command);
    }

    private static List<Path> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.sorted().toList();
        }
    }

    private static boolean refuses(RunningHtbin htbin) {
        try (Socket accepted = htbin.connect()) {
            return !accepted.isConnected();
        } catch (IOException e) {
            return e instanceof ConnectException;
        }
    }

    private static Socket asked(RunningHtbin htbin, String path) throws IOException {
        Socket socket = htbin.connect();
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
        return socket;
    }

    private static String all(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static void readTo(InputStream in, String end) throws IOException {
        var seen = new StringBuilder();
        while (seen.indexOf(end) < 0) {
            int octet = in.read();
            assertTrue(octet >= 0, () -> "ended after: " + seen);
            seen.append((char) octet);
        }
    }
}
