package dev.htbin.process.posix;

/**
 * Sends a signal as the warden's user: it may signal what the server itself may not. Of all wardens, only the one that started the process may do it: each is in a
 * Landlock domain of its own with what it started.
 */
final class SignalErrand extends Errand {
    private static final int NONE = -1;

    private final int pid;
    private final int leader;
    private final int signal;

    private SignalErrand(int pid, int leader, int signal) {
        this.pid = pid;
        this.leader = leader;
        this.signal = signal;
    }

    /** To a process, or by a negative number to a group. */
    static SignalErrand to(int pid, int signal) {
        return new SignalErrand(pid, NONE, signal);
    }

    /** To a {@link Groups group}, by the descriptor of the process that leads it or did. */
    static SignalErrand toGroup(int leader, int signal) {
        return new SignalErrand(0, leader, signal);
    }

    @Override
    void perform(WardenMemory memory) {
        // ESRCH is success: there is nobody left. No other error is possible for the warden's own user's processes.
        if (leader == NONE) {
            Libc.kill(memory.errno(), pid, signal);
        } else {
            Groups.signal(memory.errno(), leader, signal);
        }
    }
}
