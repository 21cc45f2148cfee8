package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Process test: the programs of warm interpreters on their own, driven by {@code drive.py} instead of a launcher. */
@Timeout(120)
class StubTest {
    private static final Map<Interpreter, String> PROGRAMS = Map.of(
            Interpreter.PYTHON,
            "/usr/bin/python3",
            Interpreter.PERL,
            "/usr/bin/perl",
            Interpreter.RUBY,
            "/usr/bin/ruby");

    private static final int CHECKS = 15;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void doesWhatItIsOrdered(Interpreter interpreter) throws Exception {
        Path driver = Files.write(
                folder.resolve("drive.py"),
                StubTest.class.getResourceAsStream("drive.py").readAllBytes());
        Path program = Files.write(folder.resolve("program"), interpreter.program("script", true, 0));
        List<String> words = new ArrayList<>(List.of("/usr/bin/python3", driver.toString(), program.toString()));
        words.addAll(List.of(PROGRAMS.get(interpreter), interpreter.place()));
        File output = folder.resolve("output").toFile();
        var driven = new ProcessBuilder(words);
        driven.environment().putAll(interpreter.environment());
        Process process =
                driven.redirectErrorStream(true).redirectOutput(output).start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output.toPath());
        assertEquals(true, ended, said);
        assertEquals(0, process.exitValue(), said);
        assertEquals(CHECKS, said.lines().filter(line -> line.startsWith("ok ")).count(), said);
    }
}
