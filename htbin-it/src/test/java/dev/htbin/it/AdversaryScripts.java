package dev.htbin.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * End to end: CGI programs that try to kill the server, to read or change it, to gain privileges, to write outside, and to live on. The server lives,
 * serves, and holds nothing of them; they reached nothing.
 */
@Timeout(180)
@TestInstance(Lifecycle.PER_CLASS)
abstract class AdversaryScripts {
    static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private static final Pattern TOTAL = Pattern.compile("threads (\\d+) attempts (\\d+) holes (\\d+)\n");
    private static final String HEAD = "printf 'Content-Type: text/plain\\n\\n'\n";

    private Site site;
    private Path temporary;
    private RunningHtbin htbin;
    private long descriptors;
    private List<String> files = List.of();

    /** Starts the server under attack. */
    abstract RunningHtbin start(Site site, Map<String, String> environment, List<String> options) throws Exception;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Programs.require("scripts that attack the server", "/usr/bin/python3", "/usr/bin/cc", "setsid");
        site = Site.in(folder);
        var explained = Product.htbin("explain", "--cgi", "-d", site.root().toString(), "GET", "/cgi-bin/hello");
        assertEquals(0, explained.code(), explained.err());
        if (explained.out().contains("Missing: ")) {
            Programs.leaveOut(
                    "scripts that attack the server", "this kernel lacks what holds them: " + explained.out());
        }
        try (InputStream in = Objects.requireNonNull(AdversaryScripts.class.getResourceAsStream("adversary.py"))) {
            String adversary = new String(in.readAllBytes(), ISO_8859_1);
            for (String profile : List.of("standard", "no-network", "readonly", "strict")) {
                Files.createDirectory(site.scripts().resolve(profile));
                Files.setPosixFilePermissions(
                        site.scripts().resolve(profile), PosixFilePermissions.fromString("rwxr-xr-x"));
                site.script(profile + "/adversary.py", adversary);
            }
        }
        temporary = Files.createDirectory(folder.resolve("tmp"));
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        var options = new ArrayList<>(List.of(
                "--script-timeout=20",
                "--grace=1",
                "--profile=/cgi-bin/no-network=no-network",
                "--profile=/cgi-bin/readonly=readonly",
                "--profile=/cgi-bin/strict=strict",
                "--limit=/cgi-bin/strict=file-size=1M",
                "--limit=/cgi-bin/strict=cpu=1"));
        if (ROOT) {
            options.add("--env=CLOSED=" + site.scripts());
            options.add("--env=SETUID=" + rootShell(folder));
        }
        htbin = start(site, Map.of("HTBIN_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary), options);
        htbin.get("/cgi-bin/hello");
        RunningHtbin.eventually("idle", () -> htbin.children() == 0);
        descriptors = htbin.descriptors();
        files = names(temporary);
    }

    /** A shell that is root's, whoever starts it; and a program that becomes root by itself. */
    private static String rootShell(Path folder) throws Exception {
        Path shell = Files.copy(Path.of("/bin/sh").toRealPath(), folder.resolve("rootsh"));
        Path source = Files.writeString(folder.resolve("rootme.c"), """
                #include <stdio.h>
                #include <unistd.h>
                int main(void)
                {
                    int failed = setresgid(0, 0, 0) | setresuid(0, 0, 0);
                    printf("%d\\n", geteuid());
                    return failed != 0;
                }
                """);
        Path program = folder.resolve("rootme");
        Run.of(folder, Map.of(), new byte[0], "/usr/bin/cc", "-o", program.toString(), source.toString())
                .good();
        Run.of(folder, Map.of(), new byte[0], "chmod", "4755", shell.toString(), program.toString())
                .good();
        return shell + " " + program;
    }

    @AfterAll
    void stop() throws Exception {
        htbin.close();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
        assertEquals(200, htbin.get("/hello.txt").statusCode());
        RunningHtbin.eventually("no child, alive or dead, is left", () -> htbin.children() == 0);
        RunningHtbin.eventually("no descriptor is left", () -> htbin.descriptors() <= descriptors);
        assertEquals(files, names(temporary));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.map(Path::toString).sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "standard, signals, 300",
        "standard, memory, 60",
        "standard, files, 800",
        "standard, outside, 60",
        "standard, privileges, 8",
        "no-network, signals+memory, 300",
        "readonly, signals+files, 800",
        "strict, signals+memory+privileges, 300",
        "strict, outside, 60"
    })
    void reachesNothing(String profile, String what, int least) throws Exception {
        String text = attack(profile, what);
        assertEquals(List.of(), text.lines().filter(l -> l.startsWith("DONE")).toList());
        Matcher total = TOTAL.matcher(text);
        assertTrue(total.find(), text + htbin.log());
        assertTrue(Integer.parseInt(total.group(2)) >= least, text);
        assertEquals("0", total.group(3), text);
    }

    @ParameterizedTest
    @CsvSource({"standard, DONE", "readonly, DONE", "no-network, REFUSED", "strict, REFUSED"})
    void connectsOutAsItsProfileSays(String profile, String outcome) throws Exception {
        String text = attack(profile, "network");
        for (String what : List.of("tcp", "udp", "tcp-bind")) {
            assertTrue(text.contains(outcome + " " + what + " "), text);
        }
    }

