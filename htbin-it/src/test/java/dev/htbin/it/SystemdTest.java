package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: the units of {@code deploy/systemd}, as far as that can be had without systemd as the first process. */
@Timeout(120)
class SystemdTest {
    private static final Path UNITS = Product.home().resolve("deploy/systemd");

    /** Tenths: more would need a reason. */
    private static final int MOST_EXPOSURE = 30;

    @TempDir
    Path folder;

    private Path service;
    private Path socket;

    @BeforeEach
    void units() throws IOException {
        Programs.require("systemd", "systemd-analyze");
        String text = Files.readString(UNITS.resolve("htbin.service"));
        assertTrue(text.contains("ExecStart=/opt/htbin/htbin "), text);
        service = Files.writeString(
                folder.resolve("htbin.service"),
                text.replace("/opt/htbin/htbin ", Product.home().resolve("htbin") + " "));
        socket = Files.copy(UNITS.resolve("htbin.socket"), folder.resolve("htbin.socket"));
    }

    @Test
    void systemdFindsNothingWrongWithTheUnits() throws Exception {
        Run verify = Run.of(
                folder, Map.of(), new byte[0], "systemd-analyze", "verify", service.toString(), socket.toString());
        assertEquals("", verify.good().errors() + verify.text());
    }

    @Test
    void theServiceIsHardlyExposed() throws Exception {
        Run.of(
                        folder,
                        Map.of(),
                        new byte[0],
                        "systemd-analyze",
                        "security",
                        "--offline=true",
                        "--no-pager",
                        "--threshold=" + MOST_EXPOSURE,
                        service.toString())
                .good();
    }

    @Test
    void everyLineIsExplained() throws IOException {
        String explained = Files.readString(Product.home().resolve("docs/operations.md"));
        var missing = new ArrayList<String>();
        for (String line : Files.readAllLines(service)) {
            String name = line.replaceFirst("=.*", "");
            if (!line.isEmpty() && line.matches("[A-Z].*=.*") && !explained.contains("`" + name + "=")) {
                missing.add(name);
            }
        }
        missing.removeAll(List.of("Description", "After", "Wants", "WantedBy"));
        assertEquals(List.of(), missing);
    }

    /** What the kernel is told to keep from the service must not be what it needs: to become other users, and to make directories for scripts. */
    @Test
    void rootWithNoMoreThanTheServiceMayStartsAndConfinesScripts() throws Exception {
        Programs.requireRoot("the service's capabilities");
        Programs.require("systemd", "setpriv");
        Site site = Site.in(folder);
        site.script("self", """
                #!/bin/sh
                printf 'Content-Type: text/plain\\n\\n'
                grep -E '^(Uid|CapBnd|NoNewPrivs):' /proc/self/status | tr -s '[:space:]' ' '
                echo here > "$TMPDIR/file" && cat "$TMPDIR/file"
                """);
        List<String> before =
                List.of("setpriv", "--no-new-privs", "--bounding-set", capabilities(), "--inh-caps", "-all");
        String log = folder.resolve("access.log").toString();
        String[] options = {"--profile", "strict", "--access-log-file", log};
        RunningHtbin.started(RunningHtbin.command(site, before, options)).close();
        // The log is another user's now.
        try (var htbin = RunningHtbin.started(RunningHtbin.command(site, before, options))) {
            String self = new String(htbin.get("/cgi-bin/self").body(), java.nio.charset.StandardCharsets.UTF_8);
            assertTrue(self.contains("Uid: 65534 65534 65534 65534"), self + htbin.log());
            assertTrue(self.contains("CapBnd: 0000000000000000 NoNewPrivs: 1"), self);
            assertTrue(self.endsWith("here\n"), self + htbin.log());
            String server = Files.readString(Path.of("/proc/" + htbin.pid() + "/status"));
            assertTrue(server.matches("(?s).*\nCapPrm:\\s+0+\n.*"), server);
        }
    }

    /** Returns the bounding set as setpriv wants it. */
    private String capabilities() throws IOException {
        for (String line : Files.readAllLines(service)) {
            if (line.startsWith("CapabilityBoundingSet=")) {
                String names = line.substring(line.indexOf('=') + 1).toLowerCase(Locale.ROOT);
                return "-all,+" + names.replace("cap_", "").replace(" ", ",+");
            }
        }
        throw new AssertionError("no CapabilityBoundingSet= in " + service);
    }
}
