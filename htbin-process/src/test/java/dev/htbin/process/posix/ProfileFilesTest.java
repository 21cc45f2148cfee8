package dev.htbin.process.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.LauncherFixture;
import dev.htbin.process.Profile;
import dev.htbin.process.Profile.Kind;
import dev.htbin.process.Resource;
import dev.htbin.process.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What processes of a profile can read and write, and what is left of it. */
class ProfileFilesTest extends LauncherFixture {
    private Profile readonly = Profile.standard();
    private Profile writing = Profile.standard();
    private Profile reading = Profile.standard();

    @Override
    protected Launcher start() throws IOException {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path closed = Files.createDirectory(directory.resolve("closed"));
        Files.writeString(closed.resolve("secret"), "secret\n");
        Path site = Files.createDirectory(directory.resolve("site"));
        Files.setPosixFilePermissions(site, PosixFilePermissions.fromString("rwxrwxrwx"));
        readonly = Profile.of(Kind.READONLY).withReadable(List.of(site));
        writing = Profile.standard().withWritable(List.of(open));
        reading = Profile.standard().withReadable(List.of(site));
        var profiles = new LinkedHashSet<>(List.of(Profile.standard(), readonly, writing, reading));
        return PosixLauncher.start(LauncherConfig.defaults().withProfiles(profiles));
    }

    @BeforeEach
    void assumeLandlock() {
        assumeTrue(Kernel.ask().landlock() > 0, "the kernel can't restrict files");
    }

    @Test
    void readsTheSystemAndTheSiteAndNothingElse() throws Exception {
        String deeds = "cat ../closed/secret; head -c 4 /etc/passwd; cat /proc/self/comm; ls / > /dev/null || echo no";
        for (Profile profile : List.of(readonly, reading)) {
            Run run = run(profile, deeds);
            assertFalse(run.output().contains("secret"), run::output);
            assertTrue(run.output().startsWith("rootcat\nno\n"), run::output);
        }
        assertTrue(run(Profile.standard(), deeds).output().startsWith("secret\nroot"));
        assertTrue(run(writing, deeds).output().startsWith("secret\nroot"));
    }

    @Test
    void writesOnlyWhereItMay() throws Exception {
        String deeds =
                "for d in \"$TMPDIR\" ../open . /tmp /var/tmp /dev/shm; do echo x > $d/htbin-mark-$$ && echo $? || echo no; rm -f $d/htbin-mark-$$; done 2>/dev/null; echo x > /dev/null && echo x > /dev/stderr";
        assertEquals("0 no no no no no", words(run(readonly, deeds)));
        assertEquals("0 0 no no no no", words(run(writing, deeds)));
        Run free = run(Profile.standard(), "echo ${TMPDIR-none}; echo x > ../open/mark && echo done");
        assertEquals("none done", words(free));
    }

    @Test
    void writesThroughNoDoorBesides() throws Exception {
        Path open = directory.resolve("open");
        Files.writeString(open.resolve("file"), "content");
        Files.setPosixFilePermissions(open.resolve("file"), PosixFilePermissions.fromString("rw-rw-rw-"));
        Run run = run(readonly, """
                cd ../open
                ln file other; ln -s file link; mv file moved; rm file; mkdir new; mkfifo pipe; rmdir ../open
                true > file; truncate -s 0 file; ln file $TMPDIR/hard; mv file $TMPDIR/; chmod 0 ../nothing
                echo end""");
        assertEquals("end", words(run));
        try (Stream<Path> left = Files.list(open)) {
            assertEquals(List.of(open.resolve("file")), left.toList());
        }
        assertEquals("content", Files.readString(open.resolve("file")));
    }

