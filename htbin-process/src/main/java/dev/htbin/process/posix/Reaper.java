package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.P_PID;
import static dev.htbin.process.posix.LinuxAbi.WALL;
import static dev.htbin.process.posix.LinuxAbi.WEXITED;
import static dev.htbin.process.posix.LinuxAbi.WNOHANG;
import static dev.htbin.process.posix.LinuxAbi.WNOWAIT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.htbin.process.ExitStatus;
import dev.htbin.process.Signals;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Learns how processes ended and what they used, and frees their ids. */
final class Reaper {
    private Reaper() {}

    /** Returns how a child ended, and leaves it a zombie; null while it runs. */
    static @Nullable Ended inspect(int pid, Workspace workspace) {
        return wait(pid, WEXITED | WNOHANG | WNOWAIT | WALL, workspace);
    }

    /** Waits for the end of a child, and frees its id. It was killed before, so this does not take long. */
    static Ended reap(int pid, Workspace workspace) {
        Ended ended = wait(pid, WEXITED | WALL, workspace);
        return ended == null ? Ended.UNKNOWN : ended;
    }

    /** The same of those in its process group that have become our own children: clone(2) with CLONE_PARENT makes such. */
    static void reapGroup(int pid, Workspace workspace) {
        int stray;
        do {
            stray = Libc.waitpid(workspace.errno, -pid, MemorySegment.NULL, WALL);
        } while (stray > 0 || Native.errno(workspace.errno) == Errno.EINTR.number);
    }

    private static @Nullable Ended wait(int pid, int options, Workspace workspace) {
        MemorySegment information = workspace.information;
        int result;
        do {
            information.set(JAVA_INT, LinuxAbi.SIGINFO_PID, 0);
            result = Libc.waitid(workspace.errno, P_PID, pid, information, options, workspace.usage);
        } while (result != 0 && Native.errno(workspace.errno) == Errno.EINTR.number);
        if (result != 0) {
            return Ended.UNKNOWN;
        }
        if (information.get(JAVA_INT, LinuxAbi.SIGINFO_PID) == 0) {
            return null;
        }
        int status = information.get(JAVA_INT, LinuxAbi.SIGINFO_STATUS);
        boolean byItself = information.get(JAVA_INT, LinuxAbi.SIGINFO_CODE) == LinuxAbi.CLD_EXITED;
        return new Ended(
                byItself ? new ExitStatus.Exited(status) : new ExitStatus.Signaled(status, Signals.name(status)),
                Optional.of(times(workspace.usage)));
    }

    private static Ended.Times times(MemorySegment usage) {
        return new Ended.Times(
                time(usage, LinuxAbi.RUSAGE_UTIME),
                time(usage, LinuxAbi.RUSAGE_STIME),
                usage.get(JAVA_LONG, LinuxAbi.RUSAGE_MAXRSS) << 10);
    }

    /** Reads a {@code struct timeval}. */
    private static Duration time(MemorySegment usage, int offset) {
        long micros = usage.get(JAVA_LONG, offset + Long.BYTES);
        return Duration.ofSeconds(usage.get(JAVA_LONG, offset), micros * 1000);
    }
}
