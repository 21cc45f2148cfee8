package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.CAPABILITY_VERSION_3;
import static dev.htbin.process.posix.LinuxAbi.CAP_SETGID;
import static dev.htbin.process.posix.LinuxAbi.CAP_SETPCAP;
import static dev.htbin.process.posix.LinuxAbi.CAP_SETUID;
import static dev.htbin.process.posix.LinuxAbi.PR_CAPBSET_DROP;
import static dev.htbin.process.posix.LinuxAbi.PR_CAPBSET_READ;
import static dev.htbin.process.posix.LinuxAbi.PR_CAP_AMBIENT;
import static dev.htbin.process.posix.LinuxAbi.PR_CAP_AMBIENT_CLEAR_ALL;
import static dev.htbin.process.posix.LinuxAbi.PR_GET_NO_NEW_PRIVS;
import static dev.htbin.process.posix.LinuxAbi.PR_SET_NO_NEW_PRIVS;
import static dev.htbin.process.posix.LinuxAbi.PR_SET_SECCOMP;
import static dev.htbin.process.posix.LinuxAbi.SECCOMP_MODE_FILTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Wardens warden} does to its own thread before it starts processes, in this order. Children inherit all of it; no other thread is touched, since each
 * step is a system call of its own and not glibc's function of that name, which would change every thread.
 */
final class Confinement {
    private static final int UMASK = 0022;
    /** More than the kernel knows (41 in Linux 6.18): the loop ends at the first that it refuses to name. */
    private static final int MOST_CAPABILITIES = 64;

    private final List<Step> steps = new ArrayList<>();

    /** One thing that a thread gives up for ever. */
    @FunctionalInterface
    interface Step {
        void apply(Arena arena, MemorySegment errno) throws IOException;
    }

    private Confinement() {}

    /** Returns what every thread begins with: a umask and a working directory of its own. */
    static Confinement begin() {
        return new Confinement().then(Confinement::ownFileSystemState);
    }

    /** Becomes another user, which it can't leave. */
    Confinement become(Account account) {
        return then((arena, errno) -> setCapabilities(CAP_SETUID | CAP_SETGID | CAP_SETPCAP, arena, errno))
                .then(Confinement::emptyBoundingSet)
                .then((arena, errno) -> become(account, arena, errno))
                .then((arena, errno) -> setCapabilities(0, arena, errno))
                .then((arena, errno) -> requireLeft(account, errno));
    }

    /** Becomes another user and leaves it the doors that its kind of user has: set-user-id programs. */
    Confinement becomeFreely(Account account) {
        return then((arena, errno) -> setCapabilities(CAP_SETUID | CAP_SETGID, arena, errno))
                .then((arena, errno) -> become(account, arena, errno))
                .then((arena, errno) -> setCapabilities(0, arena, errno))
                .then((arena, errno) -> requireLeft(account, errno));
    }

    /** Gives up what capabilities there are. */
    Confinement dropCapabilities() {
        return then(Confinement::emptyAmbientSet).then((arena, errno) -> setCapabilities(0, arena, errno));
    }

    /** No program that it executes gives it privileges. */
    Confinement noNewPrivileges() {
        return then(Confinement::setNoNewPrivileges);
    }

    /**
     * Restricts it to the rules of Landlock.
     *
     * @param ruleset a descriptor, open until all is applied
     */
    Confinement restrict(int ruleset) {
        return then((arena, errno) -> check(Landlock.restrictSelf(errno, ruleset), "landlock_restrict_self", errno));
    }

    /**
     * Refuses system calls.
     *
     * @param program a {@code struct sock_fprog}, made before: a confined thread may find no more classes
     */
    Confinement filter(MemorySegment program) {
        return then((arena, errno) -> {
            check(
                    Libc.prctl(errno, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program.address(), 0, 0),
                    "prctl(PR_SET_SECCOMP)",
                    errno);
        });
    }

    private Confinement then(Step step) {
        steps.add(step);
        return this;
    }

