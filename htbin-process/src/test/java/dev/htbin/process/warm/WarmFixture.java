package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.LauncherFixture;
import dev.htbin.process.Run;
import dev.htbin.process.WarmModules;
import dev.htbin.process.WarmState;
import dev.htbin.process.WarmState.Phase;
import dev.htbin.process.Warmth;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;

/** A launcher with warm interpreters, and ways to know that a run was served by one. */
abstract class WarmFixture extends LauncherFixture {
    /** What the interpreters of {@link #warm} import beside what they have learned. */
    WarmModules modules = WarmModules.learned();

    @Override
    protected Launcher start() throws IOException {
        return Launchers.start(LauncherConfig.defaults(), config());
    }

    /** Returns what the launcher under test is started with. */
    WarmConfig config() {
        return WarmConfig.defaults();
    }

    /** Returns a spec that may be served warm; {@code PATH} lasts. */
    LaunchSpec warm(LaunchSpec spec) {
        return spec.withWarmth(new Warmth(new LinkedHashSet<>(List.of("PATH")), modules));
    }

    /** Returns how a program is served at the moment. */
    WarmState state(Path program) {
        return launcher.warm().stream()
                .filter(state -> state.program().equals(program))
                .findFirst()
                .orElseThrow();
    }

    /** Has a program's interpreter become ready: runs it cold until it is. */
    void warmUp(LaunchSpec spec) throws Exception {
        run(spec);
        until(() -> state(spec.executable()).phase() == Phase.READY || failed(spec));
        assertEquals(
                Phase.READY,
                state(spec.executable()).phase(),
                () -> state(spec.executable()).toString());
    }

    private boolean failed(LaunchSpec spec) {
        return state(spec.executable()).phase() == Phase.FAILED;
    }

    /** Runs a program, and fails unless it was served warm. */
    Run runWarm(LaunchSpec spec, byte[] body) throws Exception {
        try (Child child = launchWarm(spec, body)) {
            return Run.toEnd(child);
        }
    }

    /** Launches a program, and fails unless it is served warm. */
    Child launchWarm(LaunchSpec spec, byte[] body) throws Exception {
        until(() -> state(spec.executable()).phase() == Phase.READY);
        long before = state(spec.executable()).served();
        Child child = launch(spec, body);
        assertEquals(
                before + 1,
                state(spec.executable()).served(),
                () -> state(spec.executable()).toString());
        return child;
    }

    /** Waits until something is so. */
    static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Run.LONG.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it does not become so");
            }
            Thread.onSpinWait();
        }
    }

    /** Writes a program of an interpreter. */
    Path program(String name, String interpreter, String body) throws IOException {
        return file(name, "#!" + interpreter + "\n" + body + "\n", "rwxr-xr-x");
    }

    /** Returns the state of all programs, as text. */
    List<WarmState> states() {
        return launcher.warm();
    }
}
