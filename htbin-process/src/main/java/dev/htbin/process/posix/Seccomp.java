package dev.htbin.process.posix;

import static dev.htbin.process.posix.Bpf.ALLOW;
import static dev.htbin.process.posix.Bpf.ARCHITECTURE;
import static dev.htbin.process.posix.Bpf.KILL_PROCESS;
import static dev.htbin.process.posix.Bpf.NUMBER;
import static dev.htbin.process.posix.Bpf.high;
import static dev.htbin.process.posix.Bpf.low;
import static dev.htbin.process.posix.Bpf.refuse;

import dev.htbin.process.Profile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The system calls that a confined process is refused. Everything else is allowed: what a script needs can't be listed, what it does not need can.
 *
 * <p>Wardens are under the filter of their scripts, since that is how the scripts get it. So a call that a warden needs and a script must not have is allowed with a
 * {@link Key} in registers that the call does not use.
 *
 * @param profile what the filter is for
 * @param servers the ids of the server's threads that scripts could otherwise signal, the process's own id first
 * @param key what lets wardens set their children's limits and end groups that have lost their leaders, and warm interpreters fork
 */
record Seccomp(Profile profile, List<Integer> servers, Key key) {
    /** Name who gets signals; type on a terminal. */
    private static final int[] REFUSED_IOCTLS = {
        LinuxAbi.FIOSETOWN, LinuxAbi.SIOCSPGRP, LinuxAbi.TIOCSTI, LinuxAbi.TIOCLINUX
    };

    private static final int[] LOCAL_FAMILIES = {LinuxAbi.AF_UNIX};
    private static final int[] USUAL_FAMILIES = {
        LinuxAbi.AF_UNIX, LinuxAbi.AF_INET, LinuxAbi.AF_INET6, LinuxAbi.AF_NETLINK
    };

    Seccomp {
        servers = List.copyOf(servers);
    }

    /**
     * Secrets of the server's memory.
     *
     * @param first half of what shows that a warden calls
     * @param second the other half
     * @param sibling what lets warm interpreters make children of the server, which knows of all that it has; what they fork can find it, and gains nothing that an
     *     orphan has not
     */
    record Key(long first, long second, long sibling) {}

    /** Returns what sets the filter: a {@code struct sock_fprog}. */
    MemorySegment program(Arena arena) {
        return filter().program(arena);
    }

    /** Returns the filter's instructions. */
    Bpf filter() {
        var bpf = new Bpf();
        bpf.load(ARCHITECTURE)
                .unlessEqual(SystemCalls.ARCHITECTURE, KILL_PROCESS)
                .load(NUMBER);
        if (SystemCalls.FOREIGN_BIT != 0) {
            bpf.whenAnyBit(SystemCalls.FOREIGN_BIT, KILL_PROCESS);
        }
        for (int call : SystemCalls.USELESS) {
            bpf.whenEqual(call, refuse(Errno.EPERM.number));
        }
        // Its flags are in memory, where no filter can see them: C libraries then use clone(2).
        bpf.whenEqual(SystemCalls.CLONE3, refuse(Errno.ENOSYS.number));
        bpf.when(
                SystemCalls.CLONE,
                block -> block.load(low(0))
                        .whenAnyBit(LinuxAbi.CLONE_NAMESPACES, refuse(Errno.EPERM.number))
                        .unlessAnyBit(LinuxAbi.CLONE_PARENT, ALLOW)
                        .load(low(5))
                        .unlessEqual((int) key.sibling(), refuse(Errno.EPERM.number))
                        .load(high(5))
                        .unlessEqual((int) (key.sibling() >>> 32), refuse(Errno.EPERM.number)));
        signals(bpf);
        ownOnly(bpf);
        owners(bpf);
        sockets(bpf);
        return bpf.allow();
    }

