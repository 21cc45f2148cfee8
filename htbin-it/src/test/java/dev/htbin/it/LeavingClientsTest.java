package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: clients that go away in each phase of a request. The script ends, and the server holds nothing of it. */
@Timeout(120)
class LeavingClientsTest {
    @TempDir
    static Path folder;

    private static Site site;
    private static RunningHtbin htbin;
    private static long descriptors;

    @BeforeAll
    static void start() throws Exception {
        site = Site.in(folder);
        htbin = RunningHtbin.on(site);
        htbin.get("/cgi-bin/hello");
        RunningHtbin.eventually("idle", () -> htbin.children() == 0);
        descriptors = htbin.descriptors();
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

    @Test
    void inTheHead() throws Exception {
        try (Socket socket = htbin.connect()) {
            send(socket, "GET /cgi-bin/hello HTTP/1.1\r\nHost: 127");
            reset(socket);
        }
    }

    @Test
    void inTheBody() throws Exception {
        Path started = site.data().resolve("started");
        site.script("starts", "#!/bin/sh\ntouch '%s'\n".formatted(started));
        try (Socket socket = htbin.connect()) {
            send(socket, """
                    POST /cgi-bin/starts HTTP/1.1\r
                    Host: 127.0.0.1\r
                    Expect: 100-continue\r
                    Content-Length: 1000000\r
                    \r
                    """);
            await(socket.getInputStream(), "100 Continue\r\n\r\n");
            send(socket, "the first octets");
            reset(socket);
        }
        nothingIsLeft();
        assertTrue(Files.notExists(started), "the script ran without its body");
    }

    @Test
    void whileTheScriptIsSilentBeforeItsHead() throws Exception {
        endsWhenTheClientResets("silent", "");
    }

    @Test
    void whileTheScriptIsSilentInItsBody() throws Exception {
        endsWhenTheClientResets("pauses", "printf 'Content-Type: text/plain\\n\\nhalf'\n");
    }

    /** Its child has ignored SIGTERM since before the client left. */
    @Test
    void whileTheScriptAndItsStubbornChildAreSilent() throws Exception {
        Path pid = site.fifo("child.pid");
        site.script(
                "parent",
                "#!/bin/sh\nsh -c 'trap \"\" TERM; echo $$ > \"%s\"; while :; do sleep 1; done' &\nwait\n"
                        .formatted(pid));
        try (Socket socket = htbin.connect()) {
            get(socket, "parent");
            ProcessHandle child = script(pid);
            reset(socket);
            child.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void byAFinThatNothingFollows() throws Exception {
        Path pid = site.fifo("finished.pid");
        site.script("finished", "#!/bin/sh\necho $$ > '%s'\nexec sleep 300\n".formatted(pid));
        Socket socket = htbin.connect();
        get(socket, "finished");
        ProcessHandle script = script(pid);
        socket.close();
        script.onExit().get(60, TimeUnit.SECONDS);
    }

    @Test
    void inTheMiddleOfMuchOutput() throws Exception {
        Path pid = site.fifo("endless.pid");
        site.script(
                "endless",
                "#!/bin/sh\necho $$ > '%s'\nprintf 'Content-Type: text/plain\\n\\n'\nexec cat /dev/zero\n"
                        .formatted(pid));
        try (Socket socket = htbin.connect()) {
            get(socket, "endless");
            ProcessHandle script = script(pid);
            await(socket.getInputStream(), "\0\0\0\0");
            reset(socket);
            script.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void letsAClientThatOnlyFinishedSendingHaveItsResponse() throws Exception {
        Path go = site.fifo("go");
        site.script(
                "patient",
                "#!/bin/sh\ncat '%s' > /dev/null\nprintf 'Content-Type: text/plain\\n\\nlate'\n".formatted(go));
        try (Socket socket = htbin.connect()) {
            get(socket, "patient");
            socket.shutdownOutput();
            Files.writeString(go, "go\n");
            await(socket.getInputStream(), "late");
        }
    }

    /** On a server with one place: who waits for it and goes away neither gets nor keeps it. */
    @Test
    void whileWaitingForAPlace() throws Exception {
        Path ready = site.fifo("ready");
        Path go = site.fifo("free");
        site.script("holds", "#!/bin/sh\necho > '%s'\ncat '%s'\necho\n".formatted(ready, go));
        site.script("waits", "#!/bin/sh\nexec sleep 300\n");
        try (RunningHtbin narrow = RunningHtbin.on(site, "--max-scripts", "1", "--max-queue", "2");
                Socket first = narrow.connect()) {
            get(first, "holds");
            Files.readString(ready);
            for (int i = 0; i < 2; i++) {
                try (Socket waiting = narrow.connect();
                        Socket half = narrow.connect()) {
                    get(waiting, "waits");
                    send(half, "GET /cgi-bin/waits HTTP/1.1\r\n");
                    reset(waiting);
                }
            }
            Files.writeString(go, "Content-Type: text/plain\n\ndone");
            await(first.getInputStream(), "done");
            assertEquals(200, narrow.get("/cgi-bin/hello").statusCode());
            RunningHtbin.eventually("no child is left", () -> narrow.children() == 0);
        }
    }

    private static void endsWhenTheClientResets(String name, String output) throws Exception {
        Path pid = site.fifo(name + ".pid");
        site.script(name, "#!/bin/sh\n%secho $$ > '%s'\nexec sleep 300\n".formatted(output, pid));
        try (Socket socket = htbin.connect()) {
            get(socket, name);
            ProcessHandle script = script(pid);
            if (!output.isEmpty()) {
                await(socket.getInputStream(), "half");
            }
            reset(socket);
            script.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    private static void get(Socket socket, String name) throws Exception {
        send(socket, "GET /cgi-bin/" + name + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    }

    private static void send(Socket socket, String text) throws Exception {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Waits for the script to say its process id. */
    private static ProcessHandle script(Path pid) throws Exception {
        return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
    }

    private static void await(InputStream in, String wanted) throws Exception {
        var seen = new StringBuilder();
        while (seen.indexOf(wanted) < 0) {
            int octet = in.read();
            assertTrue(octet >= 0, () -> "ended after: " + seen);
            seen.append((char) octet);
        }
    }

    private static void reset(Socket socket) throws Exception {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
