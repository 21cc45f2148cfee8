package dev.htbin.jetty;

import dev.htbin.http.FileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;

/** A part of a file as the body of a response, sent piece by piece: no more of it than one piece is in memory. */
final class RegionPieces {
    private static final int PIECE_BYTES = 64 << 10;

    private RegionPieces() {}

    /**
     * Sends a part of a file that is not empty, all of the response's body.
     *
     * @throws IOException if the client or the file is gone; the exchange is aborted if the file became shorter
     */
    static void send(FileRegion region, ByteBufferPool pool, JettyExchange exchange) throws IOException {
        RetainableByteBuffer pooled = pool.acquire((int) Math.min(PIECE_BYTES, region.length()), true);
        try {
            ByteBuffer buffer = pooled.getByteBuffer();
            long position = region.offset();
            long end = region.offset() + region.length();
            while (position < end) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
                int read = region.channel().read(buffer, position);
                if (read <= 0) {
                    var cause = new IOException("the file became shorter while it was sent");
                    exchange.abort(cause);
                    throw cause;
                }
                position += read;
                exchange.send(position == end, buffer.flip());
            }
        } finally {
            pooled.release();
        }
    }
}
