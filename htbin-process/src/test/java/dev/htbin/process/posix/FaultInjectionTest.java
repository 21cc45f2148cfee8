package dev.htbin.process.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Process tests: every C function fails once with each error that it can have. Every case ends in a clean outcome, leaves nothing behind, and the next launch works. */
final class FaultInjectionTest {
    @TempDir
    private Path directory;

    @TestFactory
    Stream<DynamicTest> aFailureWhileAProcessLives() throws Exception {
        return cases("launch", 400);
    }

    @TestFactory
    Stream<DynamicTest> aFailureWhileALauncherStarts() throws Exception {
        return cases("start", 100);
    }

    private Stream<DynamicTest> cases(String what, int least) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path output = directory.resolve("output");
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:-UsePerfData",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        classPath(),
                        FaultsMain.class.getName(),
                        what)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = java.waitFor(120, TimeUnit.SECONDS);
        java.destroyForcibly();
        List<String> lines = Files.readAllLines(output);
        String last = lines.isEmpty() ? "" : lines.getLast();
        assertTrue(ended, () -> "still running after: " + last);
        assertEquals("end", last, () -> String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())));
        List<String> cases = lines.stream()
                .filter(line -> line.startsWith("ok ") || line.startsWith("failed "))
                .toList();
        assertTrue(cases.size() >= least, () -> "cases: %d (expected: >= %d)".formatted(cases.size(), least));
        return cases.stream()
                .map(line -> dynamicTest(line, () -> {
                    if (line.startsWith("failed ")) {
                        fail(line);
                    }
                }));
    }

    /** The classes of this module and its tests, and what both need. */
    private static String classPath() throws Exception {
        var places = new java.util.LinkedHashSet<String>();
        for (Class<?> type : List.of(Native.class, FaultsMain.class, org.slf4j.Logger.class)) {
            places.add(Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        }
        places.add(Path.of("target", "test-classes").toAbsolutePath().toString());
        return String.join(":", places);
    }
}
