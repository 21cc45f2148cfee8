package dev.htbin.process.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Child;
import dev.htbin.process.Child.Event;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.LauncherFixture;
import dev.htbin.process.Run;
import dev.htbin.process.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Process tests: what processes used, by the kernel's account. */
@Timeout(120)
final class UsageTest extends LauncherFixture {
    private static final long MIB = 1 << 20;

    @Override
    protected Launcher start() throws IOException {
        return PosixLauncher.start(LauncherConfig.defaults().withUser(Optional.empty()));
    }

    @Test
    void tellsTheProcessorTimeOfAProcessAndOfItsChildren() throws Exception {
        Path busy = script("busy", "i=0\nwhile [ $i -lt 200000 ]; do i=$((i+1)); done");
        long millis = usageOf(spec(busy)).processor().toMillis();
        assertTrue(millis > 20, () -> millis + " ms");
        Path parent = script("parent", busy + "; exit 0");
        assertTrue(usageOf(spec(parent)).processor().toMillis() > 20);
    }

    @Test
    void isThereFromTheEndOnAndAfterTheCloseToo() throws Exception {
        Child child = launch(spec(script("true", "exit 3")));
        assertEquals(Optional.empty(), child.usage());
        Run.until(child, Event.EXITED);
        assertTrue(child.usage().isPresent());
        child.close();
        assertTrue(child.usage().isPresent());
    }

    /** The kernel says of every child that it had what the server had when it started it; that must not be passed on. */
    @Test
    void aSmallProcessIsNotSaidToHaveWhatTheServerHas() throws Exception {
        Path waits = script("waits", "echo ready\nread line < \"$1\"");
        Path pipe = directory.resolve("go");
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", "-m", "666", pipe.toString())
                        .start()
                        .waitFor());
        try (Child child = launch(spec(waits, pipe.toString()))) {
            assertEquals("ready", Run.line(child));
            child.sampleMemory();
            Files.writeString(pipe, "go\n");
            Run.until(child, Event.EXITED);
            long most = child.usage().orElseThrow().maxResidentBytes().orElseThrow();
            assertTrue(most > 100 << 10 && most < 16 * MIB, () -> most + " octets");
        }
    }

    @Test
    void aLargeProcessIsToldThoughNobodyLookedWhileItRan() throws Exception {
        long server = serverPeak();
        long octets = server + 64 * MIB;
        var spec = new LaunchSpec(
                Path.of("/usr/bin/perl"),
                List.of("perl", "-e", "my $x = \"a\" x " + octets + "; exit 0"),
                environment(),
                directory);
        long most = usageOf(spec).maxResidentBytes().orElseThrow();
        assertTrue(most >= octets && most < 3 * octets, () -> "%d of %d octets".formatted(most, octets));
    }

    @Test
    void aProcessThatNobodyLookedAtIsUnknownOrSmall() throws Exception {
        Usage usage = usageOf(spec(script("true", "exit 0")));
        usage.maxResidentBytes().ifPresent(most -> assertTrue(most < 16 * MIB, () -> most + " octets"));
    }

    private Usage usageOf(LaunchSpec spec) throws Exception {
        try (Child child = launch(spec)) {
            Run.toEnd(child);
            return child.usage().orElseThrow();
        }
    }

    private static long serverPeak() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
