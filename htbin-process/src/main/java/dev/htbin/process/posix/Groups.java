package dev.htbin.process.posix;

import java.lang.foreign.MemorySegment;

/**
 * Process groups by the descriptors of the processes that lead them, or did: a group's number may stand for another group as soon as this one is empty and its leader's id
 * free again, a descriptor never does. Linux 6.9 has it.
 */
final class Groups {
    private static final int PIDFD_SIGNAL_PROCESS_GROUP = 4;
    /** Of the server itself, which no filter holds. */
    private static final Seccomp.Key NO_KEY = new Seccomp.Key(0, 0, 0);

    private Groups() {}

    /**
     * Tells whether the kernel has it, and lets this process use it.
     *
     * @param self the descriptor of this process, which may lead no group
     */
    static boolean haveDescriptors(MemorySegment errno, int self) {
        int answer = signal(errno, self, 0, NO_KEY);
        return answer == 0 || answer == Errno.ESRCH.number;
    }

    /**
     * Kills those who are left in a group whose leader is gone; mostly nobody, and no warden is needed to know that.
     *
     * @param leader the descriptor of the process that led it
     * @param ward whose warden started that process
     * @param warden the warden's number
     * @return whether there was somebody
     */
    static boolean kill(MemorySegment errno, int leader, Ward ward, int warden) {
        int answer = signal(errno, leader, LinuxAbi.SIGKILL, NO_KEY);
        if (answer != 0 && answer != Errno.ESRCH.number) {
            ward.wardens()
                    .signal(
                            warden,
                            SignalErrand.toGroup(
                                    leader, LinuxAbi.SIGKILL, ward.limits().key()));
        }
        return answer != Errno.ESRCH.number;
    }

    /**
     * Sends a signal to all who are in a group.
     *
     * @param leader the descriptor of the process that leads it, or did
     * @param key what the filter lets a warden do it with
     * @return 0, if somebody got it; or errno: {@code ESRCH} when the group is empty
     */
    static int signal(MemorySegment errno, int leader, int signal, Seccomp.Key key) {
        long sent = Libc.syscall(
                errno,
                LinuxAbi.SYS_PIDFD_SEND_SIGNAL,
                leader,
                signal,
                0,
                PIDFD_SIGNAL_PROCESS_GROUP,
                key.first(),
                key.second());
        return sent == 0 ? 0 : Native.errno(errno);
    }
}