    private String attack(String profile, String what) throws Exception {
        String path = "/cgi-bin/%s/adversary.py".formatted(profile);
        var response = htbin.send("GET", path + "?" + what, BodyPublishers.noBody(), "X-Port", "" + htbin.port());
        assertEquals(200, response.statusCode(), htbin::log);
        return new String(response.body(), ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "while :; do :; done",
                "yes > \"$TMPDIR/file\"",
                "yes > \"$TMPDIR/file\" & wait $!; rm \"$TMPDIR/file\"; yes > \"$TMPDIR/file\"",
                "exec python3 -c 'bytes(3 << 30)'",
                "exec python3 -c 'import os\nwhile True: os.dup(1)'"
            })
    void endsABombOfTheStrictProfile(String bomb) throws Exception {
        site.script("strict/bomb", "#!/bin/sh\nuntil [ \"$(ulimit -f)\" = 2048 ]; do :; done\n" + bomb + "\n");
        assertEquals(502, htbin.get("/cgi-bin/strict/bomb").statusCode(), htbin::log);
    }

    /** Without a control group, processes of the server's own user are not limited. */
    @Test
    void endsAForkBombOfTheStrictProfile() throws Exception {
        if (!limitsProcesses()) {
            Programs.leaveOut("a fork bomb of the server's own user", "no writable control group");
        }
        site.script("strict/forks", """
                #!/bin/sh
                until [ "$(ulimit -f)" = 2048 ]; do :; done
                bomb() { bomb | bomb & }
                bomb 2> /dev/null
                """);
        assertEquals(502, htbin.get("/cgi-bin/strict/forks").statusCode());
    }

    /** Tells whether the server's scripts are another user's. */
    boolean limitsProcesses() {
        return ROOT;
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill -9 0", "kill -15 0; sleep 60", "kill -9 $$", "kill -11 $$", "kill -9 -$$"})
    void killsItselfAlone(String deed) throws Exception {
        site.script("suicide", "#!/bin/sh\n" + deed + "\n");
        assertEquals(502, htbin.get("/cgi-bin/suicide").statusCode());
    }

    /** A child of a child, whose parent has ended, is in the script's group still. */
    @Test
    void leavesNoOrphanInItsGroup() throws Exception {
        Path pid = site.fifo("orphan");
        Path finish = site.fifo("finish");
        site.script("orphan", """
                #!/bin/sh
                (sh -c 'echo $$ > "%s"; exec sleep 300' &)
                read line < '%s'
                %sprintf whole
                """.formatted(pid, finish, HEAD));
        // Whichever of its threads has started the script.
        for (int i = 0; i < 6; i++) {
            var response = answer("orphan");
            ProcessHandle orphan = process(pid);
            Files.writeString(finish, "now\n");
            assertEquals("whole", response.get(60, TimeUnit.SECONDS).body());
            RunningHtbin.eventually("the orphan is killed", () -> !orphan.isAlive());
        }
    }

    /** What leaves the group lives on under the standard profile, as it is documented, but as confined as the script was. */
    @Test
    void staysConfinedAsADaemon() throws Exception {
        Path pid = site.fifo("daemon");
        Path ended = site.fifo("ended");
        Path go = site.fifo("go");
        Path seen = site.datum("seen", "");
        site.script("daemon", """
                #!/bin/sh
                setsid sh -c 'echo $$ > "%s"; read line < "%s"; kill -9 '$PPID' 2> "%s"; echo tried >> "%s"; exec sleep 300' < /dev/null > /dev/null 2>&1 &
                read line < '%s'
                %sprintf whole
                """.formatted(pid, go, seen, seen, ended, HEAD));
        var response = answer("daemon");
        ProcessHandle daemon = process(pid);
        try {
            Files.writeString(ended, "now\n");
            assertEquals("whole", response.get(60, TimeUnit.SECONDS).body());
            if (daemon.isAlive()) {
                Files.writeString(go, "go\n");
                RunningHtbin.eventually("the daemon has tried", () -> text(seen).contains("tried"));
                assertTrue(text(seen).contains("not permitted"), text(seen));
            }
        } finally {
            daemon.destroyForcibly();
        }
        daemon.onExit().get(30, TimeUnit.SECONDS);
    }

    private CompletableFuture<HttpResponse<String>> answer(String script) {
        var request = htbin.request("GET", "/cgi-bin/" + script, BodyPublishers.noBody());
        return htbin.client().sendAsync(request, BodyHandlers.ofString());
    }

    private static ProcessHandle process(Path pid) throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void isNotToldOfTheServersEnvironment() throws Exception {
        site.script("parent", "#!/bin/sh\n" + HEAD + "cat /proc/$PPID/environ; tr '\\0' ' ' < /proc/$PPID/cmdline\n");
        String text = new String(htbin.get("/cgi-bin/parent").body(), ISO_8859_1);
        assertFalse(text.contains("HTBIN_"), text);
    }
}
