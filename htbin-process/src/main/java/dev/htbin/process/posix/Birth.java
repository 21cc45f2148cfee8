package dev.htbin.process.posix;

import dev.htbin.process.LaunchException;
import java.util.Optional;

/** A way for a process to come to be, in two steps: it is there; it runs its program. A way of one step does all in the first. */
interface Birth {
    /**
     * Makes the process.
     *
     * @return empty if this way can't be gone, and another may
     * @throws LaunchException if no way can be
     */
    Optional<Started> begin(Workspace workspace) throws LaunchException, InterruptedException;

    /**
     * Lets it run, now that it is watched and limited.
     *
     * @return false if it does not and never will
     */
    boolean proceed(Workspace workspace);
}
