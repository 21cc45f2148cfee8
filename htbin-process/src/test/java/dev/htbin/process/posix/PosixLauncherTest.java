package dev.htbin.process.posix;

import static dev.htbin.process.ProcFs.assertGone;
import static dev.htbin.process.ProcFs.zombies;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Child;
import dev.htbin.process.ExitStatus;
import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.LauncherContract;
import dev.htbin.process.Profile;
import dev.htbin.process.Run;
import dev.htbin.process.RunsAs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Process tests: the contract and what only posix_spawn and wardens promise. As root and as an ordinary user the expectations differ. */
final class PosixLauncherTest extends LauncherContract {
    private static final boolean ROOT = Libc.geteuid() == 0;

    @Override
    protected Launcher start() throws IOException {
        return PosixLauncher.start(LauncherConfig.defaults().withUser(Optional.empty()));
    }

    @Test
    void passesOctetsThatAreNoText() throws Exception {
        SequencedMap<String, String> environment = environment();
        environment.put("OCTET", "\u00e9\u0001\u00ff");
        Path script = script("octets", "printf '%s|%s' \"$OCTET\" \"$1\"");
        var spec = new LaunchSpec(script, List.of("octets", "\u00fe\u00e9"), environment, directory);
        assertEquals("\u00e9\u0001\u00ff|\u00fe\u00e9", run(spec).output());
    }

    @Test
    void passesTheFirstArgumentAsItIs() throws Exception {
        var spec = new LaunchSpec(
                Path.of("/bin/sh"), List.of("another name", "-c", "echo \"$0\"", "x"), environment(), directory);
        assertEquals("x\n", run(spec).output());
        spec = new LaunchSpec(Path.of("/bin/cat"), List.of("meow", "/proc/self/cmdline"), environment(), directory);
        assertEquals("meow\0/proc/self/cmdline\0", run(spec).output());
    }

    @Test
    void runsAsNobodyWhenTheServerIsRoot() throws Exception {
        Map<String, String> status = status();
        RunsAs runsAs = launcher.runsAs(Profile.standard());
        String uid = String.valueOf(runsAs.uid());
        String gid = String.valueOf(runsAs.gid());
        assertEquals(String.join("\t", uid, uid, uid, uid), status.get("Uid"));
        assertEquals(String.join("\t", gid, gid, gid, gid), status.get("Gid"));
        assertNotEquals(0, runsAs.uid());
        if (ROOT) {
            assertEquals("nobody", runsAs.user());
            assertEquals("", status.get("Groups"));
            assertEquals("0000000000000000", status.get("CapBnd"));
        } else {
            assertEquals(Libc.geteuid(), (int) runsAs.uid());
        }
    }

