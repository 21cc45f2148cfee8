package dev.htbin.process.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.LauncherFixture;
import dev.htbin.process.Profile;
import dev.htbin.process.Resource;
import dev.htbin.process.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Scripts whose limits ask for a control group. */
class ControlGroupsTest extends LauncherFixture {
    private static final int LONGEST_PATH = 4095;
    private static final Profile LIMITED =
            Profile.standard().withLimits(Profile.standard().limits().with(Resource.MEMORY, 1L << 28));

    @Override
    protected Launcher start() throws IOException {
        return PosixLauncher.start(LauncherConfig.defaults().withProfiles(new LinkedHashSet<>(List.of(LIMITED))));
    }

    @Test
    void findsTheGroupAndTheMountInTheKernelsWords() {
        String mounts = """
                30 24 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755
                31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:10 - cgroup2 cgroup2 rw,nsdelegate
                32 30 0:28 / /sys/fs/cgroup/pids rw shared:11 - cgroup cgroup rw,pids
                """;
        assertEquals(Optional.of(Path.of("/sys/fs/cgroup/unified")), ControlGroups.mountPoint(mounts));
        assertEquals(Optional.empty(), ControlGroups.mountPoint("1 0 8:1 / / rw - ext4 /dev/vda rw\n"));
        Path mount = Path.of("/sys/fs/cgroup");
        assertEquals(
                Path.of("/sys/fs/cgroup/system.slice/htbin.service"),
                ControlGroups.ownGroup("8:pids:/x\n0::/system.slice/htbin.service\n", mount));
        assertEquals(mount, ControlGroups.ownGroup("0::/\n", mount));
    }

    @Test
    void leavesNoGroupThatCanNotBeLimited() throws Exception {
        // The name of a group fits into the longest path that there can be; those of its files do not.
        Path parent = directory;
        while (parent.toString().length() < LONGEST_PATH - 2) {
            int rest = LONGEST_PATH - 2 - parent.toString().length();
            parent = Files.createDirectory(parent.resolve("d".repeat(rest > 202 ? 100 : rest - 1)));
        }
        try (var groups = new ControlGroups(parent, Set.of("memory"))) {
            assertThrows(IOException.class, () -> groups.make(LIMITED.limits()));
            try (Stream<Path> left = Files.list(parent)) {
                assertEquals(List.of(), left.toList());
            }
        }
    }

    @Test
    void runsWhetherThereAreGroupsOrNot() throws Exception {
        Run run = run(limited(script("hello", "echo hello")));
        assertEquals("hello\n", run.output());
    }

    @Test
    void endsWhatAScriptLeavesBehindInASessionOfItsOwn() throws Exception {
        assumeGroups();
        Path script = script(
                "daemon",
                "until grep -q /htbin- /proc/self/cgroup; do :; done; setsid sh -c 'echo $$; exec sleep 600' > \"$0.pid\" 2> /dev/null & while ! test -s \"$0.pid\"; do :; done");
        Files.createFile(directory.resolve("daemon.pid"));
        Files.setPosixFilePermissions(directory.resolve("daemon.pid"), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertEquals("exit 0", run(limited(script)).exit().toString());
        long pid =
                Long.parseLong(Files.readString(directory.resolve("daemon.pid")).strip());
        ProcessHandle.of(pid)
                .ifPresent(daemon ->
                        daemon.onExit().orTimeout(30, TimeUnit.SECONDS).join());
        assertTrue(
                ProcessHandle.of(pid).isEmpty() || !ProcessHandle.of(pid).get().isAlive());
    }

    @Test
    void countsAScriptAloneInItsGroup() throws Exception {
        assumeGroups();
        try (Child child = launch(limited(script(
                "group",
                "until grep -q /htbin- /proc/self/cgroup; do :; done; grep ^0:: /proc/self/cgroup; exec sleep 600")))) {
            assertTrue(
                    Run.line(child).contains("/htbin-" + ProcessHandle.current().pid() + "-"));
        }
    }

    private LaunchSpec limited(Path script) {
        LaunchSpec spec = spec(script);
        return new LaunchSpec(spec.executable(), spec.arguments(), spec.environment(), spec.directory(), LIMITED);
    }

    private static void assumeGroups() {
        ControlGroups.Found found = ControlGroups.find(Account.own());
        found.groups().ifPresent(ControlGroups::close);
        assumeTrue(found.groups().isPresent(), found::obstacle);
    }
}
