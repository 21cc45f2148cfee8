package dev.htbin.process;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Starts processes. Safe for use by several threads. */
public interface Launcher extends AutoCloseable {
    /**
     * Returns a new, empty standard input to be filled. The caller closes it; a child that was launched with it keeps its own hold.
     *
     * @throws IOException if no descriptor or space can be had
     */
    Stdin newStdin() throws IOException;

    /**
     * Starts a process in a session of its own, with default signals, nothing open but 0, 1 and 2, and umask 022, confined as its profile says. Where that restricts
     * writing, the process gets a private temporary directory, named by its variable {@code TMPDIR} and removed when the child is closed.
     *
     * @param spec what to execute; its profile must be one that the launcher was started with
     * @param stdin the complete standard input, which the process reads from its beginning; an empty one gives the null device
     * @return the running process; the caller closes it
     * @throws LaunchException if it can't be started; its {@link LaunchException#reason} says why
     * @throws InterruptedException if the calling thread is interrupted while it waits; nothing runs then
     */
    Child launch(LaunchSpec spec, Stdin stdin) throws LaunchException, InterruptedException;

    /**
     * Returns the user that processes of a profile run as and what confines them.
     *
     * @throws IllegalArgumentException if the launcher was not started with the profile
     */
    RunsAs runsAs(Profile profile);

    /** Returns the warm interpreters that the launcher has, and those that it could not have; none unless it serves programs by them. */
    default List<WarmState> warm() {
        return List.of();
    }

    /**
     * Returns why a program is always executed, and never served by a warm interpreter: a clause. Empty if it is served by one whenever one can.
     */
    default Optional<String> coldReason(LaunchSpec spec) {
        return Optional.of(spec.warmth().isEmpty() ? "nobody asked for it" : "processes start by " + name());
    }

    /** Returns the name of this way of starting processes, for the banner and the log: for example {@code posix_spawn}. */
    String name();

    /** Frees what the launcher holds. Children that still run are left to their owners. */
    @Override
    void close();
}
