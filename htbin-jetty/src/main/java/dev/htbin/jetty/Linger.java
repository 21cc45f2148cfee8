package dev.htbin.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;

/**
 * Makes a connection ready to be closed so that the client can read the last response although it is still sending.
 *
 * <p>A connection that is closed while octets of the client are unread is reset, and a reset destroys what the client has not read yet. So the sending half
 * is closed first and what comes is discarded, for a bounded time and size.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc9112#section-9.6 RFC 9112 section 9.6
 */
final class Linger {
    private static final long MOST_BYTES = 64L << 20;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long SILENT_MILLIS = 2_000;

    private Linger() {}

    /** Ends the output and discards input until the client ends it, or has had its chance. */
    static void discard(EndPoint endPoint) {
        endPoint.shutdownOutput();
        try {
            read(endPoint);
        } catch (IOException e) {
            // The client closed or reset the connection: what is waited for here.
        }
    }

    private static void read(EndPoint endPoint) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(16 << 10).limit(0);
        long end = System.nanoTime() + MOST_NANOS;
        long bytes = 0;
        while (bytes < MOST_BYTES && System.nanoTime() < end) {
            buffer.clear().limit(0);
            int filled = endPoint.fill(buffer);
            if (filled < 0) {
                return;
            }
            bytes += filled;
            if (filled == 0) {
                var readable = new Blocking();
                if (!endPoint.tryFillInterested(Callback.from(readable::succeeded, readable::failed))
                        || !readable.await(SILENT_MILLIS)) {
                    return;
                }
            }
        }
    }
}