    @Test
    void getsATemporaryDirectoryOfItsOwnThatIsGoneAfterwards() throws Exception {
        Run first = run(
                readonly,
                "echo $TMPDIR; stat -c %a $TMPDIR; mkdir -p $TMPDIR/a/b; touch $TMPDIR/a/b/c; chmod 0 $TMPDIR/a");
        Run second = run(readonly, "echo $TMPDIR");
        Path place = Path.of(first.output().lines().findFirst().orElseThrow());
        assertEquals("700", first.output().lines().toList().get(1));
        assertFalse(first.output().startsWith(second.output().strip()), first::output);
        try (Stream<Path> left = Files.list(place.getParent())) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void removesTheTemporaryDirectoryAlsoOnAThreadThatIsInterrupted() throws Exception {
        Path place;
        try (Child child = launch(spec(readonly, "touch $TMPDIR/file; echo $TMPDIR"))) {
            place = Path.of(Run.line(child));
            Run.toEnd(child);
            Thread.currentThread().interrupt();
        }
        assertTrue(Thread.interrupted());
        assertFalse(Files.exists(place));
    }

    @Test
    void leavesNoTemporaryDirectoryWhenItEnds() throws Exception {
        Path place = Path.of(run(readonly, "echo $TMPDIR").output().strip())
                .resolve("../..")
                .normalize();
        assertTrue(Files.isDirectory(place));
        launcher.close();
        assertFalse(Files.exists(place));
    }

    @Test
    void removesWhatAKilledServerLeft() throws Exception {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        Path left = parent.resolve("htbin-tmp-left");
        Files.createDirectories(left.resolve("readonly-0/1/a"));
        Files.createFile(left.resolve(".htbin-lock"));
        Path target = Files.writeString(directory.resolve("kept"), "kept");
        Files.createSymbolicLink(left.resolve("readonly-0/1/link"), target);
        Files.createSymbolicLink(left.resolve("readonly-0/1/directory"), directory);
        Path other = Files.createDirectories(parent.resolve("htbin-tmp-other/site"));
        try {
            PosixLauncher.start(LauncherConfig.defaults().withProfiles(new LinkedHashSet<>(List.of(readonly))))
                    .close();
            assertFalse(Files.exists(left));
            assertTrue(Files.exists(target));
            assertTrue(Files.exists(other), "a directory without a lock is nobody's to remove");
        } finally {
            Files.delete(other);
            Files.delete(other.getParent());
        }
    }

    @Test
    void refusesATreeThatDoesNotExist() {
        Profile profile = Profile.standard().withReadable(List.of(directory.resolve("absent")));
        var config = LauncherConfig.defaults().withProfiles(new LinkedHashSet<>(List.of(profile)));
        var failure = assertThrows(IOException.class, () -> PosixLauncher.start(config));
        assertTrue(String.valueOf(failure.getMessage()).contains(directory + "/absent"), failure::toString);
    }

    @Test
    void refusesAProfileThatItWasNotStartedWith() {
        Profile other = Profile.of(Kind.STRICT);
        assertThrows(IllegalArgumentException.class, () -> run(other, "true"));
        assertThrows(IllegalArgumentException.class, () -> launcher.runsAs(other));
    }

    @Test
    void holdsProcessesToTheirLimits() throws Exception {
        Profile limited = Profile.standard()
                .withLimits(Profile.standard()
                        .limits()
                        .with(Resource.CPU, 1)
                        .with(Resource.FILE_SIZE, 1 << 20)
                        .with(Resource.OPEN_FILES, 16)
                        .with(Resource.ADDRESS_SPACE, 1L << 28));
        try (Launcher own =
                PosixLauncher.start(LauncherConfig.defaults().withProfiles(new LinkedHashSet<>(List.of(limited))))) {
            launcher.close();
            launcher = own;
            assertEquals(
                    "0 2048 16 262144 1",
                    words(run(limited, onceLimited("ulimit -c; ulimit -f; ulimit -n; ulimit -v; ulimit -t"))));
            assertEquals(
                    "SIGXCPU",
                    String.valueOf(run(limited, onceLimited("while :; do :; done"))
                                    .exit())
                            .replaceAll(".*(SIG[A-Z]+).*", "$1"));
            Run full = run(
                    limited,
                    onceLimited("cd ../open; head -c 2000000 /dev/zero > big; echo $?; stat -c %s big; rm big"));
            assertEquals("153 1048576", words(full));
            assertTrue(run(limited, onceLimited("python3 -c 'x = bytes(1 << 29)' 2>&1"))
                    .output()
                    .contains("MemoryError"));
        }
    }

    /** Limits are set right after the start: a shell may be there first. */
    private static String onceLimited(String deeds) {
        return "until [ \"$(ulimit -f)\" = 2048 ]; do :; done; " + deeds;
    }

    private Run run(Profile profile, String deeds) throws Exception {
        return run(spec(profile, deeds));
    }

    private LaunchSpec spec(Profile profile, String deeds) throws IOException {
        Path site = directory.resolve("site");
        Path script = Files.writeString(site.resolve("script"), "#!/bin/sh\n" + deeds + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        LaunchSpec spec = spec(script);
        return new LaunchSpec(spec.executable(), spec.arguments(), spec.environment(), spec.directory(), profile);
    }

    private static String words(Run run) {
        return String.join(" ", run.output().strip().split("\\s+"));
    }
}
