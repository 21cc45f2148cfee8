package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.P_PID;
import static dev.htbin.process.posix.LinuxAbi.WALL;
import static dev.htbin.process.posix.LinuxAbi.WEXITED;
import static dev.htbin.process.posix.LinuxAbi.WNOHANG;
import static dev.htbin.process.posix.LinuxAbi.WNOWAIT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.htbin.process.ExitStatus;
import dev.htbin.process.Signals;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Learns how processes ended and frees their ids. */
final class Reaper {
    private Reaper() {}

    /** What stands for the end of a child that something else in this process reaped, which took the status with it. */
    private static final ExitStatus UNKNOWN = new ExitStatus.Exited(0);

    /** Returns how a child ended, and leaves it a zombie; null while it runs. */
    static @Nullable ExitStatus inspect(int pid, Workspace workspace) {
        return wait(pid, WEXITED | WNOHANG | WNOWAIT | WALL, workspace);
    }

    /**
     * Waits for the end of a child, frees its id, and then waits for others in its process group that have become our own children: clone(2) with CLONE_PARENT makes
     * such. All of the group were killed before, so this does not take long.
     */
    static ExitStatus reap(int pid, Workspace workspace) {
        ExitStatus status = wait(pid, WEXITED | WALL, workspace);
        int stray;
        do {
            stray = Libc.waitpid(workspace.errno, -pid, MemorySegment.NULL, WALL);
        } while (stray > 0 || Native.errno(workspace.errno) == Errno.EINTR.number);
        return status == null ? UNKNOWN : status;
    }

    private static @Nullable ExitStatus wait(int pid, int options, Workspace workspace) {
        MemorySegment information = workspace.information;
        int result;
        do {
            information.set(JAVA_INT, LinuxAbi.SIGINFO_PID, 0);
            result = Libc.waitid(workspace.errno, P_PID, pid, information, options);
        } while (result != 0 && Native.errno(workspace.errno) == Errno.EINTR.number);
        if (result != 0) {
            return UNKNOWN;
        }
        if (information.get(JAVA_INT, LinuxAbi.SIGINFO_PID) == 0) {
            return null;
        }
        int status = information.get(JAVA_INT, LinuxAbi.SIGINFO_STATUS);
        return information.get(JAVA_INT, LinuxAbi.SIGINFO_CODE) == LinuxAbi.CLD_EXITED
                ? new ExitStatus.Exited(status)
                : new ExitStatus.Signaled(status, Signals.name(status));
    }
}
