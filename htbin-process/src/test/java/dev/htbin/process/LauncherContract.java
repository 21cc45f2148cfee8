package dev.htbin.process;

import static dev.htbin.process.ProcFs.assertGone;
import static dev.htbin.process.ProcFs.openDescriptors;
import static dev.htbin.process.ProcFs.zombies;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Child.Event;
import dev.htbin.process.LaunchException.Reason;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Process tests: what every launcher must do, with real processes. */
@Timeout(120)
public abstract class LauncherContract extends LauncherFixture {
    /** For the launchers' own tests. */
    protected LauncherContract() {}

    @Test
    void passesArgumentsAsTheyAre() throws Exception {
        Path script = script("args", "for a in \"$@\"; do echo \"[$a]\"; done");
        LaunchSpec spec = spec(script, "", "a b", "*", "$HOME", "'\"\\", "-x");
        assertEquals("[]\n[a b]\n[*]\n[$HOME]\n['\"\\]\n[-x]\n", run(spec).output());
    }

    @Test
    void passesTheEnvironmentAndNothingElse() throws Exception {
        SequencedMap<String, String> environment = new LinkedHashMap<>();
        environment.put("B", "2=3");
        environment.put("A", "");
        environment.put("UMLAUT", "\u00c3\u00a4");
        var spec = new LaunchSpec(Path.of("/usr/bin/env"), List.of("env"), environment, directory);
        assertEquals(
                Set.of("B=2=3", "A=", "UMLAUT=\u00c3\u00a4"),
                Set.of(run(spec).output().split("\n")));
    }

    @Test
    void runsInTheDirectoryOfTheSpec() throws Exception {
        var spec = new LaunchSpec(Path.of("/bin/pwd"), List.of("pwd"), environment(), directory);
        assertEquals(directory.toRealPath() + "\n", run(spec).output());
    }

    @Test
    void givesAnEmptyStandardInputWithoutABody() throws Exception {
        assertEquals("0\n", run(spec(script("count", "wc -c"))).output().strip() + "\n");
    }

    @Test
    void givesStandardInputFromItsBeginning() throws Exception {
        assertEquals(
                "a=1&b=2",
                run(spec(script("cat", "exec cat")), octets("a=1&b=2")).output());
    }

    @Test
    void givesLargeStandardInputWhole() throws Exception {
        byte[] body = new byte[5 * 1024 * 1024 + 17];
        new Random(1).nextBytes(body);
        Run run = run(spec(script("cat", "exec cat")), body);
        assertEquals(new String(body, ISO_8859_1), run.output());
    }

    @Test
    void keepsStandardInputForTheProcessAfterItWasClosed() throws Exception {
        Path script = script("late", "echo ready; until [ -e go ]; do sleep 0.02; done; cat");
        try (Child child = launch(spec(script), octets("body"))) {
            assertEquals("ready", Run.line(child));
            file("go", "", "rw-r--r--");
            assertEquals("body", Run.toEnd(child).output());
        }
    }

    @Test
    void keepsOutputAndErrorApart() throws Exception {
        Run run = run(spec(script("both", "echo out; echo err >&2")));
        assertEquals("out\n", run.output());
        assertEquals("err\n", run.error());
    }

    @Test
    void reportsTheExitCode() throws Exception {
        assertEquals(
                new ExitStatus.Exited(3), run(spec(script("three", "exit 3"))).exit());
        assertTrue(run(spec(script("zero", "exit 0"))).exit().success());
    }

    @Test
    void reportsDeathBySignal() throws Exception {
        assertEquals(
                new ExitStatus.Signaled(9, "SIGKILL"),
                run(spec(script("suicide", "kill -9 $$"))).exit());
    }

    @Test
    void refusesToTellTheExitStatusOfARunningProcess() throws Exception {
        try (Child child = launch(spec(script("sleeper", "exec sleep 60")))) {
            assertThrows(IllegalStateException.class, child::exitStatus);
        }
    }

    @Test
    void saysWhyAProgramCannotStart() throws Exception {
        assertEquals(Reason.NOT_FOUND, reason(directory.resolve("absent")));
        assertEquals(Reason.NOT_FOUND, reason(file("lost", "#!/absent/interpreter\n", "rwxr-xr-x")));
        assertEquals(Reason.NOT_FOUND, reason(file("crlf", "#!/bin/sh\r\necho\r\n", "rwxr-xr-x")));
        assertEquals(Reason.NOT_PERMITTED, reason(file("plain", "#!/bin/sh\necho\n", "rw-r--r--")));
        assertEquals(Reason.NOT_EXECUTABLE_FORMAT, reason(file("none", "echo hello\n", "rwxr-xr-x")));
    }

    @Test
    void saysThatArgumentsAreTooLong() throws Exception {
        Path script = script("args", "echo");
        var spec = new LaunchSpec(script, List.of("args", "x".repeat(3_000_000)), environment(), directory);
        var failure = assertThrows(LaunchException.class, () -> launch(spec));
        assertEquals(Reason.TOO_LONG, failure.reason());
        assertTrue(String.valueOf(failure.getMessage()).contains(script.toString()), failure::toString);
    }

    @Test
    void opensNothingButTheThreeStandardDescriptors() throws Exception {
        var spec = new LaunchSpec(Path.of("/bin/ls"), List.of("ls", "/proc/self/fd"), environment(), directory);
        // 3 is the directory that ls reads.
        assertEquals("0\n1\n2\n3\n", run(spec).output());
    }

    @Test
    void terminateReachesTheWholeGroup() throws Exception {
        Path script = script("family", "sleep 60 & echo $!; wait");
        try (Child child = launch(spec(script))) {
            long grandchild = Long.parseLong(Run.line(child));
            child.terminate();
            Run run = Run.toEnd(child);
            assertEquals(new ExitStatus.Signaled(15, "SIGTERM"), run.exit());
            assertGone(grandchild);
        }
    }

