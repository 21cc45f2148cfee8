package dev.htbin.jetty;

import dev.htbin.http.HttpException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The body of a request, as blocking input. Jetty sends {@code 100 Continue} when content is first demanded. */
final class RequestBody extends InputStream {
    /** So much longer than the connection's own idle timeout, which comes first unless framing alone keeps coming. */
    private static final long MARGIN_MILLIS = 1_000;

    private final Request request;
    private final EngineConfig.Limits limits;
    private final long graceNanos;
    private final long silentMillis;
    private Content.@Nullable Chunk chunk;
    private long received;
    private long start;
    private boolean ended;
    private boolean absent;
    private @Nullable Throwable failure;

    RequestBody(Request request, EngineConfig config) {
        this.request = request;
        this.limits = config.limits();
        this.graceNanos = config.headTimeout().toNanos();
        this.silentMillis = config.idleTimeout().toMillis() + MARGIN_MILLIS;
    }

    /** Tells whether there is a body, where the head does not say so: on HTTP/2, the end of the stream does. To be asked before anything is read. */
    boolean exists() {
        if (start == 0) {
            start = System.nanoTime() | 1;
            Content.Chunk first = request.read();
            if (first != null && Content.Chunk.isFailure(first)) {
                failure = first.getFailure();
            } else if (first != null) {
                take(first);
                absent = ended;
            }
        }
        return !absent;
    }

    /** Tells whether anything was asked of the client. */
    boolean begun() {
        return start != 0;
    }

    boolean ended() {
        return ended;
    }

    /** Returns how many octets came. */
    long received() {
        return received;
    }

    @Override
    public int read() throws IOException {
        ByteBuffer content = next();
        return content == null ? -1 : content.get() & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length == 0) {
            return 0;
        }
        ByteBuffer content = next();
        if (content == null) {
            return -1;
        }
        int count = Math.min(length, content.remaining());
        content.get(buffer, offset, count);
        return count;
    }

    @Override
    public int available() {
        return chunk == null ? 0 : chunk.remaining();
    }

    /** Reads and discards the rest; tells whether it ended within that size and time. */
    boolean drain(long bytes, long nanos) {
        long most = received + bytes;
        long end = System.nanoTime() + nanos;
        try {
            while (!ended && received <= most) {
                release();
                if (!fetch(TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()))) {
                    return false;
                }
            }
        } catch (IOException | HttpException e) {
            return false;
        } finally {
            release();
        }
        return ended;
    }

    /** Returns content with at least one octet, null at the end. */
    private @Nullable ByteBuffer next() throws IOException {
        while (!ended) {
            if (chunk != null && chunk.hasRemaining()) {
                requireWithinLimits();
                return chunk.getByteBuffer();
            }
            release();
            if (!fetch(silentMillis)) {
                // Endless chunk extensions, leading zeros or trailers are no content.
                throw new HttpException(408, "The body of the request did not arrive in time.");
            }
        }
        return null;
    }

    /** Takes the next chunk, waiting for it; tells whether one came in time. */
    private boolean fetch(long millis) throws IOException {
        if (failure != null) {
            throw failureOf(failure);
        }
        if (start == 0) {
            start = System.nanoTime() | 1;
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        Content.Chunk read = request.read();
        while (read == null) {
            var arrived = new Blocking();
            request.demand(arrived::succeeded);
            // Framing alone ends the wait, too, and brings no content.
            if (!arrived.await(TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()))) {
                return false;
            }
            read = request.read();
        }
        if (Content.Chunk.isFailure(read)) {
            throw failureOf(read.getFailure());
        }
        take(read);
        requireWithinLimits();
        return true;
    }

    private void take(Content.Chunk read) {
        chunk = read;
        received += read.remaining();
        ended = read.isLast() && !read.hasRemaining();
    }

    private void requireWithinLimits() {
        if (received > limits.bodyBytes()) {
            throw new HttpException(413, "The body of the request is too large.");
        }
        long elapsed = System.nanoTime() - start;
        if (!ended && elapsed > graceNanos && received < limits.bodyBytesPerSecond() * (elapsed / 1e9)) {
            throw new HttpException(408, "The body of the request arrives too slowly.");
        }
    }

    private IOException failureOf(Throwable cause) {
        if (cause instanceof TimeoutException) {
            throw new HttpException(408, "The body of the request did not arrive in time.");
        }
        if (cause instanceof org.eclipse.jetty.http.HttpException bad && bad.getCode() < 500) {
            throw new HttpException(400, "The body of the request is not framed as HTTP asks.");
        }
        return new IOException(String.valueOf(cause.getMessage()), cause);
    }

    private void release() {
        if (chunk != null) {
            boolean last = chunk.isLast();
            chunk.release();
            chunk = null;
            ended |= last;
        }
    }
}
