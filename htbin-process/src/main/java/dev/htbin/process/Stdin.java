package dev.htbin.process;

import java.io.Closeable;
import java.io.IOException;

/**
 * A process's standard input while it is being filled: memory first, then a file that has no name. Not safe for use by several threads.
 */
public interface Stdin extends Closeable {
    /**
     * Adds octets at the end.
     *
     * @throws IOException if there is no space; what was written before is then lost
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Returns how many octets were written. */
    long size();

    /** Frees the space; a child that was launched with it is not affected. */
    @Override
    void close();
}
