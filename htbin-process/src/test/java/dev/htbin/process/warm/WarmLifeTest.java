package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.WarmState;
import dev.htbin.process.WarmState.Phase;
import dev.htbin.process.launch.Launchers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Process test: how long interpreters live, how many there are, and what happens when one can't start. */
@Timeout(300)
class WarmLifeTest extends WarmFixture {
    private static final String PYTHON = "/usr/bin/python3";

    private void startWith(WarmConfig config) throws Exception {
        launcher.close();
        launcher = Launchers.start(LauncherConfig.defaults(), config);
    }

    private LaunchSpec hello(String name) throws Exception {
        return warm(spec(program(name, PYTHON, "print('hello')")));
    }

    @Test
    void theOneThatWasNotUsedForTheLongestTimeGoes() throws Exception {
        startWith(WarmConfig.defaults().withBounds(2, 1L << 30));
        LaunchSpec one = hello("one.py");
        LaunchSpec two = hello("two.py");
        LaunchSpec three = hello("three.py");
        warmUp(one);
        warmUp(two);
        runWarm(one, new byte[0]);
        long gone = state(two.executable()).pid();
        warmUp(three);
        assertEquals(
                List.of(one.executable(), three.executable()),
                states().stream().map(WarmState::program).toList());
        until(() -> ProcessHandle.of(gone).isEmpty());
        assertEquals("hello\n", run(two).output());
    }

    @Test
    void onesThatTogetherHaveMoreMemoryThanThereIsGo() throws Exception {
        startWith(WarmConfig.defaults().withBounds(10, 1));
        LaunchSpec one = hello("one.py");
        run(one);
        until(() -> state(one.executable()).phase() == Phase.FAILED);
        assertTrue(state(one.executable()).remarks().toString().contains("more than 0 MiB"), () -> states().toString());
        assertEquals("hello\n", run(one).output());
    }

    @Test
    void oneThatIsNotUsedEnds() throws Exception {
        startWith(WarmConfig.defaults().withIdle(Duration.ofMillis(100)));
        LaunchSpec one = hello("one.py");
        run(one);
        until(() -> state(one.executable()).phase() == Phase.NONE);
        assertEquals("hello\n", run(one).output());
    }

    @Test
    void anotherTakesItsPlaceAfterSoManyLaunches() throws Exception {
        startWith(WarmConfig.defaults().withLaunches(3));
        LaunchSpec one = hello("one.py");
        warmUp(one);
        long first = state(one.executable()).pid();
        for (int i = 0; i < 3; i++) {
            runWarm(one, new byte[0]);
        }
        until(() -> state(one.executable()).pid() != first
                && state(one.executable()).phase() == Phase.READY);
        assertNotEquals(first, state(one.executable()).pid());
        until(() -> ProcessHandle.of(first).isEmpty());
        assertEquals("hello\n", runWarm(one, new byte[0]).output());
    }

    @Test
    void anInterpreterThatCanNotStartIsNotTriedForEachLaunch() throws Exception {
        Path tries = file("tries", "", "rw-rw-rw-");
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Files.setPosixFilePermissions(bin, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path interpreter = file("bin/python3", """
                #!/bin/sh
                if [ "$1" = - ]; then echo x >> %s; echo 'it is broken' >&2; exit 3; fi
                exec /usr/bin/python3 "$@"
                """.formatted(tries), "rwxr-xr-x");
        LaunchSpec spec = warm(spec(program("one.py", interpreter.toString(), "print('hello')")));
        run(spec);
        until(() -> state(spec.executable()).phase() == Phase.FAILED);
        assertTrue(state(spec.executable()).remarks().toString().contains("it is broken"), () -> states().toString());
        // Half a second and more goes by before the next try, doubled each time.
        int launches = 0;
        while (Files.size(tries) < 3 * 2) {
            assertEquals("hello\n", run(spec).output());
            launches++;
        }
        assertTrue(launches > 3, () -> states().toString());
    }
}
