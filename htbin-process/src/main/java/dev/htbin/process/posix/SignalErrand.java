package dev.htbin.process.posix;

import org.jspecify.annotations.Nullable;

/**
 * Sends a signal as the warden's user: it may signal what the server itself may not. Of all wardens, only the one that started the process may do it: each is in a
 * Landlock domain of its own with what it started.
 */
final class SignalErrand extends Errand {
    private final int target;
    private final int signal;
    /** Null for a signal that goes to a number. */
    private final Seccomp.@Nullable Key key;

    private SignalErrand(int target, int signal, Seccomp.@Nullable Key key) {
        this.target = target;
        this.signal = signal;
        this.key = key;
    }

    /** To a process, or by a negative number to a group. */
    static SignalErrand to(int pid, int signal) {
        return new SignalErrand(pid, signal, null);
    }

    /** To a {@link Groups group}, by the descriptor of the process that leads it or did, and with what the filter lets a warden do it. */
    static SignalErrand toGroup(int leader, int signal, Seccomp.Key key) {
        return new SignalErrand(leader, signal, key);
    }

    @Override
    void perform(WardenMemory memory) {
        // ESRCH is success: there is nobody left. No other error is possible for the warden's own user's processes.
        if (key == null) {
            Libc.kill(memory.errno(), target, signal);
        } else {
            Groups.signal(memory.errno(), target, signal, key);
        }
    }
}
