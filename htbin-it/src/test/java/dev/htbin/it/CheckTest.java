package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: {@code htbin check}, what it finds without running anything, and what it refuses. */
@Timeout(120)
class CheckTest {
    @TempDir
    Path folder;

    @Test
    void namesEachFindingOfATreeAndRunsNothing() throws Exception {
        Site site = Site.in(folder);
        Path trace = site.folder("traces").resolve("ran");
        site.script("traces", "#!/bin/sh\ntouch '%s'\nprintf 'Content-Type: text/plain\\n\\n'\n".formatted(trace));
        site.script("crlf.py", "#!/usr/bin/python3\r\nprint()\r\n");
        site.script("absent", "#!/usr/bin/no-such-interpreter\n");
        Path plain = site.script("plain.sh", "#!/bin/sh\n");
        Files.setPosixFilePermissions(plain, PosixFilePermissions.fromString("rw-r--r--"));
        site.file("backup.sql", "insert into users");
        site.file("tool.py", "#!/usr/bin/python3\n");
        Files.createSymbolicLink(site.root().resolve("nowhere.html"), Path.of("nowhere"));
        var ended = Product.htbin("check", site.root().toString());
        assertEquals(1, ended.code(), ended.err());
        assertTrue(ended.out().contains("ok       /cgi-bin/hello\n"), ended.out());
        for (String line : List.of(
                "HTB-022  cgi-bin/crlf.py: ",
                "HTB-026  cgi-bin/absent: ",
                "HTB-010  cgi-bin/plain.sh: ",
                "HTB-104  backup.sql: ",
                "HTB-101  tool.py: ")) {
            assertTrue(ended.out().contains(line), ended.out());
        }
        assertTrue(ended.out().contains("5 scripts, 3 files served, 1 not; findings: 5\n"), ended.out());
        assertFalse(Files.exists(trace), "a script was run");
    }

    @Test
    void runsScriptsWhenToldTo() throws Exception {
        Site site = Site.in(folder);
        site.script("silent", "#!/bin/sh\n");
        var unasked = Product.htbin("check", site.root().toString());
        assertEquals(0, unasked.code(), unasked.out());
        var asked = Product.htbin("check", "--run", "--json", site.root().toString());
        assertEquals(1, asked.code(), asked.out());
        assertTrue(asked.out().contains("\"id\": \"HTB-040\""), asked.out());
    }

    @Test
    void refusesWhatCantBeChecked() throws Exception {
        refused("does not exist", folder.resolve("absent").toString());
        refused("neither a file nor a directory", "/dev/null");
        refused("neither a file nor a directory", Site.in(folder).fifo("pipe").toString());
        refused("arguments", "one", "two");
    }

    @Test
    void refusesWhatItMayNotRead() throws Exception {
        Programs.requireRoot("what another user may not read");
        Site site = Site.in(folder);
        Path secret = site.script("secret", "#!/bin/sh\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rwx------"));
        Path product = Files.createDirectory(folder.resolve("product"));
        ProcessBuilder command = Installation.in(product)
                .command(
                        List.of("setpriv", "--reuid=daemon", "--regid=daemon", "--clear-groups"),
                        "check",
                        secret.toString());
        var ended = Product.run(command);
        assertEquals(2, ended.code(), ended.err());
        assertTrue(ended.err().contains("may not be read by this user"), ended.err());
    }

    @Test
    void looksAtTheBeginningOfALargeFileOnly() throws Exception {
        Site site = Site.in(folder);
        Path large = site.script("large", "no script at all\n".repeat(1000));
        try (var file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(4L << 30);
        }
        var ended = Product.htbin("check", large.toString());
        assertEquals(1, ended.code(), ended.err());
        assertTrue(ended.out().startsWith("HTB-023  cgi-bin/large: "), ended.out());
    }

    /** Each directory is two of the next by links, so that there are more paths than anyone can look at. */
    @Test
    void showsHowFarItIsOnATerminalAndEndsOnCtrlC() throws Exception {
        Programs.require("a terminal", "script");
        Site site = Site.in(folder);
        for (int i = 0; i < 30; i++) {
            Path directory = Files.createDirectory(site.root().resolve("d" + i));
            site.file("d" + i + "/page.txt", "");
            for (String name : List.of("a", "b")) {
                Files.createSymbolicLink(directory.resolve(name), site.root().resolve("d" + (i + 1)));
            }
        }
        var htbin = Product.home().resolve("htbin");
        String command = "env --default-signal=INT '%s' check '%s'".formatted(htbin, site.root());
        Process process = Product.command(List.of("script", "-qec", command, "/dev/null"))
                .redirectErrorStream(true)
                .start();
        try (InputStream out = process.getInputStream();
                OutputStream keyboard = process.getOutputStream()) {
            String seen = until(out, "checked ");
            assertFalse(seen.contains("ok  "), seen);
            keyboard.write(3);
            keyboard.flush();
            String rest = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), rest);
            assertEquals(130, process.exitValue(), rest);
            assertTrue(rest.contains("htbin: interrupted after "), rest);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String until(InputStream in, String word) throws Exception {
        var seen = new StringBuilder();
        while (seen.indexOf(word) < 0) {
            int octet = in.read();
            assertTrue(octet >= 0, () -> "ended without '" + word + "': " + seen);
            seen.append((char) octet);
        }
        return seen.toString();
    }

    private static void refused(String expected, String... arguments) throws Exception {
        var words = new java.util.ArrayList<>(List.of("check"));
        words.addAll(List.of(arguments));
        var ended = Product.htbin(words.toArray(String[]::new));
        assertEquals(2, ended.code(), ended.err());
        assertEquals(1, ended.err().lines().count(), ended.err());
        assertTrue(ended.err().startsWith("htbin: check: ") && ended.err().contains("(expected: "), ended.err());
        assertTrue(ended.err().contains(expected) || expected.equals("arguments"), ended.err());
    }
}