    @Test
    void leavesTheProcessNoPrivilegeAndNoWayToOne() throws Exception {
        Map<String, String> status = status();
        assertEquals("1", status.get("NoNewPrivs"));
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
            assertEquals("0000000000000000", status.get(set), set);
        }
    }

    @Test
    void leavesTheServerItselfAsItIs() throws Exception {
        String uid = String.valueOf(Libc.geteuid());
        Map<String, String> status = parse(Files.readString(Path.of("/proc/self/status")));
        assertEquals(String.join("\t", uid, uid, uid, uid), status.get("Uid"));
        assertEquals("0", status.get("NoNewPrivs"));
        if (ROOT) {
            assertNotEquals("0000000000000000", status.get("CapEff"));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
                assertNotEquals(1, Libc.prctl(errno, LinuxAbi.PR_GET_DUMPABLE, 0, 0, 0, 0));
            }
        }
    }

    @Test
    void startsWithDefaultSignalsAndAnEmptyMask() throws Exception {
        Map<String, String> status = status();
        for (String set : List.of("SigBlk", "SigIgn", "SigCgt")) {
            assertEquals("0000000000000000", status.get(set), set);
        }
    }

    @Test
    void startsInASessionOfItsOwn() throws Exception {
        try (Child child = launch(spec(Path.of("/bin/cat"), "/proc/self/stat"))) {
            String stat = Run.toEnd(child).output();
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            String pid = String.valueOf(child.pid());
            assertEquals(List.of(pid, pid), List.of(fields[2], fields[3]));
        }
    }

    @Test
    void startsWithUmask022() throws Exception {
        assertEquals("0022\n", run(spec(script("mask", "umask"))).output());
    }

    @Test
    void letsScriptsOpenTheirStandardDescriptorsAnew() throws Exception {
        Path script = script("anew", "echo out > /dev/stdout; echo err > /dev/stderr; cat /dev/stdin");
        Run run = run(spec(script), octets("body"));
        assertEquals("out\nbody", run.output());
        assertEquals("err\n", run.error());
        byte[] large = new byte[PosixStdin.MEMORY_BYTES + 1];
        assertEquals("out\n", run(spec(script), large).output().substring(0, 4));
        assertEquals(large.length + 4, run(spec(script), large).output().length());
    }

    @Test
    void givesOutputThatBlocksTheWriter() throws Exception {
        Path script = script("flags", "cat /proc/self/fdinfo/1");
        String flags = parse(run(spec(script)).output()).get("flags");
        assertEquals(0, Integer.parseInt(String.valueOf(flags), 8) & LinuxAbi.O_NONBLOCK);
    }

    @Test
    void runsScriptsBelowADirectoryThatTheirUserMayNotPass() throws Exception {
        Path closed = Files.createDirectory(directory.resolve("private"));
        Path open = Files.createDirectories(closed.resolve("site/cgi-bin"));
        Path script = Files.writeString(open.resolve("hello.sh"), "#!/bin/sh\necho \"$0 $1\"; cat neighbour\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path program = Files.copy(Path.of("/bin/cat"), open.resolve("cat"));
        Files.writeString(open.resolve("neighbour"), "near\n");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        String name = ROOT ? "/proc/self/cwd/hello.sh" : script.toString();
        for (int i = 0; i < 3; i++) {
            assertEquals(name + " x\nnear\n", run(spec(script, "x")).output());
        }
        String argument = ROOT ? "/proc/self/cwd/cat" : program.toString();
        assertEquals(
                argument + "\0/proc/self/cmdline\0",
                run(spec(program, "/proc/self/cmdline")).output());
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rw-r--r--"));
        var failure = assertThrows(LaunchException.class, () -> launch(spec(script)));
        assertEquals(LaunchException.Reason.NOT_PERMITTED, failure.reason());
        assertTrue(String.valueOf(failure.getMessage()).contains("EACCES"), failure::toString);
    }

    @Test
    void refusesToRunProcessesAsRoot() {
        for (String user : List.of("root", "0", "00")) {
            assertThrows(
                    IOException.class,
                    () -> PosixLauncher.start(LauncherConfig.defaults().withUser(Optional.of(user))),
                    user);
        }
    }

    @Test
    void refusesUsersThatDoNotExist() {
        for (String user : List.of("no-such-user", "", "-1", "4294967295", "99999999999", "1 ", "a\0b")) {
            var failure = assertThrows(
                    IOException.class,
                    () -> PosixLauncher.start(LauncherConfig.defaults().withUser(Optional.of(user))),
                    user);
            assertTrue(String.valueOf(failure.getMessage()).contains("expected"), failure::toString);
        }
    }

    @Test
    void runsAsTheUserAskedForWhenTheServerIsRootAndElseRefuses() throws Exception {
        if (ROOT) {
            try (Launcher other = PosixLauncher.start(LauncherConfig.defaults().withUser(Optional.of("54321")))) {
                RunsAs runsAs = other.runsAs(Profile.standard());
                assertEquals("54321 54321 54321", runsAs.user() + " " + runsAs.uid() + " " + runsAs.gid());
                try (var stdin = other.newStdin();
                        Child child = other.launch(spec(Path.of("/usr/bin/id")), stdin)) {
                    assertEquals(
                            "uid=54321 gid=54321 groups=54321\n",
                            Run.toEnd(child).output());
                }
            }
        } else {
            assertThrows(
                    IOException.class,
                    () -> PosixLauncher.start(LauncherConfig.defaults().withUser(Optional.of("nobody"))));
            PosixLauncher.start(LauncherConfig.defaults()
                            .withUser(Optional.of(Account.own().name())))
                    .close();
        }
    }

    @Test
    void killsABackgroundChildAtTheEnd() throws Exception {
        long grandchild;
        try (Child child = launch(spec(script("background", "sleep 60 & echo $!")))) {
            grandchild = Long.parseLong(Run.line(child));
            assertEquals(Set.of(Child.Event.EXITED), Run.until(child, Child.Event.EXITED));
            assertEquals(0, child.readOutput(java.nio.ByteBuffer.allocate(10)));
        }
        assertGone(grandchild);
    }

    @Test
    void keepsTheIdOfAnEndedProcessUntilClose() throws Exception {
        try (Child child = launch(spec(script("quick", "exit 7")))) {
            Run.until(child, Child.Event.EXITED);
            assertEquals(new ExitStatus.Exited(7), child.exitStatus());
            assertEquals(List.of(child.pid()), zombies());
            child.terminate();
        }
        assertEquals(List.of(), zombies());
    }

    @Test
    void endsTheWaitForAProcessThatSomethingElseReaped() throws Exception {
        try (Child child = launch(spec(Path.of("/bin/true")));
                Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            int pid = (int) child.pid();
            assertEquals(pid, Libc.waitpid(errno, pid, MemorySegment.NULL, LinuxAbi.WALL));
            assertTrue(Run.toEnd(child).exit().success());
        }
    }

    @Test
    void launchesFromVirtualThreads() throws Exception {
        LaunchSpec spec = spec(script("echo", "echo virtual"));
        var child = new java.util.concurrent.CompletableFuture<Child>();
        Thread.ofVirtual().start(() -> {
            try {
                child.complete(launch(spec));
            } catch (Exception e) {
                child.completeExceptionally(e);
            }
        });
        try (Child launched = child.get()) {
            assertEquals("virtual\n", Run.toEnd(launched).output());
        }
    }

    @Test
    void refusesToLaunchAfterClose() {
        launcher.close();
        assertThrows(IllegalStateException.class, () -> launch(spec(Path.of("/bin/true"))));
    }

    @Test
    void namesOctetsOfFilesThatAreNoText() {
        assertEquals(
                "/a b%", new String(LaunchImage.octets(Path.of("/a b%")), java.nio.charset.StandardCharsets.UTF_8));
        assertEquals(
                "/\u00e4 %25/\u20ac",
                new String(LaunchImage.octets(Path.of("/\u00e4 %25/\u20ac")), java.nio.charset.StandardCharsets.UTF_8));
    }

    private Map<String, String> status() throws Exception {
        return parse(run(spec(Path.of("/bin/cat"), "/proc/self/status")).output());
    }

    private static Map<String, String> parse(String status) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : status.lines().toList()) {
            int colon = line.indexOf(':');
            values.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        return values;
    }
}
