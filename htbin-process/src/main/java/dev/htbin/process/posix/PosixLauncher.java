package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.F_SETFL;
import static dev.htbin.process.posix.LinuxAbi.O_CLOEXEC;
import static dev.htbin.process.posix.LinuxAbi.O_DIRECTORY;
import static dev.htbin.process.posix.LinuxAbi.O_NONBLOCK;
import static dev.htbin.process.posix.LinuxAbi.O_PATH;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.RunsAs;
import dev.htbin.process.Stdin;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts processes by posix_spawn(3) on threads that have confined themselves. {@link Child#await} and {@link Child#close} block the thread in the kernel: call
 * them on a platform thread, since a virtual one would keep its carrier from all others. {@link #launch} may be called on any.
 */
public final class PosixLauncher implements Launcher {
    private static final int LEAST_WARDENS = 2;
    private static final int MOST_PRIVATE_DIRECTORIES = 1024;
    private static final int MOST_BUSY_ATTEMPTS = 50;
    private static final long BUSY_PAUSE_NANOS = 2_000_000;

    private final MemorySegment attributes;
    private final Wardens wardens;
    private final RunsAs runsAs;
    private final Workspace.Pool workspaces = new Workspace.Pool();
    private final SocketFinder sockets = new SocketFinder();
    /** Directories below one that the processes' user may not pass through. */
    private final Set<Path> privateDirectories = ConcurrentHashMap.newKeySet();

    private PosixLauncher(MemorySegment attributes, Wardens wardens, RunsAs runsAs) {
        this.attributes = attributes;
        this.wardens = wardens;
        this.runsAs = runsAs;
    }

    /** Says why this launcher can't work here, for a human; empty when it can. */
    public static Optional<String> obstacle() {
        return Native.obstacle();
    }

    /** Returns the option of {@code java} that this launcher needs. */
    public static String grant() {
        return Native.grant();
    }

    /**
     * Starts the wardens.
     *
     * @param user the user that processes run as, a name or a number; empty: {@code nobody} when this process is root, else its own user
     * @throws IOException if the user does not exist, is root or in root's group, or this process may not become it
     */
    public static PosixLauncher start(Optional<String> user) throws IOException {
        Account own = Account.own();
        boolean root = own.uid() == 0;
        Account account = user.isPresent() || root ? Account.find(user.orElse("nobody")) : own;
        // A server that is not root may well have group 0, as in some containers: its scripts gain nothing by it.
        if (account.uid() == 0 || (root && account.privileged())) {
            throw new IOException("user: '%s' is root or belongs to root's group (expected: an unprivileged user)"
                    .formatted(account.name()));
        }
        if (!root && account.uid() != own.uid()) {
            throw new IOException(
                    "user: '%s' (expected: '%s', the server's own user, since only root may become another)"
                            .formatted(account.name(), own.name()));
        }
        ServerProcess.occupyStandardDescriptors();
        ServerProcess.keepEndedChildren();
        ServerProcess.requireProcessDescriptors();
        Arena arena = Arena.ofAuto();
        MemorySegment attributes = SpawnAttributes.make(arena);
        int count = Math.max(LEAST_WARDENS, Runtime.getRuntime().availableProcessors());
        LaunchImage nothing = LaunchImage.absent(arena);
        Wardens wardens = Wardens.start(
                count,
                Confinement.of(root ? Optional.of(account) : Optional.empty()),
                () -> new SpawnErrand(nothing, nothing.executable(), attributes, 0, 0));
        if (root) {
            ServerProcess.forbidAttaching();
        }
        var runsAs = new RunsAs(
                account.name(), Integer.toUnsignedLong(account.uid()), Integer.toUnsignedLong(account.gid()), true);
        return new PosixLauncher(attributes, wardens, runsAs);
    }

    @Override
    public Stdin newStdin() {
        return new PosixStdin(workspaces);
    }

    @Override
    public Child launch(LaunchSpec spec, Stdin stdin) throws LaunchException, InterruptedException {
        if (!(stdin instanceof PosixStdin input)) {
            throw new IllegalArgumentException(
                    "stdin: %s (expected: from newStdin() of this launcher)".formatted(stdin));
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Workspace workspace = workspaces.borrow();
        boolean launched = false;
        try (Arena own = Arena.ofConfined()) {
            LaunchImage image = LaunchImage.of(spec, own);
            int wake = Libc.eventfd(workspace.errno, 0, LinuxAbi.EFD_CLOEXEC | LinuxAbi.EFD_NONBLOCK);
            check(wake, "eventfd", workspace);
            try {
                SpawnErrand spawned = spawn(spec, image, input, workspace);
                int process = watchProcess(spawned, workspace);
                launched = true;
                return new PosixChild(this, workspace, spawned, process, wake);
            } finally {
                if (!launched) {
                    Libc.close(wake);
                }
            }
        } finally {
            if (!launched) {
                workspaces.giveBack(workspace);
            }
        }
    }

    private SpawnErrand spawn(LaunchSpec spec, LaunchImage image, PosixStdin stdin, Workspace workspace)
            throws LaunchException, InterruptedException {
        int directory = Libc.open(workspace.errno, image.directory(), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        check(directory, spec.directory().toString(), workspace);
        try {
            int input = stdin.open(workspace);
            try {
                return spawn(spec, image, input, directory);
            } finally {
                Libc.close(input);
            }
        } finally {
            Libc.close(directory);
        }
    }

    private SpawnErrand spawn(LaunchSpec spec, LaunchImage image, int stdin, int directory)
            throws LaunchException, InterruptedException {
        boolean reachable = image.relative().address() != 0;
        boolean relative = reachable && privateDirectories.contains(spec.directory());
        for (int attempt = 1; ; attempt++) {
            if (relative) {
                image.renameToRelative();
            }
            MemorySegment path = relative ? image.relative() : image.executable();
            var errand = new SpawnErrand(image, path, attributes, stdin, directory);
            wardens.send(errand);
            errand.await();
            if (errand.error == 0) {
                if (relative) {
                    remember(spec.directory());
                }
                return errand;
            }
            if (errand.error == Errno.EACCES.number && reachable && !relative) {
                // A directory above may be closed to the user; the script's own directory is open already.
                relative = true;
            } else if (errand.error == Errno.ETXTBSY.number && attempt < MOST_BUSY_ATTEMPTS) {
                // Another launch of this very moment may still hold a descriptor that wrote this file.
                LockSupport.parkNanos(this, BUSY_PAUSE_NANOS);
            } else {
                String what = errand.failedEarly
                        ? "pipes for " + spec.executable()
                        : spec.executable().toString();
                throw failure(what + " as user " + runsAs.user(), errand.error);
            }
        }
    }

    private void remember(Path directory) {
        if (privateDirectories.size() >= MOST_PRIVATE_DIRECTORIES) {
            privateDirectories.clear();
        }
        privateDirectories.add(directory);
    }

    private int watchProcess(SpawnErrand spawned, Workspace workspace) throws LaunchException {
        // Only our ends may not block: most programs can't write to a descriptor that does.
        int process = Libc.fcntl(workspace.errno, spawned.output, F_SETFL, O_NONBLOCK);
        if (process >= 0) {
            process = Libc.fcntl(workspace.errno, spawned.errorOutput, F_SETFL, O_NONBLOCK);
        }
        if (process >= 0) {
            process = (int) Libc.syscall(workspace.errno, LinuxAbi.SYS_PIDFD_OPEN, spawned.pid, 0, 0);
        }
        if (process < 0) {
            int errno = Native.errno(workspace.errno);
            if (Libc.kill(workspace.errno, -spawned.pid, LinuxAbi.SIGKILL) != 0) {
                signalByWarden(-spawned.pid, LinuxAbi.SIGKILL);
            }
            Reaper.reap(spawned.pid, workspace);
            Libc.close(spawned.output);
            Libc.close(spawned.errorOutput);
            throw failure("process " + spawned.pid, errno);
        }
        return process;
    }

    private static void check(int result, String what, Workspace workspace) throws LaunchException {
        if (result < 0) {
            throw failure(what, Native.errno(workspace.errno));
        }
    }

    private static LaunchException failure(String what, int errno) {
        return new LaunchException(Errno.reason(errno), what + ": " + Errno.describe(errno));
    }

    @Override
    public RunsAs runsAs() {
        return runsAs;
    }

    @Override
    public String name() {
        return "posix_spawn";
    }

    @Override
    public void close() {
        wardens.close();
    }

    Workspace.Pool workspaces() {
        return workspaces;
    }

    SocketFinder sockets() {
        return sockets;
    }

    /** Sends a signal that this process itself may not send. */
    void signalByWarden(int pid, int signal) {
        var errand = new SignalErrand(pid, signal);
        if (wardens.trySend(errand)) {
            errand.awaitCalmly();
        }
    }
}
