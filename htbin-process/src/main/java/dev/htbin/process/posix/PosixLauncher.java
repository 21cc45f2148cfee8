package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.F_SETFL;
import static dev.htbin.process.posix.LinuxAbi.O_NONBLOCK;

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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Starts processes by posix_spawn(3) on threads that have confined themselves. {@link Child#await} and {@link Child#close} block the thread in the kernel: call
 * them on a platform thread, since a virtual one would keep its carrier from all others. {@link #launch} may be called on any.
 */
public final class PosixLauncher implements Launcher {
    private final MemorySegment attributes;
    private final Wards all;
    private final Map<Profile, Ward> wards;
    private final boolean groupsHaveDescriptors;
    private final AtomicLong launches = new AtomicLong();
    private final Workspace.Pool workspaces = new Workspace.Pool();
    private final SocketFinder sockets = new SocketFinder();
    /** Private directories that could not be removed yet. */
    private final Queue<PrivateTemporary> leftOver = new ConcurrentLinkedQueue<>();

    private final PrivateDirectories privateDirectories = new PrivateDirectories();
    private final Orphans orphans = new Orphans();

    private PosixLauncher(MemorySegment attributes, Wards all, boolean groupsHaveDescriptors) {
        this.attributes = attributes;
        this.all = all;
        this.groupsHaveDescriptors = groupsHaveDescriptors;
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
        return UserChoice.of(candidates, others, trees);
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

    /**
     * Has SIGHUP do what it does by default if this process was started with it ignored, as nohup(1) has it.
     *
     * @throws IOException if the system refuses it
     */
    public static void heedHangUp() throws IOException {
        ServerProcess.heed(LinuxAbi.SIGHUP);
    }

    /** Gives the calling thread, and what it starts from now on, {@link TimeSlice longer turns} of the processor. */
    public static void lengthenTimeSlices() {
        TimeSlice.lengthen();
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
        boolean groups = ServerProcess.requireProcessDescriptors();
        MemorySegment attributes = SpawnAttributes.make(Arena.ofAuto());
        return new PosixLauncher(attributes, Wards.start(config, attributes), groups);
    }

    @Override
    public Stdin newStdin() {
        return new PosixStdin(workspaces);
    }

    @Override
    public Child launch(LaunchSpec spec, Stdin stdin) throws LaunchException, InterruptedException {
        return launch(spec, stdin, Optional.empty());
    }

    /**
     * Starts a process as {@link #launch(LaunchSpec, Stdin)} does; by a fork of a warm interpreter, if there is one and it can.
     *
     * @param warm what is to be forked: an interpreter that was started for this spec's profile
     */
    public Child launch(LaunchSpec spec, Stdin stdin, Optional<WarmFork> warm)
            throws LaunchException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Ward ward = ward(spec.profile());
        if (ward.temporary().isEmpty()) {
            return launchIn(ward, spec, stdin, warm);
        }
        Path path = ward.temporary().get().resolve(Long.toHexString(launches.incrementAndGet()));
        PrivateTemporary temporary = PrivateTemporary.make(this, ward, spec.profile(), path);
        boolean launched = false;
        try {
            PosixChild child = launchIn(ward, temporary.announcedIn(spec), stdin, warm);
            launched = true;
            child.whenClosed(() -> remove(temporary));
            return child;
        } finally {
            if (!launched) {
                remove(temporary);
            }
        }
    }

    /**
     * Starts an interpreter that {@link WarmFork forks} processes. It runs the program that it reads from its standard input, has a Unix socket as descriptor 3 for
     * its orders, and the limits of its profile. Its forks become this process's own children: call {@link #adoptOrphans} before.
     *
     * @param spec the interpreter
     * @param program what it runs
     * @throws LaunchException if it can't be started
     * @throws InterruptedException if the calling thread is interrupted while it waits; nothing runs then
     */
    public WarmProcess startWarm(LaunchSpec spec, byte[] program) throws LaunchException, InterruptedException {
        Workspace workspace = workspaces.borrow();
        try (var stdin = new PosixStdin(workspaces)) {
            stdin.write(program, 0, program.length);
            SocketPair control = SocketPair.make(workspace);
            boolean started = false;
            try {
                PosixChild child = spawn(ward(spec.profile()), spec, stdin, control.theirs());
                started = true;
                return new WarmProcess(child, control.ours());
            } finally {
                Libc.close(control.theirs());
                if (!started) {
                    Libc.close(control.ours());
                }
            }
        } catch (IOException e) {
            throw new LaunchException(LaunchException.Reason.EXHAUSTED, "warm interpreter: " + e, e);
        } finally {
            workspaces.giveBack(workspace);
        }
    }

    /** Returns what the seccomp filter wants as the last argument of clone(2) with CLONE_PARENT from an interpreter of {@link #startWarm}. */
    public long siblingKey() {
        return all.siblingKey();
    }

    /**
     * Makes descendants whose parents end this process's own children, and has those that end forgotten by and by: for {@link #startWarm}. To be called once.
     *
     * @throws IOException if the kernel refuses it
     */
    public void adoptOrphans() throws IOException {
        ServerProcess.adoptOrphans();
        orphans.start();
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
        return spawn(ward, spec, input(stdin), -1);
    }

    private PosixChild launchIn(Ward ward, LaunchSpec spec, Stdin stdin, Optional<WarmFork> warm)
            throws LaunchException, InterruptedException {
        if (warm.isPresent()) {
            try (var fork = new Fork(ward, spec, input(stdin), warm.get())) {
                Optional<PosixChild> forked = watched(ward, spec, fork);
                if (forked.isPresent()) {
                    fork.hasRun(forked.get());
                    return forked.get();
                }
            }
        }
        return launchIn(ward, spec, stdin);
    }

    private PosixChild spawn(Ward ward, LaunchSpec spec, PosixStdin stdin, int control)
            throws LaunchException, InterruptedException {
        try (Arena own = Arena.ofConfined()) {
            LaunchImage image = LaunchImage.of(spec, own);
            var spawn = new Spawn(ward, spec, image, stdin, attributes, control, privateDirectories);
            return watched(ward, spec, spawn).orElseThrow();
        }
    }

    private static PosixStdin input(Stdin stdin) {
        if (!(stdin instanceof PosixStdin input)) {
            throw new IllegalArgumentException(
                    "stdin: %s (expected: from newStdin() of this launcher)".formatted(stdin));
        }
        return input;
    }

    /** Has a process come to be, and watches it before it runs as far as its birth allows that. */
    private Optional<PosixChild> watched(Ward ward, LaunchSpec spec, Birth birth)
            throws LaunchException, InterruptedException {
        Workspace workspace = workspaces.borrow();
        boolean watched = false;
        try {
            int wake = Libc.eventfd(workspace.errno, 0, LinuxAbi.EFD_CLOEXEC | LinuxAbi.EFD_NONBLOCK);
            if (wake < 0) {
                throw failureOfMachine("eventfd", Native.errno(workspace.errno));
            }
            try {
                Optional<ControlGroups.Group> group = groupFor(ward, spec);
                try {
                    Optional<Started> started = birth.begin(workspace);
                    if (started.isEmpty()) {
                        return Optional.empty();
                    }
                    int process = watchProcess(started.get(), ward, workspace);
                    var child = new PosixChild(this, ward, workspace, started.get(), process, wake);
                    watched = true;
                    enter(group, started.get().pid(), child);
                    if (birth.proceed(workspace)) {
                        return Optional.of(child);
                    }
                    child.close();
                    return Optional.empty();
                } finally {
                    if (!watched) {
                        group.ifPresent(ControlGroups.Group::end);
                    }
                }
            } finally {
                if (!watched) {
                    Libc.close(wake);
                }
            }
        } finally {
            if (!watched) {
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

    private int watchProcess(Started started, Ward ward, Workspace workspace) throws LaunchException {
        // Only our ends may not block: most programs can't write to a descriptor that does.
        int process = Libc.fcntl(workspace.errno, started.output(), F_SETFL, O_NONBLOCK);
        if (process >= 0) {
            process = Libc.fcntl(workspace.errno, started.errorOutput(), F_SETFL, O_NONBLOCK);
        }
        if (process >= 0) {
            process = (int) Libc.syscall(workspace.errno, LinuxAbi.SYS_PIDFD_OPEN, started.pid(), 0, 0);
        }
        if (process < 0) {
            int errno = Native.errno(workspace.errno);
            if (Libc.kill(workspace.errno, -started.pid(), LinuxAbi.SIGKILL) != 0) {
                ward.wardens().signal(started.warden(), SignalErrand.to(-started.pid(), LinuxAbi.SIGKILL));
            }
            Reaper.reap(started.pid(), workspace);
            Reaper.reapGroup(started.pid(), workspace);
            Libc.close(started.output());
            Libc.close(started.errorOutput());
            throw failureOfMachine("process " + started.pid(), errno);
        }
        return process;
    }

    static LaunchException failure(String what, int errno) {
        return new LaunchException(Errno.reason(errno), what + ": " + Errno.describe(errno));
    }

    static LaunchException failureOfMachine(String what, int errno) {
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
        orphans.close();
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

    /** Tells whether the kernel has what {@link Groups} is about. */
    boolean groupsHaveDescriptors() {
        return groupsHaveDescriptors;
    }

    Orphans orphans() {
        return orphans;
    }

    SocketFinder sockets() {
        return sockets;
    }
}
