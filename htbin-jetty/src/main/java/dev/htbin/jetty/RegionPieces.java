package dev.htbin.jetty;

import dev.htbin.http.FileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;

/** A part of a file as the body of a response, sent piece by piece. */
final class RegionPieces {
    private static final int PIECE_BYTES = 64 << 10;
    /** Of what is mapped, which is not copied into memory. */
    private static final int MAPPED_PIECE_BYTES = 1 << 20;

    private static final String SHORTER = "the file became shorter while it was sent";

    private final FileRegion region;
    private final JettyExchange exchange;
    private final long end;
    private long position;

    private RegionPieces(FileRegion region, JettyExchange exchange) {
        this.region = region;
        this.exchange = exchange;
        this.position = region.offset();
        this.end = region.offset() + region.length();
    }

    /**
     * Sends a part of a file that is not empty, all of the response's body.
     *
     * @param windows those of the server; empty if the octets do not go as they are to the operating system
     * @throws IOException if the client or the file is gone; the exchange is aborted if the file became shorter
     */
    static void send(FileRegion region, Optional<MappedWindows> windows, ByteBufferPool pool, JettyExchange exchange)
            throws IOException {
        var pieces = new RegionPieces(region, exchange);
        if (windows.isPresent() && region.length() >= MAPPED_PIECE_BYTES) {
            pieces.sendMapped(windows.get());
        }
        if (pieces.position < pieces.end) {
            pieces.sendCopied(pool);
        }
    }

    private void sendMapped(MappedWindows windows) throws IOException {
        while (position < end) {
            try {
                Optional<MappedWindows.Window> mapped = windows.at(region, position);
                if (mapped.isEmpty()) {
                    return;
                }
                try (var window = mapped.get()) {
                    sendAll(window);
                }
            } catch (IOException e) {
                // A socket calls what is no longer there a bad address.
                var cause = region.channel().size() < end ? new IOException(SHORTER, e) : e;
                exchange.abort(cause);
                throw cause;
            }
        }
    }

    private void sendAll(MappedWindows.Window window) throws IOException {
        while (position < end) {
            ByteBuffer octets = window.from(position, Math.min(MAPPED_PIECE_BYTES, end - position));
            if (!octets.hasRemaining()) {
                return;
            }
            position += octets.remaining();
            if (region.channel().size() < position) {
                // The page that has the new end reads as zeros after it.
                throw new IOException(SHORTER);
            }
            exchange.send(position == end, octets);
        }
    }

    private void sendCopied(ByteBufferPool pool) throws IOException {
        RetainableByteBuffer pooled = pool.acquire((int) Math.min(PIECE_BYTES, end - position), true);
        try {
            ByteBuffer buffer = pooled.getByteBuffer();
            while (position < end) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
                int read = region.channel().read(buffer, position);
                if (read <= 0) {
                    var cause = new IOException(SHORTER);
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
