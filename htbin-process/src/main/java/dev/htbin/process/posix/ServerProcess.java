package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.O_CLOEXEC;
import static dev.htbin.process.posix.LinuxAbi.O_RDWR;
import static dev.htbin.process.posix.LinuxAbi.PR_GET_DUMPABLE;
import static dev.htbin.process.posix.LinuxAbi.PR_SET_CHILD_SUBREAPER;
import static dev.htbin.process.posix.LinuxAbi.PR_SET_DUMPABLE;
import static dev.htbin.process.posix.LinuxAbi.SIGCHLD;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What must hold for the server's own process before it starts others. */
final class ServerProcess {
    private ServerProcess() {}

    /** Occupies the descriptors 0, 1 and 2 if the server was started without: a pipe must not get one of these numbers. */
    static void occupyStandardDescriptors() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            MemorySegment device = arena.allocateFrom("/dev/null");
            int opened;
            do {
                opened = Libc.open(errno, device, O_RDWR | O_CLOEXEC, 0);
                check(opened, "/dev/null", errno);
            } while (opened <= 2);
            Libc.close(opened);
        }
    }

    /** A parent may have left SIGCHLD ignored: then ended children vanish before anyone learns how they ended. */
    static void keepEndedChildren() throws IOException {
        heed(SIGCHLD);
    }

    /** Has a signal do what it does by default if the process was started with it ignored. */
    static void heed(int signal) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            MemorySegment action = arena.allocate(LinuxAbi.SIZEOF_SIGACTION, 8);
            check(Libc.sigaction(errno, signal, MemorySegment.NULL, action), "sigaction", errno);
            if (action.get(JAVA_LONG, 0) == LinuxAbi.SIG_IGN) {
                action.fill((byte) 0);
                action.set(JAVA_LONG, 0, LinuxAbi.SIG_DFL);
                check(Libc.sigaction(errno, signal, action, MemorySegment.NULL), "sigaction", errno);
            }
        }
    }

    /**
     * Keeps other processes of its user from attaching to this one, and from reading and writing its memory by way of a warden, which is a thread of a script's
     * user. No core is dumped any more either.
     *
     * @throws IOException if the process stays open to them
     */
    static void forbidAttaching() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            check(Libc.prctl(errno, PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl(PR_SET_DUMPABLE)", errno);
            if (Libc.prctl(errno, PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) {
                throw new IOException("prctl(PR_SET_DUMPABLE) has no effect");
            }
        }
    }

    /**
     * Makes this whole process, every thread of it, another user, for ever. Threads that asked to keep their capabilities keep them.
     *
     * @throws IOException if it is refused, or has no effect
     */
    static void become(Account account) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            int gid = account.gid();
            int uid = account.uid();
            check(LibcUsers.setgroups(errno, account.groups().size(), account.groupList(arena)), "setgroups", errno);
            check(LibcUsers.setresgid(errno, gid, gid, gid), "setresgid(" + gid + ")", errno);
            check(LibcUsers.setresuid(errno, uid, uid, uid), "setresuid(" + uid + ")", errno);
            boolean refused = Libc.syscall(errno, LinuxAbi.SYS_SETRESUID, -1, 0, -1) == -1
                    && Native.errno(errno) == Errno.EPERM.number;
            if (!refused) {
                throw new IOException("the server became '%s' and can still become root".formatted(account.name()));
            }
        }
    }

    /**
     * Makes sure that the kernel has process descriptors (Linux 5.3).
     *
     * @return whether they stand for {@link Groups groups} too
     * @throws IOException if it has none
     */
    static boolean requireProcessDescriptors() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            long opened = Libc.syscall(errno, LinuxAbi.SYS_PIDFD_OPEN, Libc.getpid(), 0, 0);
            check(opened, "pidfd_open (expected: Linux 5.3 or later)", errno);
            boolean groups = Groups.haveDescriptors(errno, (int) opened);
            Libc.close((int) opened);
            return groups;
        }
    }

    /**
     * Makes every descendant whose parent ends a child of this process.
     *
     * @throws IOException if it is refused
     */
    static void adoptOrphans() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            check(Libc.prctl(errno, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl(PR_SET_CHILD_SUBREAPER)", errno);
        }
    }

    private static void check(long result, String what, MemorySegment errno) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": " + Errno.describe(Native.errno(errno)));
        }
    }
}
