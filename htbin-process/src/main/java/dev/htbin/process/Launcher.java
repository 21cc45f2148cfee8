package dev.htbin.process;

import java.io.IOException;

/** Starts processes. Safe for use by several threads. */
public interface Launcher extends AutoCloseable {
    /**
     * Returns a new, empty standard input to be filled. The caller closes it; a child that was launched with it keeps its own hold.
     *
     * @throws IOException if no descriptor or space can be had
     */
    Stdin newStdin() throws IOException;

    /**
     * Starts a process in a session of its own, with default signals, nothing open but 0, 1 and 2, and umask 022.
     *
     * @param spec what to execute
     * @param stdin the complete standard input, which the process reads from its beginning; an empty one gives the null device
     * @return the running process; the caller closes it
     * @throws LaunchException if it can't be started; its {@link LaunchException#reason} says why
     * @throws InterruptedException if the calling thread is interrupted while it waits; nothing runs then
     */
    Child launch(LaunchSpec spec, Stdin stdin) throws LaunchException, InterruptedException;

    /** Returns the user that processes run as and what confines them. */
    RunsAs runsAs();

    /** Returns the name of this way of starting processes, for the banner and the log: for example {@code posix_spawn}. */
    String name();

    /** Frees what the launcher holds. Children that still run are left to their owners. */
    @Override
    void close();
}
