package dev.htbin.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Where the body of a response goes. Written octets may wait in memory until {@code flush} or {@code close}; {@code flush} sends them to the client,
 * {@code close} completes the response. Used by one thread at a time.
 */
public abstract class ResponseBody extends OutputStream {
    /** Creates a body. */
    protected ResponseBody() {}

    /** Returns a body whose octets go to a stream; it is flushed with the body, and closed with it. */
    public static ResponseBody to(OutputStream out) {
        return new StreamBody(out);
    }

    /**
     * Writes what is left in a buffer; a direct one is not copied.
     *
     * @param octets at its limit afterwards; may be used again at once
     * @throws IOException if the client can no longer be written to
     */
    public abstract void write(ByteBuffer octets) throws IOException;
}
