package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.RunsAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real files: each of suexec's conditions, broken once. */
class OwnerCheckTest {
    @TempDir
    Path folder;

    private Path directory;
    private Path script;
    private RunsAs owner;

    @BeforeEach
    void scriptOfItsUser() throws IOException {
        directory = Files.createDirectories(folder.resolve("site/cgi-bin"));
        script = Files.writeString(directory.resolve("x.sh"), "#!/bin/sh\n");
        mode(folder.resolve("site"), 0755);
        mode(directory, 0755);
        mode(script, 0755);
        owner = new RunsAs("alice", id(script, "uid"), id(script, "gid"), List.of());
    }

    @Test
    void acceptsAScriptOfItsUserInADirectoryOfItsUser() {
        assertEquals(Optional.empty(), OwnerCheck.of(script, owner));
    }

    @ParameterizedTest
    @CsvSource({
        "775, may be written by group or others",
        "757, may be written by group or others",
        "655, may not be executed by its owner",
        "4755, set-user-id",
        "2755, set-user-id"
    })
    void refusesModesOfTheScript(String octal, String reason) throws IOException {
        mode(script, Integer.parseInt(octal, 8));
        assertRefused(reason);
    }

    @Test
    void refusesADirectoryThatOthersMayWrite() throws IOException {
        mode(directory, 0777);
        assertRefused("may be written by group or others");
    }

    @Test
    void refusesADirectoryAboveThatOthersMayChange() throws IOException {
        mode(folder.resolve("site"), 0777);
        assertRefused("above the script");
        mode(folder.resolve("site"), 01777);
        assertEquals(Optional.empty(), OwnerCheck.of(script, owner));
    }

    @Test
    void refusesLinks() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link.sh"), script);
        assertTrue(finding(OwnerCheck.of(link, owner)).contains("symbolic link"));
        Path linked = Files.createSymbolicLink(folder.resolve("site/other"), directory);
        assertTrue(finding(OwnerCheck.of(linked.resolve("x.sh"), owner)).contains("symbolic link"));
    }

    @Test
    void refusesScriptsOfSomebodyElse() {
        var other = new RunsAs("bob", owner.uid() + 1, owner.gid(), List.of());
        assertTrue(finding(OwnerCheck.of(script, other)).contains("belongs to"));
        var otherGroup = new RunsAs("alice", owner.uid(), owner.gid() + 1, List.of());
        assertTrue(finding(OwnerCheck.of(script, otherGroup)).contains("belongs to"));
    }

    private Optional<Finding> ofProgram(Path file, RunsAs user) {
        return OwnerCheck.of(new ScriptResolution.Script(file, "/git", "", Optional.empty(), true), user);
    }

    private Optional<Finding> ofInterpreted(Path program, RunsAs user) {
        var interpreter = new ScriptInterpreter(".sh", program, List.of());
        return OwnerCheck.of(
                new ScriptResolution.Script(script, "/cgi-bin/x.sh", "", Optional.of(interpreter), false), user);
    }

    @Test
    void acceptsAProgramOfRootThatTheConfigurationNames() throws IOException {
        var other = new RunsAs("bob", 4711, 4711, List.of());
        assertEquals(Optional.empty(), ofProgram(Path.of("/bin/sh"), other), "also where it is a link");
        assertTrue(finding(OwnerCheck.of(Path.of("/bin/true"), other)).contains("belongs to"));
        Path link = Files.createSymbolicLink(folder.resolve("site/link"), script);
        assertEquals(Optional.empty(), ofProgram(link, owner));
    }

    @Test
    void refusesAProgramThatSomebodyElseCanChange() throws IOException {
        mode(script, 0775);
        assertTrue(finding(ofProgram(script, owner)).contains("may be changed by somebody else"));
        mode(script, 04755);
        assertTrue(finding(ofProgram(script, owner)).contains("set-user-id"));
        mode(script, 0755);
        mode(folder.resolve("site"), 0777);
        assertTrue(finding(ofProgram(script, owner)).contains("above the script"));
        mode(folder.resolve("site"), 0755);
        Path elsewhere = Files.createDirectories(folder.resolve("open"));
        mode(elsewhere, 0777);
        Path link = Files.createSymbolicLink(elsewhere.resolve("link"), script);
        assertTrue(finding(ofProgram(link, owner)).contains("above the script"), "who can exchange the link");
        Files.createDirectories(folder.resolve("open/in"));
        Path target = Files.writeString(folder.resolve("open/in/y.sh"), "#!/bin/sh\n");
        Path into = Files.createSymbolicLink(folder.resolve("site/into"), target);
        assertTrue(finding(ofProgram(into, owner)).contains("above the script"), "who can exchange its target");
    }

    @Test
    void anInterpretedScriptNeedNotBeExecutableAndItsInterpreterMustBeTrusted() throws IOException {
        mode(script, 0644);
        assertEquals(Optional.empty(), ofInterpreted(Path.of("/bin/sh"), owner));
        assertRefused("may not be executed by its owner");
        Path program = Files.writeString(folder.resolve("site/interpreter"), "#!/bin/sh\n");
        mode(program, 0777);
        assertTrue(finding(ofInterpreted(program, owner)).contains("may be changed by somebody else"));
        mode(script, 0664);
        assertTrue(finding(ofInterpreted(Path.of("/bin/sh"), owner)).contains("may be written by group"));
    }

    private void assertRefused(String reason) {
        String finding = finding(OwnerCheck.of(script, owner));
        assertTrue(finding.startsWith("HTB-011"), finding);
        assertTrue(finding.contains(reason), finding);
    }

    private static String finding(Optional<Finding> finding) {
        return finding.map(Finding::toString).orElse("nothing wrong");
    }

    private static long id(Path file, String which) throws IOException {
        return Integer.toUnsignedLong((Integer) Files.getAttribute(file, "unix:" + which));
    }

    private static void mode(Path file, int mode) throws IOException {
        Files.setAttribute(file, "unix:mode", mode);
        assertEquals(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                        .length(),
                9);
    }
}