    /**
     * Confines the calling thread, for ever.
     *
     * @throws IOException if a step fails; the thread must then end and start nothing
     */
    void apply() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            for (Step step : steps) {
                step.apply(arena, errno);
            }
        }
    }

    private static void ownFileSystemState(Arena arena, MemorySegment errno) throws IOException {
        check(Libc.unshare(errno, LinuxAbi.CLONE_FS), "unshare(CLONE_FS)", errno);
        Libc.umask(UMASK);
    }

    private static void emptyBoundingSet(Arena arena, MemorySegment errno) throws IOException {
        for (int capability = 0; capability < MOST_CAPABILITIES; capability++) {
            int known = Libc.prctl(errno, PR_CAPBSET_READ, capability, 0, 0, 0);
            if (known < 0 && capability > 0 && Native.errno(errno) == Errno.EINVAL.number) {
                return;
            }
            check(known, "prctl(PR_CAPBSET_READ, " + capability + ")", errno);
            check(
                    Libc.prctl(errno, PR_CAPBSET_DROP, capability, 0, 0, 0),
                    "prctl(PR_CAPBSET_DROP, " + capability + ")",
                    errno);
        }
    }

    /** Groups first: without the user id they could not be changed any more. */
    private static void become(Account account, Arena arena, MemorySegment errno) throws IOException {
        int count = account.groups().size();
        MemorySegment list = account.groupList(arena);
        check(Libc.syscall(errno, LinuxAbi.SYS_SETGROUPS, count, list.address(), 0), "setgroups", errno);
        int gid = account.gid();
        check(Libc.syscall(errno, LinuxAbi.SYS_SETRESGID, gid, gid, gid), "setresgid(" + gid + ")", errno);
        int uid = account.uid();
        check(Libc.syscall(errno, LinuxAbi.SYS_SETRESUID, uid, uid, uid), "setresuid(" + uid + ")", errno);
    }

    private static void requireLeft(Account account, MemorySegment errno) throws IOException {
        boolean refused = Libc.syscall(errno, LinuxAbi.SYS_SETRESUID, -1, 0, -1) == -1
                && Native.errno(errno) == Errno.EPERM.number;
        if (!refused) {
            throw new IOException("confinement: a thread that became user '%s' can still become root (expected: EPERM)"
                    .formatted(account.name()));
        }
    }

    private static void emptyAmbientSet(Arena arena, MemorySegment errno) throws IOException {
        // Refused with EINVAL by kernels before 4.3, which have no ambient capabilities.
        int cleared = Libc.prctl(errno, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        if (cleared != 0 && Native.errno(errno) != Errno.EINVAL.number) {
            check(cleared, "prctl(PR_CAP_AMBIENT_CLEAR_ALL)", errno);
        }
    }

    /** Makes the effective and the permitted set these, all below 32, and the inheritable one empty. */
    private static void setCapabilities(int capabilities, Arena arena, MemorySegment errno) throws IOException {
        MemorySegment header = arena.allocate(8, 4);
        header.set(JAVA_INT, 0, CAPABILITY_VERSION_3);
        MemorySegment sets = arena.allocate(24, 4);
        sets.set(JAVA_INT, 0, capabilities);
        sets.set(JAVA_INT, 4, capabilities);
        check(Libc.syscall(errno, LinuxAbi.SYS_CAPSET, header.address(), sets.address(), 0), "capset", errno);
    }

    private static void setNoNewPrivileges(Arena arena, MemorySegment errno) throws IOException {
        check(Libc.prctl(errno, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)", errno);
        if (Libc.prctl(errno, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) {
            throw new IOException("confinement: prctl(PR_SET_NO_NEW_PRIVS) has no effect");
        }
    }

    private static void check(long result, String call, MemorySegment errno) throws IOException {
        if (result < 0) {
            throw new IOException("confinement: %s: %s".formatted(call, Errno.describe(Native.errno(errno))));
        }
    }
}
