package dev.htbin.process.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Launcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** Process tests: which launcher is chosen, and that root never gets one that would run scripts as root. */
final class LaunchersTest {
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    @Test
    void startsByPosixSpawnWhereItCan() throws Exception {
        try (Launcher launcher = Launchers.start(Optional.empty())) {
            assertEquals("posix_spawn", launcher.name());
            assertTrue(launcher.runsAs().uid() > 0);
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
        var failure = assertThrows(IOException.class, () -> JdkLauncher.start(Optional.of("no-such-user"), "obstacle"));
        assertTrue(String.valueOf(failure.getMessage()).contains("obstacle"), failure::toString);
    }

    /** Tries to start a launcher in a JVM that denies native access. */
    private static String withoutNativeAccess() throws Exception {
        String classPath = String.join(":", location(Launchers.class), location(Logger.class), testClasses());
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--illegal-native-access=deny",
                        "-cp",
                        classPath,
                        LaunchersMain.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(java.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, java.waitFor(), output);
        return output;
    }

    private static String testClasses() {
        return Path.of("target", "test-classes").toAbsolutePath().toString();
    }

    private static String location(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
