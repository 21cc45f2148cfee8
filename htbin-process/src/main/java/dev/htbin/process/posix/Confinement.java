package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.CAPABILITY_VERSION_3;
import static dev.htbin.process.posix.LinuxAbi.PR_CAPBSET_DROP;
import static dev.htbin.process.posix.LinuxAbi.PR_CAPBSET_READ;
import static dev.htbin.process.posix.LinuxAbi.PR_CAP_AMBIENT;
import static dev.htbin.process.posix.LinuxAbi.PR_CAP_AMBIENT_CLEAR_ALL;
import static dev.htbin.process.posix.LinuxAbi.PR_GET_NO_NEW_PRIVS;
import static dev.htbin.process.posix.LinuxAbi.PR_SET_NO_NEW_PRIVS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link Warden} does to its own thread before it starts processes, in this order. Children inherit all of it; no other thread is touched, since each step
 * is a system call of its own and not glibc's function of that name, which would change every thread.
 */
final class Confinement {
    private static final int UMASK = 0022;
    /** More than the kernel knows (41 in Linux 6.18): the loop ends at the first that it refuses to name. */
    private static final int MOST_CAPABILITIES = 64;

    private final List<Step> steps;

    /** One thing that a thread gives up for ever. */
    @FunctionalInterface
    interface Step {
        void apply(Arena arena, MemorySegment errno) throws IOException;
    }

    private Confinement(List<Step> steps) {
        this.steps = List.copyOf(steps);
    }

    /**
     * Returns what confines a thread.
     *
     * @param become the user to become; empty: remain who we are
     */
    static Confinement of(Optional<Account> become) {
        List<Step> steps = new ArrayList<>();
        steps.add(Confinement::ownFileSystemState);
        if (become.isPresent()) {
            Account account = become.get();
            steps.add(Confinement::emptyBoundingSet);
            steps.add((arena, errno) -> become(account, arena, errno));
        }
        steps.add(Confinement::emptyCapabilities);
        steps.add(Confinement::noNewPrivileges);
        return new Confinement(steps);
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

    /** A umask and a working directory of the thread's own. */
    private static void ownFileSystemState(Arena arena, MemorySegment errno) throws IOException {
        check(Libc.unshare(errno, LinuxAbi.CLONE_FS), "unshare(CLONE_FS)", errno);
        Libc.umask(UMASK);
    }

    private static void emptyBoundingSet(Arena arena, MemorySegment errno) throws IOException {
        for (int capability = 0; capability < MOST_CAPABILITIES; capability++) {
            if (Libc.prctl(errno, PR_CAPBSET_READ, capability, 0, 0, 0) < 0) {
                return;
            }
            check(
                    Libc.prctl(errno, PR_CAPBSET_DROP, capability, 0, 0, 0),
                    "prctl(PR_CAPBSET_DROP, " + capability + ")",
                    errno);
        }
    }

    /** Groups first: without the user id they could not be changed any more. */
    private static void become(Account account, Arena arena, MemorySegment errno) throws IOException {
        int count = account.groups().size();
        MemorySegment list = arena.allocate(JAVA_INT, Math.max(count, 1));
        for (int i = 0; i < count; i++) {
            list.setAtIndex(JAVA_INT, i, account.groups().get(i));
        }
        check(Libc.syscall(errno, LinuxAbi.SYS_SETGROUPS, count, list.address(), 0), "setgroups", errno);
        int gid = account.gid();
        check(Libc.syscall(errno, LinuxAbi.SYS_SETRESGID, gid, gid, gid), "setresgid(" + gid + ")", errno);
        int uid = account.uid();
        check(Libc.syscall(errno, LinuxAbi.SYS_SETRESUID, uid, uid, uid), "setresuid(" + uid + ")", errno);
        if (Libc.syscall(errno, LinuxAbi.SYS_SETRESUID, -1, 0, -1) != -1) {
            throw new IOException("confinement: a thread that became user '%s' can still become root (expected: EPERM)"
                    .formatted(account.name()));
        }
    }

    private static void emptyCapabilities(Arena arena, MemorySegment errno) throws IOException {
        // Refused with EINVAL by kernels before 4.3, which have no ambient capabilities.
        int cleared = Libc.prctl(errno, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        if (cleared != 0 && Native.errno(errno) != Errno.EINVAL.number) {
            check(cleared, "prctl(PR_CAP_AMBIENT_CLEAR_ALL)", errno);
        }
        MemorySegment header = arena.allocate(8, 4);
        header.set(JAVA_INT, 0, CAPABILITY_VERSION_3);
        MemorySegment sets = arena.allocate(24, 4);
        check(Libc.syscall(errno, LinuxAbi.SYS_CAPSET, header.address(), sets.address(), 0), "capset", errno);
    }

    private static void noNewPrivileges(Arena arena, MemorySegment errno) throws IOException {
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
