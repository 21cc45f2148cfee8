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
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import dev.htbin.process.ServerUser;
import dev.htbin.process.Stdin;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts processes by posix_spawn(3) on threads that have confined themselves. {@link Child#await} and {@link Child#close} block the thread in the kernel: call
 * them on a platform thread, since a virtual one would keep its carrier from all others. {@link #launch} may be called on any.
 */
public final class PosixLauncher implements Launcher {
    private static final int MOST_PRIVATE_DIRECTORIES = 1024;
    private static final int MOST_BUSY_ATTEMPTS = 50;
    private static final long BUSY_PAUSE_NANOS = 2_000_000;

    private final MemorySegment attributes;
    private final Wards all;
    private final Map<Profile, Ward> wards;
    private final AtomicLong launches = new AtomicLong();
    private final Workspace.Pool workspaces = new Workspace.Pool();
    private final SocketFinder sockets = new SocketFinder();
    /** Private directories that could not be removed yet. */
    private final Queue<PrivateTemporary> leftOver = new ConcurrentLinkedQueue<>();
    /** Directories below one that the processes' user may not pass through. */
    private final Set<PrivateDirectory> privateDirectories = ConcurrentHashMap.newKeySet();

    /** A directory that the user of a profile can't reach by its path. */
    private record PrivateDirectory(Profile profile, Path directory) {}

    private PosixLauncher(MemorySegment attributes, Wards all) {
        this.attributes = attributes;
        this.all = all;
        this.wards = all.byProfile();
    }

    /** Says why this launcher can't work here, for a human; empty when it can. */
    public static Optional<String> obstacle() {
        return Native.obstacle();
    }

    /**
     * Finds the user that this process, which is root, can become: the first of some that exists, has no privileges, is none of {@code others}, and may read trees.
     *
     * @param candidates names, the best first
     * @param others the users of scripts: a server of the same user would be less safe from them
     * @param trees what must be readable
     */
    public static ServerUser serverUser(List<String> candidates, Set<String> others, Collection<Path> trees) {
        var obstacles = new ArrayList<String>();
        for (String candidate : candidates) {
            try {
                Account account = Account.find(candidate);
                if (account.privileged() || others.contains(account.name())) {
                    obstacles.add("'%s' is %s"
                            .formatted(candidate, account.privileged() ? "privileged" : "a user of scripts"));
                    continue;
                }
                var readability = new Readability(account);
                Optional<String> obstacle = trees.stream()
                        .map(readability::obstacle)
                        .flatMap(Optional::stream)
                        .findFirst();
                if (obstacle.isEmpty()) {
                    return new ServerUser(Optional.of(account.name()), obstacles);
                }
                obstacles.add(obstacle.get());
            } catch (IOException e) {
                obstacles.add(String.valueOf(e.getMessage()));
            }
        }
        return new ServerUser(Optional.empty(), obstacles);
    }

    /**
     * Makes this whole process another user, for ever.
     *
     * @throws IOException if there is no such user, if it is privileged, or if the system refuses it
     */
    public static void leaveRoot(String user) throws IOException {
        ServerProcess.become(Wards.unprivileged(Account.find(user), "server user"));
        ServerProcess.forbidAttaching();
    }

    /** Tells whether this process is root. */
    public static boolean isRoot() {
        return Libc.geteuid() == 0;
    }

    /** Returns the option of {@code java} that this launcher needs. */
    public static String grant() {
        return Native.grant();
    }

    /**
     * Starts the wardens, and makes this process leave root if that is asked for.
     *
     * @throws IOException if a user does not exist, is root or in root's group, or this process may not become it; if a profile's tree does not exist; if
     *     confinement is required and something of it can't be had
     */
    public static PosixLauncher start(LauncherConfig config) throws IOException {
        ServerProcess.occupyStandardDescriptors();
        ServerProcess.keepEndedChildren();
        ServerProcess.requireProcessDescriptors();
        MemorySegment attributes = SpawnAttributes.make(Arena.ofAuto());
        return new PosixLauncher(attributes, Wards.start(config, attributes));
    }

    @Override
    public Stdin newStdin() {
        return new PosixStdin(workspaces);
    }

    @Override
    public Child launch(LaunchSpec spec, Stdin stdin) throws LaunchException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Ward ward = ward(spec.profile());
        if (ward.temporary().isEmpty()) {
            return launchIn(ward, spec, stdin);
        }
        Path path = ward.temporary().get().resolve(Long.toHexString(launches.incrementAndGet()));
        PrivateTemporary temporary = PrivateTemporary.make(this, ward, spec.profile(), path);
        boolean launched = false;
        try {
            PosixChild child = launchIn(ward, temporary.announcedIn(spec), stdin);
            launched = true;
            child.whenClosed(() -> remove(temporary));
            return child;
        } finally {
            if (!launched) {
                remove(temporary);
            }
        }
    }

    /** Removes a directory; and, when the machine is well enough for that, one that could not be removed before. */
    private void remove(PrivateTemporary temporary) {
        if (!temporary.remove()) {
            leftOver.add(temporary);
            return;
        }
        PrivateTemporary earlier = leftOver.poll();
        if (earlier != null && !earlier.remove()) {
            leftOver.add(earlier);
        }
    }

    /** Launches with what temporary directory there is. */
    PosixChild launchIn(Ward ward, LaunchSpec spec, Stdin stdin) throws LaunchException, InterruptedException {
        if (!(stdin instanceof PosixStdin input)) {
            throw new IllegalArgumentException(
                    "stdin: %s (expected: from newStdin() of this launcher)".formatted(stdin));
        }
        Workspace workspace = workspaces.borrow();
        boolean launched = false;
        try (Arena own = Arena.ofConfined()) {
            LaunchImage image = LaunchImage.of(spec, own);
            int wake = Libc.eventfd(workspace.errno, 0, LinuxAbi.EFD_CLOEXEC | LinuxAbi.EFD_NONBLOCK);
            if (wake < 0) {
                throw failureOfMachine("eventfd", Native.errno(workspace.errno));
            }
            try {
                Optional<ControlGroups.Group> group = groupFor(ward, spec);
                try {
                    SpawnErrand spawned = spawn(spec, image, input, workspace);
                    int process = watchProcess(spawned, ward, workspace);
                    var child = new PosixChild(this, ward, workspace, spawned, process, wake);
                    launched = true;
                    enter(group, spawned.pid, child);
                    return child;
                } finally {
                    if (!launched) {
                        group.ifPresent(ControlGroups.Group::end);
                    }
                }
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

    private static Optional<ControlGroups.Group> groupFor(Ward ward, LaunchSpec spec) throws LaunchException {
        if (ward.groups().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ward.groups().get().make(spec.profile().limits()));
        } catch (IOException e) {
            throw new LaunchException(LaunchException.Reason.EXHAUSTED, "control group: " + e, e);
        }
    }

    /** A process that can't be put into its group must not go on, unless it has ended already. */
    private static void enter(Optional<ControlGroups.Group> group, int pid, PosixChild child) throws LaunchException {
        if (group.isEmpty()) {
            return;
        }
        child.belongTo(group.get());
        try {
            group.get().add(pid);
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No such process")) {
                child.close();
                throw new LaunchException(LaunchException.Reason.EXHAUSTED, "control group: " + e, e);
            }
        }
    }

    private SpawnErrand spawn(LaunchSpec spec, LaunchImage image, PosixStdin stdin, Workspace workspace)
            throws LaunchException, InterruptedException {
        int directory = Libc.open(workspace.errno, image.directory(), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (directory < 0) {
            throw failure(spec.directory().toString(), Native.errno(workspace.errno));
        }
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
        Ward ward = ward(spec.profile());
        var place = new PrivateDirectory(spec.profile(), spec.directory());
        boolean relative = reachable && privateDirectories.contains(place);
        for (int attempt = 1; ; attempt++) {
            if (relative) {
                image.renameToRelative();
            }
            MemorySegment path = relative ? image.relative() : image.executable();
            var errand = new SpawnErrand(image, path, attributes, ward.limits(), stdin, directory);
            ward.wardens().send(errand);
            errand.await();
            if (errand.error == 0) {
                if (relative) {
                    remember(place);
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
                String what = "%s as user %s, profile %s"
                        .formatted(
                                spec.executable(),
                                ward.runsAs().user(),
                                spec.profile().name());
                throw errand.failedByMachine()
                        ? failureOfMachine(errand.call + " for " + what, errand.error)
                        : failure(what, errand.error);
            }
        }
    }

    private void remember(PrivateDirectory place) {
        if (privateDirectories.size() >= MOST_PRIVATE_DIRECTORIES) {
            privateDirectories.clear();
        }
        privateDirectories.add(place);
    }

    private int watchProcess(SpawnErrand spawned, Ward ward, Workspace workspace) throws LaunchException {
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
                signalByWarden(ward, spawned.warden, -spawned.pid, LinuxAbi.SIGKILL);
            }
            Reaper.reap(spawned.pid, workspace);
            Libc.close(spawned.output);
            Libc.close(spawned.errorOutput);
            throw failureOfMachine("process " + spawned.pid, errno);
        }
        return process;
    }

    private static LaunchException failure(String what, int errno) {
        return new LaunchException(Errno.reason(errno), what + ": " + Errno.describe(errno));
    }

    private static LaunchException failureOfMachine(String what, int errno) {
        return new LaunchException(Errno.reasonOfMachine(errno), what + ": " + Errno.describe(errno));
    }

    @Override
    public RunsAs runsAs(Profile profile) {
        return ward(profile).runsAs();
    }

    @Override
    public String name() {
        return "posix_spawn";
    }

    @Override
    public void close() {
        for (PrivateTemporary left = leftOver.poll(); left != null; left = leftOver.poll()) {
            left.remove();
        }
        all.close();
    }

    private Ward ward(Profile profile) {
        Ward ward = wards.get(profile);
        if (ward == null) {
            throw new IllegalArgumentException("profile: %s (expected: one that the launcher was started with: %s)"
                    .formatted(profile, wards.keySet()));
        }
        return ward;
    }

    Workspace.Pool workspaces() {
        return workspaces;
    }

    SocketFinder sockets() {
        return sockets;
    }

    /** Sends a signal that this process itself may not send, to what a warden started. */
    void signalByWarden(Ward ward, int warden, int pid, int signal) {
        var errand = new SignalErrand(pid, signal);
        if (ward.wardens().trySend(errand, warden)) {
            errand.awaitCalmly();
        }
    }
}