    /** No signal to the server, nor to everybody; to others as the kernel sees fit. */
    private void signals(Bpf bpf) {
        bpf.when(SystemCalls.KILL, block -> {
            noServer(block, 0);
            block.whenEqual(-1, refuse(Errno.EPERM.number));
            block.whenEqual(-servers.getFirst(), refuse(Errno.EPERM.number));
        });
        bpf.when(SystemCalls.TKILL, block -> noServer(block, 0));
        bpf.when(SystemCalls.TGKILL, block -> {
            noServer(block, 0);
            noServer(block, 1);
        });
        bpf.when(SystemCalls.RT_SIGQUEUEINFO, block -> noServer(block, 0));
        bpf.when(SystemCalls.RT_TGSIGQUEUEINFO, block -> {
            noServer(block, 0);
            noServer(block, 1);
        });
        bpf.when(SystemCalls.PIDFD_OPEN, block -> noServer(block, 0));
        // Its target is a descriptor, which no filter can see through.
        bpf.when(SystemCalls.PIDFD_SEND_SIGNAL, this::unlessOfWarden);
    }

    private void noServer(Bpf block, int argument) {
        block.load(low(argument));
        for (int id : servers) {
            block.whenEqual(id, refuse(Errno.EPERM.number));
        }
    }

    /** What takes the id of a target is allowed for the caller alone, which is 0: these calls ask for the same user and for nothing else. */
    private void ownOnly(Bpf bpf) {
        for (int call : SystemCalls.OF_CALLER) {
            bpf.when(call, block -> block.load(low(0)).unlessEqual(0, refuse(Errno.EPERM.number)));
        }
        for (int call : new int[] {SystemCalls.SETPRIORITY, SystemCalls.IOPRIO_SET}) {
            int last = call == SystemCalls.SETPRIORITY ? LinuxAbi.PRIO_PGRP : LinuxAbi.IOPRIO_WHO_PGRP;
            bpf.when(
                    call,
                    block -> block.load(low(0))
                            .whenAbove(last, refuse(Errno.EPERM.number))
                            .load(low(1))
                            .unlessEqual(0, refuse(Errno.EPERM.number)));
        }
        bpf.when(
                SystemCalls.PRLIMIT64,
                block -> unlessOfWarden(block.load(low(0)).whenEqual(0, ALLOW)));
    }

    /** Refuses a call of four arguments without the key behind them. */
    private void unlessOfWarden(Bpf block) {
        block.load(low(4))
                .unlessEqual((int) key.first(), refuse(Errno.EPERM.number))
                .load(high(4))
                .unlessEqual((int) (key.first() >>> 32), refuse(Errno.EPERM.number))
                .load(low(5))
                .unlessEqual((int) key.second(), refuse(Errno.EPERM.number))
                .load(high(5))
                .unlessEqual((int) (key.second() >>> 32), refuse(Errno.EPERM.number));
    }

    /** Who is the owner of a descriptor gets its signals, sent by the kernel. */
    private static void owners(Bpf bpf) {
        bpf.when(
                SystemCalls.FCNTL,
                block -> block.load(low(1))
                        .whenEqual(LinuxAbi.F_SETOWN, refuse(Errno.EPERM.number))
                        .whenEqual(LinuxAbi.F_SETOWN_EX, refuse(Errno.EPERM.number)));
        bpf.when(SystemCalls.IOCTL, block -> {
            block.load(low(1));
            for (int request : REFUSED_IOCTLS) {
                block.whenEqual(request, refuse(Errno.EPERM.number));
            }
        });
    }

    private void sockets(Bpf bpf) {
        int[] families = profile.networkDenied() ? LOCAL_FAMILIES : USUAL_FAMILIES;
        for (int call : new int[] {SystemCalls.SOCKET, SystemCalls.SOCKETPAIR}) {
            bpf.when(call, block -> {
                block.load(low(0));
                for (int family : families) {
                    block.whenEqual(family, ALLOW);
                }
                block.answer(refuse(profile.networkDenied() ? Errno.EPERM.number : Errno.EAFNOSUPPORT.number));
            });
        }
    }
}
