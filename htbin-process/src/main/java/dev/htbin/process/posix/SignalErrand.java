package dev.htbin.process.posix;

/**
 * Sends a signal as the warden's user: it may signal what the server itself may not. Of all wardens, only the one that started the process may do it: each is in a
 * Landlock domain of its own with what it started.
 */
final class SignalErrand extends Errand {
    private final int pid;
    private final int signal;

    SignalErrand(int pid, int signal) {
        this.pid = pid;
        this.signal = signal;
    }

    @Override
    void perform(WardenMemory memory) {
        // ESRCH is success: there is nobody left. No other error is possible for the warden's own user's processes.
        Libc.kill(memory.errno(), pid, signal);
    }
}
