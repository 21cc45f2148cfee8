package dev.htbin.process.posix;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.htbin.process.Child;
import dev.htbin.process.Child.Event;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Profile;
import dev.htbin.process.Resource;
import dev.htbin.process.Run;
import dev.htbin.process.Stdin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A life of a process, from its standard input to its close, while calls of it fail. */
@SuppressWarnings("ImmutableEnumChecker") // What it holds is not changed.
enum LaunchScenario {
    EMPTY_INPUT(Profile.standard(), 0, "cat"),
    /** In memory until the launch. */
    SMALL_INPUT(Profile.standard(), 1000, "cat"),
    /** In a file without a name while it is received. */
    LARGE_INPUT(Profile.standard(), PosixStdin.MEMORY_BYTES + 1000, "cat"),
    /** On a file system that has no files without names. */
    LARGE_INPUT_NAMED(
            Profile.standard(),
            PosixStdin.MEMORY_BYTES + 1000,
            "cat",
            new Faults.Fault("open(O_TMPFILE)", 1, Errno.EOPNOTSUPP.number)),
    /** On a kernel that has no memory files. */
    SMALL_INPUT_IN_FILE(Profile.standard(), 1000, "cat", new Faults.Fault("memfd_create", 1, Errno.ENOSYS.number)),
    PRIVATE_TEMPORARY(readonly(), 0, "sh", "-c", ": > $TMPDIR/file; mkdir $TMPDIR/directory; echo done"),
    /** Ended by a signal, which only its warden may send: the server is not the script's user. */
    TERMINATED(Profile.standard(), 0, "sleep", "600") {
        @Override
        void watch(Child child) throws Exception {
            child.terminate();
            Run.until(child, Event.EXITED);
        }
    },
    CLOSED_WHILE_RUNNING(Profile.standard(), 0, "sleep", "600") {
        @Override
        void watch(Child child) throws Exception {
            child.wake();
            if (!child.await(Run.LONG).equals(Set.of(Event.WOKEN))) {
                throw new AssertionError("not woken");
            }
        }
    },
    /** A client that is there must not be taken for one that has gone. */
    WATCHED_CLIENT(Profile.standard(), 0, "cat") {
        @Override
        void watch(Child child) throws Exception {
            try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    var client = new Socket(server.getInetAddress(), server.getLocalPort());
                    var accepted = server.accept()) {
                child.watch((InetSocketAddress) accepted.getLocalSocketAddress(), (InetSocketAddress)
                        accepted.getRemoteSocketAddress());
                Set<Event> seen = EnumSet.noneOf(Event.class);
                while (!seen.contains(Event.EXITED)) {
                    seen.addAll(child.await(Run.LONG));
                }
                client.setSoLinger(true, 0);
                child.unwatch();
                if (seen.contains(Event.CLIENT_GONE) || seen.contains(Event.CLIENT_FINISHED)) {
                    throw new AssertionError("a client that is there is reported as " + seen);
                }
            }
        }
    };

    final Profile profile;
    /** What fails in every run of the scenario. */
    final List<Faults.Fault> given;

    private final byte[] input;
    private final List<String> command;

    LaunchScenario(Profile profile, int inputBytes, String program, Object... rest) {
        this.profile = profile;
        this.input = "x".repeat(inputBytes).getBytes(US_ASCII);
        this.given = Arrays.stream(rest)
                .filter(Faults.Fault.class::isInstance)
                .map(Faults.Fault.class::cast)
                .toList();
        var words = new java.util.ArrayList<>(List.of(program));
        Arrays.stream(rest)
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .forEach(words::add);
        this.command = List.copyOf(words);
    }

    /** A stage of the life: which exception a failure in it gives. */
    enum Stage {
        STDIN,
        LAUNCH,
        WATCH,
        CLOSE
    }

    /** Is told when a stage begins. */
    @FunctionalInterface
    interface Progress {
        void begins(Stage stage);
    }

    /** Restricts files, and has limits: a process can't have them from its warden. */
    static Profile readonly() {
        return Profile.of(Profile.Kind.READONLY)
                .withLimits(Profile.standard().limits().with(Resource.OPEN_FILES, 64));
    }

    /** Lives it; the child is closed whatever happens. */
    void run(PosixLauncher launcher, Progress progress) throws Exception {
        var environment = new LinkedHashMap<>(Map.of("PATH", "/usr/bin:/bin"));
        var spec = new LaunchSpec(Path.of("/bin", command.getFirst()), command, environment, Path.of("/bin"), profile);
        progress.begins(Stage.STDIN);
        try (Stdin stdin = launcher.newStdin()) {
            fill(stdin);
            progress.begins(Stage.LAUNCH);
            Child child = launcher.launch(spec, stdin);
            try {
                progress.begins(Stage.WATCH);
                watch(child);
            } finally {
                progress.begins(Stage.CLOSE);
                child.close();
            }
        }
    }

    /** What could not be written whole, no process may get. */
    private void fill(Stdin stdin) throws IOException {
        try {
            stdin.write(input, 0, input.length / 2);
            stdin.write(input, input.length / 2, input.length - input.length / 2);
        } catch (IOException e) {
            try {
                stdin.write(input, 0, 1);
            } catch (IOException closed) {
                throw e;
            }
            throw new AssertionError("writes on after " + e, e);
        }
    }

    void watch(Child child) throws Exception {
        Run run = Run.toEnd(child);
        int expected = command.contains("-c") ? "done\n".length() : input.length;
        if (run.output().length() != expected
                || !run.error().isEmpty()
                || !run.exit().success()) {
            throw new IOException("%d octets (expected: %d), %s, standard error: %s"
                    .formatted(run.output().length(), expected, run.exit(), run.error()));
        }
    }
}
