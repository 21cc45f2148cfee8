package dev.htbin.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiLimits;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.file.FileConfig;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import dev.htbin.http.Seed;
import dev.htbin.process.Child;
import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import dev.htbin.process.Stdin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wire, random request targets through the whole of htbin's mapping on a real tree. Everything outside of the root and every script holds {@code #!SECRET}: it
 * is never sent, and what would be executed lies in the root.
 */
class RandomTargetsTest {
    private static final int CASES = 30_000;
    private static final String SECRET = "#!SECRET";
    private static final String[] PARTS = {
        "/",
        "/",
        "/",
        "//",
        "/./",
        "/../",
        "..",
        ".",
        "%2e%2e/",
        "%2E%2e%2f",
        "%252e%252e/",
        "..%5c",
        "%2F",
        "%00",
        "%0a",
        "%",
        "%c0%ae",
        "cgi-bin",
        "/cgi-bin/",
        "/CGI-BIN/",
        "/%63gi-bin/",
        "script",
        "/script",
        "plain",
        "sub/deep",
        "link",
        "out",
        "outside/",
        "outside",
        ".hidden",
        "/files/",
        "files",
        "hello.txt",
        "copy",
        ".git/config",
        "run.cgi",
        "RUN.CGI",
        "/etc/passwd",
        "?",
        "?-s",
        "?a+b",
        "~",
        ";",
        "::$DATA",
        " ",
        "\u00e9",
    };

    @TempDir
    Path temp;

    private Path root = Path.of("/");

    @BeforeEach
    void makeTree() throws IOException {
        root = Files.createDirectory(temp.resolve("root")).toRealPath();
        for (String name : List.of(
                "root/cgi-bin/script",
                "root/cgi-bin/sub/deep",
                "root/cgi-bin/.hidden",
                "root/files/run.cgi",
                "root/files/.git/config",
                "root/.hidden",
                "outside/script")) {
            executable(write(name, SECRET));
        }
        write("root/cgi-bin/plain", SECRET);
        write("outside/hello.txt", SECRET);
        write("root/files/hello.txt", "hello");
        write("root/files/sub/hello.txt", "hello");
        Files.createSymbolicLink(root.resolve("cgi-bin/link"), Path.of("script"));
        Files.createSymbolicLink(root.resolve("cgi-bin/out"), temp.resolve("outside/script"));
        Files.createSymbolicLink(root.resolve("cgi-bin/outside"), temp.resolve("outside"));
        Files.createSymbolicLink(root.resolve("files/out"), temp.resolve("outside/hello.txt"));
        Files.createSymbolicLink(root.resolve("files/outside"), temp.resolve("outside"));
        Files.createSymbolicLink(root.resolve("files/copy"), root.resolve("cgi-bin/script"));
        Files.createSymbolicLink(root.resolve("files/bin"), root.resolve("cgi-bin"));
    }

    private Path write(String name, String content) throws IOException {
        Path path = temp.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, content);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void noneLeavesTheRootOrShowsAScript() throws IOException {
        var launcher = new OnlyNotes();
        var host = new ScriptHost(launcher);
        var config = new CgiConfig(
                List.of("/cgi-bin", "/htbin"), List.of(".cgi"), new LinkedHashMap<>(), CgiLimits.defaults(), host);
        FileConfig files = FileConfig.of(root);
        HttpHandler handler = BaseHttpRequestHandler.perRequest(x -> new QuietHandler(x, files, config));
        Random random = Seed.random(RandomTargetsTest.class, CASES);
        var statuses = new int[600];
        for (int i = 0; i < CASES; i++) {
            String target = target(random);
            String method = random.nextInt(8) == 0 ? "POST" : random.nextInt(8) == 0 ? "HEAD" : "GET";
            String response = MemoryExchange.answer(handler, method + " " + target + " HTTP/1.1\nHost: a\n\n");
            String shown = Seed.shown(i, method + " " + target);
            assertFalse(response.contains(SECRET), shown);
            assertFalse(response.contains("root:x:0"), shown);
            assertFalse(response.matches("(?is).*\nLocation: //.*"), shown);
            int status = Integer.parseInt(response, 9, 12, 10);
            assertNotEquals(500, status, shown);
            assertTrue(status != 502 && status != 503, shown);
            statuses[status]++;
            for (Path started : launcher.taken()) {
                assertTrue(started.toRealPath().startsWith(root), shown);
                assertTrue(
                        Set.of("script", "deep", "link", "run.cgi", "copy").contains("" + started.getFileName()),
                        shown);
                assertTrue(Files.isExecutable(started), shown);
            }
        }
        host.close();
        assertTrue(statuses[200] > 100, "200: " + statuses[200]);
        assertTrue(launcher.count > 100, "launches: " + launcher.count);
        assertTrue(statuses[400] > 100 && statuses[403] > 100 && statuses[404] > 100);
        assertEquals(0, statuses[101]);
    }

    private static String target(Random random) {
        String start = random.nextInt(4) > 0 ? random.nextBoolean() ? "/cgi-bin/" : "/files/" : "/";
        // What no engine lets through.
        return start
                + Seed.join(random, 7, PARTS)
                        .replace(" ", "%20")
                        .replace("\r", "")
                        .replace("\n", "");
    }

    private static final class QuietHandler extends CgiHttpRequestHandler {
        QuietHandler(dev.htbin.http.Exchange exchange, FileConfig files, CgiConfig config) {
            super(exchange, files, config);
        }

        @Override
        public void logMessage(String message) {
            // Thousands of lines that nobody reads.
        }
    }

    /** Starts nothing, but notes what it should start. */
    private static final class OnlyNotes implements Launcher {
        private List<Path> started = new ArrayList<>();
        int count;

        synchronized List<Path> taken() {
            List<Path> taken = started;
            started = new ArrayList<>();
            return taken;
        }

        @Override
        public Stdin newStdin() {
            return new Stdin() {
                @Override
                public void write(byte[] bytes, int offset, int length) {}

                @Override
                public long size() {
                    return 0;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public synchronized Child launch(LaunchSpec spec, Stdin stdin) throws LaunchException {
            started.add(spec.executable());
            count++;
            throw new LaunchException(LaunchException.Reason.OTHER, "nothing is started here");
        }

        @Override
        public RunsAs runsAs(Profile profile) {
            return new RunsAs("nobody", 65534, 65534, List.of());
        }

        @Override
        public String name() {
            return "notes";
        }

        @Override
        public void close() {}
    }
}
