package dev.htbin.process;

/** The names of signals, in the numbering of Linux. */
public final class Signals {
    private static final String[] NAMES = {
        "",
        "SIGHUP",
        "SIGINT",
        "SIGQUIT",
        "SIGILL",
        "SIGTRAP",
        "SIGABRT",
        "SIGBUS",
        "SIGFPE",
        "SIGKILL",
        "SIGUSR1",
        "SIGSEGV",
        "SIGUSR2",
        "SIGPIPE",
        "SIGALRM",
        "SIGTERM",
        "SIGSTKFLT",
        "SIGCHLD",
        "SIGCONT",
        "SIGSTOP",
        "SIGTSTP",
        "SIGTTIN",
        "SIGTTOU",
        "SIGURG",
        "SIGXCPU",
        "SIGXFSZ",
        "SIGVTALRM",
        "SIGPROF",
        "SIGWINCH",
        "SIGIO",
        "SIGPWR",
        "SIGSYS"
    };

    private Signals() {}

    /**
     * Returns the name of a signal, for example {@code SIGKILL}.
     *
     * @param number the signal's number; one without a name gives {@code SIG} and the number
     */
    public static String name(int number) {
        return number > 0 && number < NAMES.length ? NAMES[number] : "SIG" + number;
    }
}
