package dev.htbin.process.posix;

import dev.htbin.process.Profile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What the running kernel can hold processes to.
 *
 * @param landlock the version of Landlock's interface; 0 without it
 * @param seccomp whether it filters system calls
 */
record Kernel(int landlock, boolean seccomp) {
    private static final int SECCOMP_GET_ACTION_AVAIL = 2;

    /** Asks the kernel. */
    static Kernel ask() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            MemorySegment action = arena.allocate(4, 4);
            action.set(java.lang.foreign.ValueLayout.JAVA_INT, 0, Bpf.KILL_PROCESS);
            boolean seccomp =
                    Libc.syscall(errno, SystemCalls.SECCOMP, SECCOMP_GET_ACTION_AVAIL, 0, action.address()) == 0;
            return new Kernel(Landlock.abi(), seccomp);
        }
    }

    /** Returns what a profile asks for and this kernel can't do, a sentence each. */
    List<String> lacks(Profile profile) {
        var lacks = new ArrayList<String>();
        if (!profile.kind().confined()) {
            return lacks;
        }
        if (!seccomp) {
            lacks.add(
                    "the kernel filters no system calls (CONFIG_SECCOMP_FILTER, Linux 4.14): scripts can signal threads of the server that have their user");
        }
        if (landlock < Landlock.SCOPE_ABI) {
            lacks.add(
                    "the kernel knows no scope of signals (Landlock ABI 6, Linux 6.12; found: %d): scripts can signal every process of their user"
                            .formatted(landlock));
        }
        if (Landlock.restrictsFiles(profile) && landlock < 1) {
            lacks.add(
                    "the kernel can't restrict files (Landlock, Linux 5.13): profile %s reads and writes what its user may"
                            .formatted(profile.name()));
        }
        if (profile.networkDenied() && landlock < Landlock.NETWORK_ABI && !seccomp) {
            lacks.add("the kernel can't restrict TCP (Landlock ABI 4, Linux 6.7; found: %d): profile %s has the network"
                    .formatted(landlock, profile.name()));
        }
        return lacks;
    }

    /** Returns what processes of a profile are held to by this kernel, and what they are not, a sentence each. */
    List<String> describe(Profile profile) {
        var text = new ArrayList<String>();
        if (!profile.kind().confined()) {
            text.add("Nothing confines it but its user.");
            return text;
        }
        text.add(
                "It gains no privileges: set-user-id programs and file capabilities have no effect, and it has no capability.");
        if (seccomp) {
            text.add(
                    "It can't trace or signal the server, nor call what administers a machine: mount, bpf, keyctl, kexec, modules, namespaces, io_uring, perf.");
        }
        if (landlock >= Landlock.SCOPE_ABI) {
            text.add(
                    "It can signal other scripts of its user alone, and connect to no abstract socket outside of them.");
        }
        files(profile, text);
        if (profile.networkDenied()) {
            text.add("It has no network: no sockets but Unix ones.");
        }
        profile.limits()
                .most()
                .forEach((resource, limit) ->
                        text.add("Limit of %s: %d %s.".formatted(resource.label(), limit, resource.unit())));
        lacks(profile).forEach(what -> text.add("Missing: " + what + "."));
        return text;
    }

    private void files(Profile profile, List<String> text) {
        if (landlock < 1) {
            return;
        }
        if (profile.readingRestricted()) {
            text.add("It reads the system (%s)%s alone."
                    .formatted(String.join(", ", Landlock.SYSTEM), listed(profile.readable())));
        }
        if (profile.writingRestricted()) {
            text.add("It writes a private temporary directory%s alone.".formatted(listed(profile.writable())));
        }
    }

    private static String listed(List<java.nio.file.Path> trees) {
        var text = new StringBuilder();
        trees.forEach(tree -> text.append(", ").append(tree));
        return text.toString();
    }
}
