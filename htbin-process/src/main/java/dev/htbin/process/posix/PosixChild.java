package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.POLLERR;
import static dev.htbin.process.posix.LinuxAbi.POLLHUP;
import static dev.htbin.process.posix.LinuxAbi.POLLIN;
import static dev.htbin.process.posix.LinuxAbi.POLLNVAL;
import static dev.htbin.process.posix.LinuxAbi.POLLRDHUP;
import static dev.htbin.process.posix.LinuxAbi.SIGKILL;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.htbin.process.Child;
import dev.htbin.process.ExitStatus;
import dev.htbin.process.Usage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A process and the descriptors that tell of it. Its id stays taken until {@link #close}, also after it ended, since it is waited for only then: so a signal to its
 * group can never reach a stranger.
 */
final class PosixChild implements Child {
    private static final int OUTPUT = 0;
    private static final int ERROR = 1;
    private static final int PROCESS = 2;
    private static final int WAKE = 3;
    private static final int CLIENT = 4;
    private static final int POLLED = 5;
    private static final short GONE = POLLERR | POLLHUP | POLLNVAL;

    /** What a pipe holds at first. */
    private static final int PIPE_BYTES = 64 << 10;

    private static final int LARGE_PIPE_BYTES = 256 << 10;

    private final int pid;
    private final boolean warm;
    private final PosixLauncher launcher;
    private final Ward ward;
    private final int warden;
    private final Workspace workspace;
    /** Held by who waits, reads or closes. */
    private final ReentrantLock loop = new ReentrantLock();
    /** Held by who signals, wakes or reaps; guards {@link #reaped} and {@link #closing}. */
    private final ReentrantLock signals = new ReentrantLock();

    private final int process;
    private final int wake;
    private int output;
    private int error;
    private int client = -1;
    private boolean clientLost;
    private boolean enlarged;
    private short clientEvents = POLLRDHUP;
    private volatile @Nullable Ended exit;
    private final ResidentSize residentSize;
    private boolean closing;
    private volatile Runnable afterwards = () -> {};
    private volatile BooleanSupplier outOfMemory = () -> false;
    private boolean reaped;

    PosixChild(PosixLauncher launcher, Ward ward, Workspace workspace, Started started, int process, int wake) {
        this.launcher = launcher;
        this.ward = ward;
        this.workspace = workspace;
        this.pid = started.pid();
        this.warm = started.forked();
        this.residentSize = new ResidentSize(pid, warm);
        this.warden = started.warden();
        this.output = started.output();
        this.error = started.errorOutput();
        this.process = process;
        this.wake = wake;
        launcher.orphans().know(pid);
    }

    /** Has something done once, when this is closed, after what was asked for before. To be called before anyone else knows the child. */
    void whenClosed(Runnable action) {
        Runnable first = afterwards;
        afterwards = () -> {
            first.run();
            action.run();
        };
    }

    /** Belongs to a control group, which ends with it. To be called before anyone else knows the child. */
    void belongTo(ControlGroups.Group group) {
        outOfMemory = group::outOfMemory;
        whenClosed(group::end);
    }

    @Override
    public boolean outOfMemory() {
        return outOfMemory.getAsBoolean();
    }

    /** Returns the number of the warden that started it, or what forked it. */
    int warden() {
        return warden;
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public boolean warm() {
        return warm;
    }

    @Override
    public boolean watch(InetSocketAddress local, InetSocketAddress remote) {
        loop.lock();
        try {
            if (isClosing() || client >= 0) {
                return client >= 0;
            }
            if (local.isUnresolved() || remote.isUnresolved()) {
                return false;
            }
            client = launcher.sockets().duplicate(local, remote, workspace);
            // A connection that was reset has no peer any more: what can't be found is gone.
            clientLost = client == SocketFinder.ABSENT;
            return client != SocketFinder.UNKNOWN;
        } finally {
            loop.unlock();
        }
    }

    @Override
    public void unwatch() {
        loop.lock();
        try {
            client = closed(client);
            clientLost = false;
            clientEvents = POLLRDHUP;
        } finally {
            loop.unlock();
        }
    }

    @Override
    public Set<Event> await(Duration timeout) throws IOException, InterruptedException {
        loop.lock();
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            requireOpen();
            workspace.poll(OUTPUT, output, POLLIN);
            workspace.poll(ERROR, error, POLLIN);
            workspace.poll(PROCESS, exit == null ? process : -1, POLLIN);
            workspace.poll(WAKE, wake, POLLIN);
            workspace.poll(CLIENT, client, clientEvents);
            if (!workspace.await(POLLED, exit == null && !clientLost ? timeout : Duration.ZERO)) {
                throw new IOException(
                        "process %d: poll: %s".formatted(pid, Errno.describe(Native.errno(workspace.errno))));
            }
            return events();
        } finally {
            loop.unlock();
        }
    }

    @Override
    public int readOutput(ByteBuffer buffer) throws IOException {
        loop.lock();
        try {
            requireOpen();
            int count = new PipeEnd(pid, "standard output").read(workspace, output, buffer);
            if (count < 0) {
                output = closed(output);
            } else if (count >= PIPE_BYTES && !enlarged) {
                // The writer waits for us: fewer, larger turns. Where the user's share of pipes is used up, all stays
                // as it is.
                enlarged = true;
                Libc.fcntl(workspace.errno, output, LinuxAbi.F_SETPIPE_SZ, LARGE_PIPE_BYTES);
            }
            return count;
        } finally {
            loop.unlock();
        }
    }

    @Override
    public int readError(ByteBuffer buffer) throws IOException {
        loop.lock();
        try {
            requireOpen();
            int count = new PipeEnd(pid, "standard error").read(workspace, error, buffer);
            if (count < 0) {
                error = closed(error);
            }
            return count;
        } finally {
            loop.unlock();
        }
    }

    @Override
    public ExitStatus exitStatus() {
        loop.lock();
        try {
            if (!isClosing()) {
                inspect();
            }
            return Optional.ofNullable(exit)
                    .map(Ended::status)
                    .orElseThrow(() -> new IllegalStateException("process %d has not ended yet".formatted(pid)));
        } finally {
            loop.unlock();
        }
    }

    @Override
    public void sampleMemory() {
        if (exit == null) {
            residentSize.sample();
        }
    }

    @Override
    public Optional<Usage> usage() {
        return Optional.ofNullable(exit)
                .flatMap(Ended::times)
                .map(times -> new Usage(times.user(), times.system(), residentSize.most(times.maxResidentBytes())));
    }

    @Override
    public void terminate() {
        signal(LinuxAbi.SIGTERM);
    }

    @Override
    public void kill() {
        signal(SIGKILL);
    }

    @Override
    public void wake() {
        signals.lock();
        try {
            if (!closing) {
                ring();
            }
        } finally {
            signals.unlock();
        }
    }

    @Override
    public void close() {
        signals.lock();
        try {
            if (closing) {
                return;
            }
            closing = true;
            if (loop.isLocked()) {
                ring();
            }
        } finally {
            signals.unlock();
        }
        loop.lock();
        try {
            end();
            output = closed(output);
            error = closed(error);
            client = closed(client);
            Libc.close(process);
            Libc.close(wake);
            launcher.workspaces().giveBack(workspace);
        } finally {
            loop.unlock();
        }
        afterwards.run();
    }

    private void end() {
        signals.lock();
        try {
            boolean byDescriptor = exit != null && launcher.groupsHaveDescriptors();
            if (!byDescriptor) {
                send(SIGKILL);
            }
            Ended last = Reaper.reap(pid, workspace);
            if (!byDescriptor || Groups.kill(workspace.errno, process, ward, warden)) {
                Reaper.reapGroup(pid, workspace);
            }
            exit = exit == null ? last : exit;
            reaped = true;
            launcher.orphans().forget(pid);
        } finally {
            signals.unlock();
        }
    }

    private Set<Event> events() throws IOException {
        requireOpen();
        Set<Event> events = EnumSet.noneOf(Event.class);
        if (workspace.found(OUTPUT) != 0) {
            events.add(Event.OUTPUT);
        }
        if (workspace.found(ERROR) != 0) {
            events.add(Event.ERROR);
        }
        if (workspace.found(PROCESS) != 0) {
            inspect();
        }
        if (exit != null) {
            events.add(Event.EXITED);
        }
        if (workspace.found(WAKE) != 0) {
            Libc.read(workspace.errno, wake, workspace.number, Long.BYTES);
            events.add(Event.WOKEN);
        }
        int found = workspace.found(CLIENT);
        if ((found & GONE) != 0 || clientLost) {
            events.add(Event.CLIENT_GONE);
        } else if ((found & POLLRDHUP) != 0) {
            clientEvents = 0;
            events.add(Event.CLIENT_FINISHED);
        }
        return events;
    }

    /** Looks whether the process has ended, and leaves it unreaped. */
    private void inspect() {
        if (exit == null) {
            exit = Reaper.inspect(pid, workspace);
        }
    }

    private void signal(int signal) {
        signals.lock();
        try {
            send(signal);
        } finally {
            signals.unlock();
        }
    }

    private void send(int signal) {
        if (!reaped
                && Libc.kill(workspace.signalErrno, -pid, signal) != 0
                && Native.errno(workspace.signalErrno) == Errno.EPERM.number) {
            ward.wardens().signal(warden, SignalErrand.to(-pid, signal));
        }
    }

    private void ring() {
        workspace.ring.set(JAVA_LONG, 0, 1);
        Libc.write(workspace.signalErrno, wake, workspace.ring, Long.BYTES);
    }

    private boolean isClosing() {
        signals.lock();
        try {
            return closing;
        } finally {
            signals.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (isClosing()) {
            throw new IOException("process %d: closed".formatted(pid));
        }
    }

    private static int closed(int descriptor) {
        if (descriptor >= 0) {
            Libc.close(descriptor);
        }
        return -1;
    }

    @Override
    public String toString() {
        return "process " + pid;
    }
}
