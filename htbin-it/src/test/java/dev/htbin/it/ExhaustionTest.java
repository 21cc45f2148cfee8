package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: descriptors or disk space run out. The server says so with the right status, lives on, and recovers by itself. */
@Timeout(180)
class ExhaustionTest {
    private static final int DESCRIPTORS = 160;
    private static final String POST = "POST /cgi-bin/hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n";
    private static final Pattern WARNING = Pattern.compile("connections can't be accepted");

    @TempDir
    Path folder;

    private static RunningHtbin withFewDescriptors(Site site) throws Exception {
        var limit = List.of("sh", "-c", "ulimit -n " + DESCRIPTORS + "; exec \"$@\"", "sh");
        return RunningHtbin.started(RunningHtbin.command(site, limit));
    }

    @Test
    void servesOthersWhenIdleConnectionsTookAllDescriptors() throws Exception {
        Site site = Site.in(folder);
        try (var htbin = withFewDescriptors(site)) {
            htbin.get("/cgi-bin/hello");
            List<Socket> idle = new ArrayList<>();
            try {
                for (int i = 0; i < 2 * DESCRIPTORS; i++) {
                    idle.add(htbin.connect());
                }
                for (int i = 0; i < 5; i++) {
                    assertEquals(200, htbin.get("/hello.txt").statusCode());
                    assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
                }
            } finally {
                close(idle);
            }
            assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
        }
    }

