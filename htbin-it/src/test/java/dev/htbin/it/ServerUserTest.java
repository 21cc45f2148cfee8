package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end, as root: the server binds as root and serves as somebody else. */
@Timeout(120)
class ServerUserTest {
    private static final List<String> CAPABILITIES = List.of("CapInh", "CapPrm", "CapEff", "CapAmb");
    private static final String NONE = "0000000000000000";

    @TempDir
    Path folder;

    private Installation installation;
    private Site site;

    @BeforeEach
    void asRoot() throws IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            Programs.leaveOut("leaving root", "only root can");
        }
        installation = Installation.in(folder);
        site = Site.in(folder);
        site.script("who", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nid -un\n");
    }

    @Test
    void noThreadIsRootOrHasACapability() throws Exception {
        try (var htbin = start("0")) {
            assertEquals("nobody\n", text(htbin, "/cgi-bin/who"));
            assertEquals("hello, world\n", text(htbin, "/hello.txt"));
            assertTrue(htbin.log().contains("server     runs as daemon"), htbin::log);
            List<List<String>> threads = threads(htbin.pid());
            assertTrue(threads.size() > 10, () -> "only " + threads.size() + " threads");
            for (List<String> status : threads) {
                for (String ids : List.of("Uid", "Gid")) {
                    assertFalse(field(status, ids).matches("(?s).*\\b0\\b.*"), status::toString);
                }
                for (String capabilities : CAPABILITIES) {
                    assertEquals(NONE, field(status, capabilities), status::toString);
                }
            }
        }
    }

    @Test
    void filesAloneAreServedAsSomebodyElseToo() throws Exception {
        ProcessBuilder command =
                installation.command(List.of(), "--directory", site.root().toString(), "--server-user", "bin", "0");
        try (var htbin = RunningHtbin.started(command)) {
            assertEquals("hello, world\n", text(htbin, "/hello.txt"));
            for (List<String> status : threads(htbin.pid())) {
                assertEquals("2 2 2 2", field(status, "Uid"));
            }
        }
    }

    @Test
    void listensAtAPortOfRootsOwn() throws Exception {
        int port = freePortOfRoot();
        try (var htbin = start(Integer.toString(port))) {
            assertEquals(port, htbin.port());
            assertEquals("nobody\n", text(htbin, "/cgi-bin/who"));
        }
    }

    @Test
    void whatOnlyRootMayReadIsNotServed() throws Exception {
        Path secret = site.file("secret.txt", "root's");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        try (var htbin = start("0")) {
            assertEquals(403, htbin.get("/secret.txt").statusCode());
        }
    }

    @Test
    void saysLoudlyWhenItStaysRootSinceNobodyElseMayEnter() throws Exception {
        Files.setPosixFilePermissions(site.root(), PosixFilePermissions.fromString("rwx------"));
        try (var htbin = start("0")) {
            assertEquals("hello, world\n", text(htbin, "/hello.txt"));
            assertTrue(
                    htbin.log().contains("STAYS ROOT: 'daemon' may not read '" + site.root() + "' (chmod o+rx"),
                    htbin::log);
        }
    }

    /** The server may no more signal scripts itself; which of its threads started one must not matter. */
    @Test
    void endsEveryScriptWhoseClientIsGone() throws Exception {
        site.script("sleeps", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nx'\nexec sleep 300\n");
        try (var htbin = start("0")) {
            for (int i = 0; i < 24; i++) {
                try (Socket socket = htbin.connect()) {
                    socket.getOutputStream()
                            .write("GET /cgi-bin/sleeps HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    assertEquals('H', socket.getInputStream().read());
                    socket.setSoLinger(true, 0);
                }
            }
            RunningHtbin.eventually("no script is left", () -> htbin.children() == 0);
        }
    }

    @Test
    void refusesUsersThatCannotDo() throws Exception {
        refused("'root' is privileged", "--server-user", "root");
        refused("'no-such-user' (expected: a user", "--server-user", "no-such-user");
        Files.setPosixFilePermissions(site.root(), PosixFilePermissions.fromString("rwx------"));
        refused("'bin' may not read '" + site.root() + "'", "--server-user", "bin");
    }

    @Test
    void anotherUserThanRootCannotBecomeOne() throws Exception {
        Programs.require("another user's server", "setpriv");
        var asNobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        var ended = Product.run(
                installation.command(asNobody, "--directory", site.root().toString(), "--server-user", "bin", "0"));
        assertEquals(1, ended.code(), ended.err());
        assertTrue(ended.err().contains("only root can become somebody else"), ended.err());
    }

    private RunningHtbin start(String port) throws Exception {
        return RunningHtbin.started(installation.command(
                List.of(), "--cgi", "--directory", site.root().toString(), port));
    }

    private void refused(String reason, String... options) throws Exception {
        var words = new ArrayList<>(List.of("--directory", site.root().toString()));
        words.addAll(List.of(options));
        words.add("0");
        var ended = Product.run(installation.command(List.of(), words.toArray(String[]::new)));
        assertEquals(1, ended.code(), ended.err());
        assertTrue(ended.err().contains(reason), ended.err());
        assertEquals(1, ended.err().lines().count(), ended.err());
    }

    private static String text(RunningHtbin htbin, String path) throws Exception {
        return new String(htbin.get(path).body(), StandardCharsets.UTF_8);
    }

    private static List<List<String>> threads(long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            var all = new ArrayList<List<String>>();
            for (Path task : (Iterable<Path>) tasks::iterator) {
                all.add(Files.readAllLines(task.resolve("status")));
            }
            return all;
        }
    }

    private static String field(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip().replace('\t', ' '))
                .findFirst()
                .orElse("");
    }

    private static int freePortOfRoot() throws IOException {
        for (int port = 1023; port > 600; port--) {
            try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (IOException e) {
                // Taken: the next one.
            }
        }
        throw new IOException("no port below 1024 is free");
    }
}
