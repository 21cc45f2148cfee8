package dev.htbin.process.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.LauncherFixture;
import dev.htbin.process.ProcFs;
import dev.htbin.process.Profile;
import dev.htbin.process.Profile.Kind;
import dev.htbin.process.Resource;
import dev.htbin.process.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes of the strict profile that take all they can get: children, memory, disk, descriptors. They get their limit, others are started as before, and nothing is left. */
@Timeout(120)
class BombsTest extends LauncherFixture {
    private Profile strict = Profile.standard();

    @Override
    protected Launcher start() throws IOException {
        Profile profile = Profile.of(Kind.STRICT);
        long file = profile.limits().of(Resource.FILE_SIZE).orElseThrow();
        assertEquals(256L << 20, file);
        strict = profile.withReadable(List.of(directory))
                .withLimits(profile.limits().with(Resource.FILE_SIZE, 1 << 20));
        return PosixLauncher.start(LauncherConfig.defaults().withProfiles(new LinkedHashSet<>(List.of(strict))));
    }

    @AfterEach
    void othersAreStartedAsBefore() throws Exception {
        Run run = run(strict(script("hello", "echo hello; echo $TMPDIR")));
        List<String> lines = run.output().lines().toList();
        assertEquals("hello", lines.getFirst());
        // Its own is gone, and so are those of the bombs.
        try (var left = Files.list(Path.of(lines.getLast()).resolve("..").normalize())) {
            assertEquals(List.of(), left.toList());
        }
        assertEquals(List.of(), ProcFs.zombies());
    }

    /** Every process forks as often as it can, until one of them can't; what they are then is killed. */
    @Test
    void forksNoMoreThanItsProcesses() throws Exception {
        assumeProcessesAreLimited();
        Path bomb = python("fork-bomb", """
                import os, resource, signal
                while resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1 << 20:
                    pass
                read, write = os.pipe()
                if os.fork() == 0:
                    while True:
                        try:
                            os.fork()
                        except BlockingIOError:
                            os.write(write, b"x")
                            signal.pause()
                os.read(read, 1)
                print("full", flush=True)
                signal.pause()
                """);
        long session;
        try (Child child = launch(strict(bomb))) {
            session = child.pid();
            assertEquals("full", Run.line(child));
            int processes = ProcFs.ofSession(session).size();
            assertTrue(processes > 2 && processes <= 64, () -> "processes: " + processes);
        }
        ProcFs.assertSessionEnds(session);
    }

    /** As it is known: none of its processes waits for another. */
    @Test
    void leavesNothingOfAShellsForkBomb() throws Exception {
        assumeProcessesAreLimited();
        Path bomb = script("shell-bomb", """
                until [ "$(ulimit -f)" = 2048 ]; do :; done
                bomb() { bomb | bomb & }
                bomb 2> /dev/null""");
        long session;
        try (Child child = launch(strict(bomb))) {
            session = child.pid();
            Run.until(child, Child.Event.EXITED);
        }
        ProcFs.assertSessionEnds(session);
    }

    @Test
    void getsNoMoreMemoryThanItsAddressSpace() throws Exception {
        Path bomb = python("memory-bomb", """
                import mmap, resource
                while resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1 << 20:
                    pass
                taken = []
                try:
                    while True:
                        taken.append(mmap.mmap(-1, 64 << 20))
                except OSError:
                    print(len(taken))
                """);
        int pieces = Integer.parseInt(run(strict(bomb)).output().strip());
        assertTrue(pieces < 32, () -> "pieces of 64 MiB: " + pieces);
    }

    @Test
    void writesNoLargerFilesThanItMay() throws Exception {
        Run run = run(strict(script("disk-bomb", """
                until [ "$(ulimit -f)" = 2048 ]; do :; done
                yes > "$TMPDIR/file"
                stat -c %s "$TMPDIR/file"
                """)));
        assertEquals("1048576", run.output().strip(), run::error);
    }

    @Test
    void opensNoMoreThanItsDescriptors() throws Exception {
        Path bomb = python("descriptor-bomb", """
                import os, resource
                while resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1 << 20:
                    pass
                try:
                    while True:
                        os.dup(1)
                except OSError as e:
                    print(e.errno, os.sysconf("SC_OPEN_MAX"))
                """);
        assertEquals("24 256", run(strict(bomb)).output().strip());
    }

    private Path python(String name, String text) throws IOException {
        return file(name, "#!/usr/bin/python3\n" + text, "rwxr-xr-x");
    }

    private LaunchSpec strict(Path script) {
        LaunchSpec spec = spec(script);
        return new LaunchSpec(spec.executable(), spec.arguments(), spec.environment(), spec.directory(), strict);
    }

    private static void assumeProcessesAreLimited() {
        ControlGroups.Found found = ControlGroups.find(Account.own());
        found.groups().ifPresent(ControlGroups::close);
        boolean limited = Libc.geteuid() == 0 || found.groups().isPresent();
        assumeTrue(
                limited,
                () -> "the server's own user's processes are limited by control groups alone: " + found.obstacle());
    }
}