    /** The limit is lowered to what is open while two requests are unfinished. */
    @Test
    void answers503WithoutDescriptorsAndRecovers() throws Exception {
        Programs.require("a full descriptor table", "prlimit", "setpriv");
        Site site = Site.in(folder);
        byte[] content = new byte[8 << 20];
        Files.write(site.root().resolve("large"), content);
        try (var htbin = RunningHtbin.on(site)) {
            long sockets = htbin.descriptors("socket:");
            assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
            htbin.client().close();
            // Else a descriptor becomes free after they were counted.
            RunningHtbin.eventually(
                    "nothing is left of the request",
                    () -> htbin.children() == 0
                            && htbin.descriptors("[pidfd]") == 0
                            && htbin.descriptors("socket:") == sockets);
            try (Socket script = begun(htbin, POST + "\r\n");
                    Socket file = begun(htbin, "GET /large HTTP/1.1\r\nHost: localhost\r\n");
                    Socket accepted = begun(htbin, "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
                // All were accepted, since the last one was.
                assertEquals("HTTP/1.1 200", answer(accepted, ""));
                limit(htbin, htbin.descriptors() - 1);
                try (Socket late = begun(htbin, "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
                    RunningHtbin.eventually(
                            "accepting fails",
                            () -> WARNING.matcher(htbin.log()).find());
                    assertEquals("HTTP/1.1 503", answer(file, "\r\n"));
                    assertEquals("HTTP/1.1 503", answer(script, "x"));
                    String head = new String(script.getInputStream().readNBytes(200), StandardCharsets.US_ASCII);
                    assertTrue(head.contains("\r\nRetry-After: 5\r\n"), head);
                    limit(htbin, 4096);
                    assertEquals("HTTP/1.1 200", answer(late, ""));
                }
                for (String rest : List.of("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n", POST + "\r\nx")) {
                    try (Socket again = begun(htbin, rest)) {
                        assertEquals("HTTP/1.1 200", answer(again, ""));
                    }
                }
            }
            RunningHtbin.eventually("no child is left", () -> htbin.children() == 0);
        }
    }

    /** However many descriptors are left for a warm request: it is served or refused, nothing is kept, and the interpreter serves on. */
    @Test
    void warmRequestsAreServedOrRefusedWithFewDescriptors() throws Exception {
        Programs.require("a full descriptor table", "prlimit", "setpriv", "/usr/bin/python3");
        Site site = Site.in(folder);
        site.script("warm", "#!/usr/bin/python3\nprint('Content-Type: text/plain\\n\\nwarm')\n");
        try (var htbin = RunningHtbin.on(site, "--warm")) {
            WarmServer.warmUp(htbin, site, "warm");
            htbin.client().close();
            String head = "HEAD /cgi-bin/warm HTTP/1.1\r\nHost: localhost\r\n\r\n";
            try (Socket client = begun(htbin, head)) {
                assertEquals("HTTP/1.1 200", status(client));
                long open = htbin.descriptors();
                var statuses = new TreeSet<String>();
                for (int more = -40; more <= 16; more++) {
                    limit(htbin, open + more);
                    send(client, head);
                    statuses.add(status(client));
                }
                assertEquals(Set.of("HTTP/1.1 200", "HTTP/1.1 503"), statuses);
                limit(htbin, 4096);
                send(client, head);
                assertEquals("HTTP/1.1 200", status(client));
                RunningHtbin.eventually("nothing is kept", () -> htbin.descriptors() <= open);
            }
            RunningHtbin.eventually("one interpreter is left, and no other child", () -> htbin.children() == 1);
        }
    }

    private static void send(Socket client, String octets) throws IOException {
        client.getOutputStream().write(octets.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads the head of a response and returns how its first line begins. */
    private static String status(Socket client) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = client.getInputStream().read();
            assertTrue(octet >= 0, head::toString);
            head.append((char) octet);
        }
        return head.substring(0, "HTTP/1.1 200".length());
    }

    private static void limit(RunningHtbin htbin, long descriptors) throws Exception {
        // As the server's own user: root without CAP_SYS_RESOURCE may not limit another user's process.
        Path process = Path.of("/proc", "" + htbin.pid(), "task", "" + htbin.pid(), "status");
        List<String> ids = Files.readAllLines(process).stream()
                .filter(line -> line.matches("[UG]id:.*"))
                .map(line -> line.split("\\s+", -1)[1])
                .toList();
        String[] limit = {"prlimit", "--pid", "" + htbin.pid(), "--nofile=" + descriptors + ":"};
        List<String> command = new ArrayList<>();
        if (!ids.getFirst().equals("0") && "root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("setpriv", "--reuid", ids.getFirst(), "--regid", ids.getLast(), "--clear-groups"));
        }
        command.addAll(List.of(limit));
        Run.of(Path.of("/"), Map.of(), new byte[0], command.toArray(String[]::new))
                .good();
    }

    @Test
    void answers507WhenTheDiskIsFullAndRecovers() throws Exception {
        String group = "a full disk for request bodies";
        Programs.require(group, "mount", "umount");
        if (!"root".equals(System.getProperty("user.name"))) {
            Programs.leaveOut(group, "only root can mount a small file system");
        }
        Path disk = Files.createDirectory(folder.resolve("disk"));
        String[] mount = {"mount", "-t", "tmpfs", "-o", "size=2m,mode=1777", "none", disk.toString()};
        Run mounted = Run.of(folder, Map.of(), new byte[0], mount);
        if (mounted.status() != 0) {
            Programs.leaveOut(
                    group, "nothing can be mounted here: " + mounted.errors().strip());
        }
        try {
            Site site = Site.in(folder);
            site.script("count", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nwc -c\n");
            ProcessBuilder command = RunningHtbin.command(site, List.of());
            command.environment().put("HTBIN_JAVA_OPTS", "-Djava.io.tmpdir=" + disk);
            try (var htbin = RunningHtbin.started(command)) {
                for (int i = 0; i < 3; i++) {
                    assertEquals(
                            507, htbin.post("/cgi-bin/count", new byte[4 << 20]).statusCode());
                    var smaller = htbin.post("/cgi-bin/count", new byte[1 << 20]);
                    assertEquals("1048576", new String(smaller.body(), StandardCharsets.US_ASCII).strip());
                }
                RunningHtbin.eventually("all space is free again", () -> free(disk) == 2 << 20);
            }
        } finally {
            Run.of(folder, Map.of(), new byte[0], "umount", "-l", disk.toString())
                    .good();
        }
    }

    private static long free(Path disk) {
        try {
            return Files.getFileStore(disk).getUnallocatedSpace();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Socket begun(RunningHtbin htbin, String beginning) throws IOException {
        Socket socket = htbin.connect();
        socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String answer(Socket socket, String rest) throws IOException {
        socket.getOutputStream().write(rest.getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
