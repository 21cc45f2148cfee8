package dev.htbin.process.posix;

/** Sends a signal as the warden's user: it may signal what the server itself may not. */
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
