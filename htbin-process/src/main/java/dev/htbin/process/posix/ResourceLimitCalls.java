package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.htbin.process.Profile;
import dev.htbin.process.Resource;
import dev.htbin.process.ResourceLimits;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Sets the limits of a process that was just started: resource limits belong to a process, not to a thread, so it can't inherit them from its warden.
 *
 * @param calls what is set
 * @param strict whether a process that can't be limited must not run: a set-user-id program, where there can be one, is none of the warden's any more
 * @param key what the filter lets a warden do it with
 */
record ResourceLimitCalls(List<Call> calls, boolean strict, Seccomp.Key key) {
    private static final int SIZEOF_RLIMIT = 16;

    ResourceLimitCalls {
        calls = List.copyOf(calls);
    }

    /**
     * One limit.
     *
     * @param number RLIMIT_…
     * @param limit a {@code struct rlimit}
     */
    record Call(int number, MemorySegment limit) {}

    /**
     * Returns what sets these limits, none above those of this process, which nobody but root could exceed.
     *
     * @param ownUser whether processes run as the server's own user: its threads, and all else that the user runs, would count as theirs, so that processes are
     *     then left to control groups
     * @throws IOException if the limits of this process can't be read
     */
    static ResourceLimitCalls of(Profile profile, boolean ownUser, Seccomp.Key key) throws IOException {
        Arena arena = Arena.ofAuto();
        ResourceLimits limits = profile.limits();
        MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
        var calls = new ArrayList<Call>();
        for (Resource resource : limits.most().keySet()) {
            OptionalInt number = numberOf(resource);
            if (number.isPresent() && !(ownUser && resource == Resource.PROCESSES)) {
                MemorySegment limit = arena.allocate(SIZEOF_RLIMIT, 8);
                if (set(errno, 0, number.getAsInt(), MemorySegment.NULL, limit, key) != 0) {
                    throw new IOException(
                            "prlimit: %s: %s".formatted(resource.label(), Errno.describe(Native.errno(errno))));
                }
                // RLIM_INFINITY has all bits set.
                long own = limit.get(JAVA_LONG, 8) & Long.MAX_VALUE;
                long most = limits.of(resource).orElseThrow();
                limit.set(JAVA_LONG, 0, Math.min(most, own));
                // SIGXCPU comes at the first, SIGKILL at the second.
                limit.set(JAVA_LONG, 8, Math.min(resource == Resource.CPU ? most + 1 : most, own));
                calls.add(new Call(number.getAsInt(), limit));
            }
        }
        return new ResourceLimitCalls(calls, profile.kind().confined(), key);
    }

    /**
     * Sets the limits.
     *
     * @return 0, or the error number
     */
    int apply(MemorySegment errno, int pid) {
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            if (set(errno, pid, call.number(), call.limit(), MemorySegment.NULL, key) != 0) {
                int error = Native.errno(errno);
                // It has ended already.
                if (error != Errno.ESRCH.number && strict) {
                    return error;
                }
            }
        }
        return 0;
    }

    private static long set(
            MemorySegment errno, int pid, int number, MemorySegment limit, MemorySegment previous, Seccomp.Key key) {
        return Libc.syscall(
                errno,
                SystemCalls.PRLIMIT64,
                pid,
                number,
                limit.address(),
                previous.address(),
                key.first(),
                key.second());
    }

    private static OptionalInt numberOf(Resource resource) {
        return switch (resource) {
            case CPU -> OptionalInt.of(LinuxAbi.RLIMIT_CPU);
            case ADDRESS_SPACE -> OptionalInt.of(LinuxAbi.RLIMIT_AS);
            case PROCESSES -> OptionalInt.of(LinuxAbi.RLIMIT_NPROC);
            case OPEN_FILES -> OptionalInt.of(LinuxAbi.RLIMIT_NOFILE);
            case FILE_SIZE -> OptionalInt.of(LinuxAbi.RLIMIT_FSIZE);
            case CORE -> OptionalInt.of(LinuxAbi.RLIMIT_CORE);
            case MEMORY -> OptionalInt.empty();
        };
    }
}