    @Test
    void killReachesTheWholeGroup() throws Exception {
        Path script = script("stubborn", "trap '' TERM; sleep 60 & echo $!; while :; do wait; done");
        try (Child child = launch(spec(script))) {
            long grandchild = Long.parseLong(Run.line(child));
            child.terminate();
            child.kill();
            assertEquals(new ExitStatus.Signaled(9, "SIGKILL"), Run.toEnd(child).exit());
            assertGone(grandchild);
        }
    }

    @Test
    void closeKillsARunningProcess() throws Exception {
        Child child = launch(spec(script("sleeper", "echo up; exec sleep 60")));
        assertEquals("up", Run.line(child));
        child.close();
        child.close();
        assertGone(child.pid());
        child.terminate();
        child.kill();
        child.wake();
    }

    @Test
    void reportsTheExitWhileABackgroundChildHoldsTheOutput() throws Exception {
        Path script = script("background", "sleep 60 & echo $!");
        try (Child child = launch(spec(script))) {
            long grandchild = Long.parseLong(Run.line(child));
            Run.until(child, Event.EXITED);
            // Nothing more of it; some launchers call that the end.
            assertTrue(child.readOutput(ByteBuffer.allocate(10)) <= 0);
            assertTrue(child.exitStatus().success());
            assertTrue(ProcessHandle.of(grandchild).isPresent());
            ProcessHandle.of(grandchild).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void reportsTheEndOfTheOutputWhileTheProcessRuns() throws Exception {
        try (Child child = launch(spec(script("closer", "echo last; exec sleep 60 >&- 2>&-")))) {
            assertEquals("last", Run.line(child));
            Run.until(child, Event.OUTPUT);
            assertEquals(-1, child.readOutput(ByteBuffer.allocate(10)));
            Run.until(child, Event.ERROR);
            assertEquals(-1, child.readError(ByteBuffer.allocate(10)));
            assertEquals(Set.of(), child.await(Duration.ofMillis(20)));
            assertEquals(-1, child.readOutput(ByteBuffer.allocate(10)));
        }
    }

    @Test
    void wakeEndsAnAwait() throws Exception {
        try (Child child = launch(spec(script("sleeper", "exec sleep 60")))) {
            child.wake();
            child.wake();
            assertEquals(Set.of(Event.WOKEN), child.await(Run.LONG));
            assertEquals(Set.of(), child.await(Duration.ZERO));
            Thread waker = Thread.ofVirtual().start(child::wake);
            assertEquals(Set.of(Event.WOKEN), child.await(Run.LONG));
            waker.join();
        }
    }

    @Test
    void closeEndsAnAwaitOfAnotherThread() throws Exception {
        Child child = launch(spec(script("sleeper", "exec sleep 60")));
        try (ExecutorService loop = Executors.newSingleThreadExecutor()) {
            Future<Set<Event>> events = loop.submit(() -> child.await(Run.LONG));
            child.close();
            assertThrows(Exception.class, events::get);
        }
        assertGone(child.pid());
    }

    @Test
    void readsIntoHeapAndDirectBuffersAtTheirPosition() throws Exception {
        for (ByteBuffer buffer : List.of(ByteBuffer.allocate(8), ByteBuffer.allocateDirect(8))) {
            try (Child child = launch(spec(script("hello", "printf hello")))) {
                buffer.put((byte) '>').limit(4);
                Run.until(child, Event.OUTPUT);
                assertEquals(3, child.readOutput(buffer));
                assertFalse(buffer.hasRemaining());
                byte[] read = new byte[4];
                buffer.flip().get(read);
                assertEquals(">hel", new String(read, US_ASCII));
                assertEquals("lo", Run.toEnd(child).output());
            }
        }
    }

    @Test
    void streamsMuchOutputWhole() throws Exception {
        Path script = script("much", "head -c 20000000 /dev/zero; head -c 300000 /dev/zero >&2");
        Run run = run(spec(script));
        assertEquals(20_000_000, run.output().length());
        assertEquals(300_000, run.error().length());
    }

    @Test
    void leavesNothingBehindAfterManyLaunches() throws Exception {
        LaunchSpec spec = spec(script("quick", "echo quick; cat"));
        run(spec, octets("x"));
        int before = openDescriptors();
        for (int i = 0; i < 200; i++) {
            assertEquals("quick\nx", run(spec, octets("x")).output());
        }
        assertThrows(LaunchException.class, () -> launch(spec(directory.resolve("absent"))));
        assertTrue(openDescriptors() <= before + 5, () -> before + " descriptors became more");
        assertEquals(List.of(), zombies());
    }

    @Test
    void launchesFromManyThreadsAtOnce() throws Exception {
        Path script = script("echo", "echo \"$1\"; cat; echo \"$1\" >&2; exit \"$1\"");
        List<Callable<Run>> calls = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            LaunchSpec spec = spec(script, String.valueOf(i));
            byte[] body = octets("body " + i);
            calls.add(() -> run(spec, body));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            int i = 0;
            for (Future<Run> run : threads.invokeAll(calls)) {
                assertEquals(new Run(i + "\nbody " + i, i + "\n", new ExitStatus.Exited(i)), run.get());
                i++;
            }
        }
        assertEquals(List.of(), zombies());
    }

    @Test
    void anInterruptedThreadLaunchesNothing() throws Exception {
        LaunchSpec spec = spec(script("never", "echo never"));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> launch(spec));
    }

    private Reason reason(Path executable) {
        return assertThrows(LaunchException.class, () -> launch(spec(executable)))
                .reason();
    }
}
