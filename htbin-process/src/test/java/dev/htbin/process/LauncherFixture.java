package dev.htbin.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A launcher, a directory of scripts, and ways to run them. */
public abstract class LauncherFixture {
    /** Where the test's scripts are, open to every user. */
    @TempDir
    protected Path directory;

    /** The launcher under test. */
    protected Launcher launcher;

    /** For the launchers' own tests. */
    protected LauncherFixture() {}

    /** Starts the launcher under test. */
    protected abstract Launcher start() throws IOException;

    @BeforeEach
    void startLauncher() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        launcher = start();
    }

    @AfterEach
    void closeLauncher() {
        launcher.close();
    }

    /** Writes a shell script. */
    protected Path script(String name, String body) throws IOException {
        return file(name, "#!/bin/sh\n" + body + "\n", "rwxr-xr-x");
    }

    /** Writes a file. */
    protected Path file(String name, String content, String permissions) throws IOException {
        Path file = Files.writeString(directory.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    /** Returns the spec of a script with arguments. */
    protected LaunchSpec spec(Path script, String... arguments) {
        List<String> all = new ArrayList<>(List.of(script.toString()));
        all.addAll(List.of(arguments));
        return new LaunchSpec(script, all, environment(), requireNonNull(script.getParent()));
    }

    /** Returns an environment with nothing but a path to search. */
    protected static SequencedMap<String, String> environment() {
        SequencedMap<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        return environment;
    }

    /** Runs to the end without a standard input. */
    protected Run run(LaunchSpec spec) throws Exception {
        return run(spec, new byte[0]);
    }

    /** Runs to the end. */
    protected Run run(LaunchSpec spec, byte[] body) throws Exception {
        try (Child child = launch(spec, body)) {
            return Run.toEnd(child);
        }
    }

    /** Launches without a standard input. */
    protected Child launch(LaunchSpec spec) throws Exception {
        return launch(spec, new byte[0]);
    }

    /** Launches with a standard input, which is closed at once. */
    protected Child launch(LaunchSpec spec, byte[] body) throws Exception {
        try (Stdin stdin = launcher.newStdin()) {
            int half = body.length / 2;
            stdin.write(body, 0, half);
            stdin.write(body, half, body.length - half);
            assertEquals(body.length, stdin.size());
            return launcher.launch(spec, stdin);
        }
    }

    /** Returns the octets of a string. */
    protected static byte[] octets(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
