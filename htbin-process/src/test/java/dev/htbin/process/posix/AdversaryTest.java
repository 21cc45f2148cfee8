package dev.htbin.process.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.LauncherFixture;
import dev.htbin.process.Profile;
import dev.htbin.process.Profile.Kind;
import dev.htbin.process.Run;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Processes that try to hurt the server which started them, by every way that the kernel has, and the same ways used as they are meant. */
class AdversaryTest extends LauncherFixture {
    private static final boolean ROOT = Libc.geteuid() == 0;

    @Override
    protected Launcher start() throws IOException {
        var profiles = new LinkedHashSet<Profile>();
        for (Kind kind : Kind.values()) {
            profiles.add(profile(kind));
        }
        return PosixLauncher.start(LauncherConfig.defaults().withProfiles(profiles));
    }

    private Profile profile(Kind kind) {
        Profile profile = Profile.of(kind);
        if (!profile.readingRestricted()) {
            return profile;
        }
        // The semaphores of multiprocessing are files there.
        return profile.withReadable(List.of(directory)).withWritable(List.of(Path.of("/dev/shm")));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "OPEN")
    void reachesNoThreadOfTheServer(Kind kind) throws Exception {
        assumeScopes();
        Run run = run(
                spec(kind, adversary(), String.valueOf(ProcessHandle.current().pid())));
        assertEquals(
                List.of(),
                run.output().lines().filter(line -> line.startsWith("DONE")).toList());
        assertTrue(
                run.output().lines().count() > 40L * Thread.getAllStackTraces().size(), run::output);
        assertEquals("exit 0", run.exit().toString(), run::error);
    }

    @Test
    void findsTheHolesOfAProcessThatIsNotConfined() throws Exception {
        Path program = adversary();
        Run run = run(
                spec(Kind.OPEN, program, String.valueOf(ProcessHandle.current().pid())));
        for (String hole : List.of("kill ", "tgkill ", "prlimit64 ", "F_SETOWN_EX ", "clone-parent ")) {
            assertTrue(run.output().contains("\nDONE " + hole), hole);
        }
    }

    @Test
    void gainsNothingBySetUserIdPrograms() throws Exception {
        assumeTrue(ROOT, "only root can make a program set-user-id root");
        Path id = directory.resolve("id");
        Files.copy(Path.of("/usr/bin/id"), id);
        Files.setPosixFilePermissions(id, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals(
                0,
                new ProcessBuilder("chmod", "u+s", id.toString())
                        .inheritIO()
                        .start()
                        .waitFor());
        assertFalse(run(spec(Kind.STANDARD, id)).output().contains("euid=0"));
        assertTrue(run(spec(Kind.OPEN, id)).output().contains("euid=0"));
    }

    @ParameterizedTest
    @EnumSource
    void mayDoWhatScriptsDo(Kind kind) throws Exception {
        Path script = file("works.py", python("works.py"), "rwxr-xr-x");
        Run run = run(spec(kind, script));
        assertEquals("", run.error());
        assertEquals("all is well\n", run.output());
    }

    @ParameterizedTest
    @EnumSource
    void reachesTheNetworkAsItsProfileSays(Kind kind) throws Exception {
        try (var server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Path script = file("connect.py", python("connect.py"), "rwxr-xr-x");
            Run run = run(spec(kind, script, String.valueOf(server.getLocalPort())));
            boolean denied = kind == Kind.NO_NETWORK || kind == Kind.STRICT;
            assertEquals(
                    denied ? "tcp refused\nudp refused\nbind refused\n" : "tcp done\nudp done\nbind done\n",
                    run.output());
        }
    }

    private void assumeScopes() {
        assumeTrue(Kernel.ask().landlock() >= Landlock.SCOPE_ABI, "the kernel knows no scope of signals");
    }

    private LaunchSpec spec(Kind kind, Path program, String... arguments) {
        var spec = spec(program, arguments);
        return new LaunchSpec(spec.executable(), spec.arguments(), spec.environment(), spec.directory(), profile(kind));
    }

    private static String python(String name) throws IOException {
        try (InputStream resource = Objects.requireNonNull(AdversaryTest.class.getResourceAsStream(name), name)) {
            return new String(resource.readAllBytes(), UTF_8);
        }
    }

    private Path adversary() throws Exception {
        Path source = directory.resolve("adversary.c");
        Files.writeString(source, python("adversary.c"));
        Path program = directory.resolve("adversary");
        boolean required = "all".equals(System.getProperty("htbin.require")) || "true".equals(System.getenv("CI"));
        assumeTrue(
                required || Files.isExecutable(Path.of("/usr/bin/cc")), "no /usr/bin/cc to compile the adversary with");
        Process cc = new ProcessBuilder("/usr/bin/cc", "-O1", "-o", program.toString(), source.toString())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.INHERIT)
                .start();
        assertEquals(0, cc.waitFor());
        return program;
    }
}
