package dev.htbin.process.launch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** Process tests: which launcher is chosen, and that root never gets one that would run scripts as root. */
final class LaunchersTest {
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    @TempDir
    private Path directory;

    @Test
    void startsByPosixSpawnWhereItCan() throws Exception {
        try (Launcher launcher = Launchers.start(Optional.empty())) {
            assertEquals("posix_spawn", launcher.name());
            assertTrue(launcher.runsAs(Profile.standard()).uid() > 0);
        }
    }

    @Test
    void refusesRootAndUsersThatDoNotExist() {
        assertThrows(IOException.class, () -> Launchers.start(Optional.of("root")));
        assertThrows(IOException.class, () -> Launchers.start(Optional.of("no-such-user")));
    }

    @Test
    void withoutNativeAccessRefusesRootAndServesOthersByTheJdk() throws Exception {
        String output = withoutNativeAccess();
        if (ROOT) {
            assertTrue(output.contains("--enable-native-access=ALL-UNNAMED"), output);
            assertTrue(output.contains("refused: "), output);
            assertTrue(output.contains("as root"), output);
        } else {
            assertTrue(output.contains("started: ProcessBuilder"), output);
        }
    }

    @Test
    void refusesAnotherUserWhereOnlyTheJdkCanStartProcesses() {
        var failure = assertThrows(
                IOException.class,
                () -> JdkLauncher.start(LauncherConfig.defaults().withUser(Optional.of("no-such-user")), "obstacle"));
        assertTrue(String.valueOf(failure.getMessage()).contains("obstacle"), failure::toString);
    }

    /** What a warden's user may not read, a warden can't load: classes in files that are closed to it show what it loads. */
    @Test
    void wardensLoadNoClassOnceTheyAreConfined() throws Exception {
        Path closed = directory.resolve("classes");
        copy(Path.of(location(Launchers.class)), closed);
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        String output = java("--enable-native-access=ALL-UNNAMED", closed.toString());
        assertTrue(output.contains("started: posix_spawn\nended: exit 0\n"), output);
        assertFalse(output.contains("Exception in thread"), output);
    }

    @Test
    void leavesProcessesNoneOfTheGroupsOfRoot() throws Exception {
        if (ROOT) {
            String output = java(
                    List.of("setpriv", "--groups=4,27"),
                    "--enable-native-access=ALL-UNNAMED",
                    location(Launchers.class));
            assertTrue(output.endsWith("\nGroups:\n"), output);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    /** Starts a launcher in a JVM that denies native access. */
    private String withoutNativeAccess() throws Exception {
        return java("--illegal-native-access=deny", location(Launchers.class));
    }

    private String java(String option, String classes) throws Exception {
        return java(List.of(), option, classes);
    }

    private String java(List<String> prefix, String option, String classes) throws Exception {
        String classPath = String.join(":", classes, location(Logger.class), testClasses());
        Path output = directory.resolve("output");
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(option, "-cp", classPath, LaunchersMain.class.getName()));
        Process java = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = java.waitFor(60, TimeUnit.SECONDS);
        java.destroyForcibly();
        assertTrue(ended, () -> "still running: " + assertDoesNotThrow(() -> Files.readString(output)));
        assertEquals(0, java.exitValue(), () -> assertDoesNotThrow(() -> Files.readString(output)));
        return Files.readString(output);
    }

    private static String testClasses() {
        return Path.of("target", "test-classes").toAbsolutePath().toString();
    }

    private static String location(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
