package dev.htbin.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * A running process, seen through one blocking loop: {@link #await}, then read what is ready. One thread owns the loop; {@link #terminate}, {@link #kill} and
 * {@link #wake} may be called from any thread, also after {@link #close}.
 */
public interface Child extends AutoCloseable {
    /** What {@link #await} can report. */
    enum Event {
        /** Standard output has octets or has ended: {@link #readOutput} does not block. */
        OUTPUT,
        /** Standard error has octets or has ended: {@link #readError} does not block. */
        ERROR,
        /** The process itself has ended: {@link #exitStatus} is there. Reported by every further await. Its descendants may live on and hold the pipes. */
        EXITED,
        /** The watched client sent FIN: it will send no more but may still read. Reported once. */
        CLIENT_FINISHED,
        /** The watched client is gone: its connection was reset. Reported by every further await. */
        CLIENT_GONE,
        /** {@link #wake} was called. Reported once for each await. */
        WOKEN
    }

    /** Returns the process id. */
    long pid();

    /** Tells whether a warm interpreter forked it; else it was executed. */
    boolean warm();

    /**
     * Watches the client's TCP connection from now on, as far as this launcher can: it finds it among the descriptors of this process by its two addresses.
     * One that is not among them has been reset, so its client is gone.
     *
     * @param local our end's address
     * @param remote the client's
     * @return whether it is watched
     */
    boolean watch(InetSocketAddress local, InetSocketAddress remote);

    /** Stops watching the client: its connection has the next request, or may be closed. Does nothing when it is not watched. */
    void unwatch();

    /**
     * Waits until something happens.
     *
     * <p>Blocks the thread in the kernel: call it on a platform thread, since a virtual one would keep its carrier from all others. An event that every further
     * await reports, reports at once.
     *
     * @param timeout how long at most; zero or less: only look
     * @return what is there; empty when the time is over. Ended streams are not reported again once their end was read
     * @throws IOException if the child is closed, also while this waits
     * @throws InterruptedException if the thread was interrupted before; a later interrupt need not end the wait, {@link #wake} does
     */
    Set<Event> await(Duration timeout) throws IOException, InterruptedException;

    /**
     * Reads standard output without blocking.
     *
     * @return how many octets were put into the buffer: 0 when there are none now, -1 at the end
     */
    int readOutput(ByteBuffer buffer) throws IOException;

    /**
     * Reads standard error without blocking.
     *
     * @return how many octets were put into the buffer: 0 when there are none now, -1 at the end
     */
    int readError(ByteBuffer buffer) throws IOException;

    /**
     * Returns how the process ended.
     *
     * @throws IllegalStateException if it has not ended yet
     */
    ExitStatus exitStatus();

    /**
     * Returns what the process used.
     *
     * @return empty where it is not known: with launchers that can't tell, and before the process has ended
     */
    default Optional<Usage> usage() {
        return Optional.empty();
    }

    /**
     * Looks how much memory the process has, so that {@link #usage} can tell of a small one too. To be called now and then while it runs, best when it has written
     * something; costs some ten microseconds.
     */
    default void sampleMemory() {}

    /** Tells whether the kernel has killed a process of the child for the memory that its profile limits; false where no control group counts it. */
    default boolean outOfMemory() {
        return false;
    }

    /** Sends SIGTERM to the whole process group. Does nothing when all of it is known to be gone. */
    void terminate();

    /** Sends SIGKILL to the whole process group. Does nothing when all of it is known to be gone. */
    void kill();

    /** Makes an await, the present or the next, return with {@link Event#WOKEN}. */
    void wake();

    /** Kills what is left of the process group, reaps the process and closes the descriptors. Can be called more than once. */
    @Override
    void close();
}
