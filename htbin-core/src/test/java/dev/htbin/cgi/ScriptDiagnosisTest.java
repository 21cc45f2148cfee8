package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptDiagnosisTest {
    @TempDir
    Path directory;

    @Test
    void namesWhatIsWrongWithTheFirstLine() throws IOException {
        assertEquals("'FILE' is empty", diagnose(""));
        assertEquals(
                "'FILE' begins with a byte order mark, so its #! is not seen: save it as UTF-8 without BOM",
                diagnose("\u00EF\u00BB\u00BF#!/bin/sh\n"));
        assertEquals(
                "'FILE': line 1 ends in CR LF, so the interpreter's name ends in CR: sed -i 's/\\r$//' 'FILE'",
                diagnose("#!/bin/sh\r\necho\r\n"));
        assertEquals(
                "'FILE' has no #! line: its first line must name its interpreter, as in #!/bin/sh",
                diagnose("echo Content-Type: text/plain\n"));
        assertEquals("'FILE': #! names no interpreter", diagnose("#!  \nx"));
        assertEquals(
                "'FILE': the interpreter 'python3' must be named by its absolute path; there is 'DIR/python3'",
                diagnose("#!python3\n"));
    }

    @Test
    void saysWhereAMissingInterpreterIs() throws IOException {
        assertEquals(
                "'FILE': its interpreter '/opt/absent/python3' does not exist; there is 'DIR/python3'",
                diagnose("#! /opt/absent/python3 -u\n"));
        assertEquals(
                "'FILE': its interpreter '/opt/absent/perl9' does not exist; none of that name is in [DIR] either: install it",
                diagnose("#!/opt/absent/perl9"));
    }

    @Test
    void anInterpreterMustBeExecutable() throws IOException {
        Path text = Files.writeString(directory.resolve("text"), "x");
        assertEquals("'FILE': its interpreter 'DIR/text' is not executable", diagnose("#!" + text + "\n"));
        assertEquals("'FILE': its interpreter 'DIR' is not executable", diagnose("#!" + directory + "\n"));
    }

    @Test
    void isSilentWhereNothingIsSeenToBeWrong() throws IOException {
        Path script = Files.writeString(directory.resolve("ok"), "#!/bin/sh\n");
        assertEquals(Optional.empty(), ScriptDiagnosis.of(script));
        Path binary = Files.write(directory.resolve("binary"), new byte[] {0x7F, 'E', 'L', 'F', 0});
        assertEquals(Optional.empty(), ScriptDiagnosis.of(binary));
        assertTrue(ScriptDiagnosis.of(directory.resolve("absent")).isEmpty());
    }

    private String diagnose(String octets) throws IOException {
        Path python = directory.resolve("python3");
        Files.writeString(python, "#!/bin/sh\n");
        Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = Files.write(directory.resolve("script"), octets.getBytes(StandardCharsets.ISO_8859_1));
        return ScriptDiagnosis.of(file, CgiConfig.DEFAULT_PATH, List.of(directory))
                .map(Finding::detail)
                .orElse("(nothing)")
                .replace(file.toString(), "FILE")
                .replace(directory.toString(), "DIR");
    }
}
