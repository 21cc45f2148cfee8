package dev.htbin.jetty;

import dev.htbin.http.ResponseBody;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The body of a response whose length need not be known. Holds it to its Content-Length. */
final class ResponseOutput extends ResponseBody {
    private static final int BUFFER_BYTES = 16 << 10;

    private final JettyExchange exchange;
    private final boolean discards;
    private long remaining;
    private long discarded;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private boolean sent;
    private boolean closed;

    /**
     * Creates the body.
     *
     * @param contentLength the octets to come; -1 when that is not known
     * @param discards whether the response has no body, whatever is written
     */
    ResponseOutput(JettyExchange exchange, long contentLength, boolean discards) {
        this.exchange = exchange;
        this.remaining = contentLength < 0 ? Long.MAX_VALUE : contentLength;
        this.discards = discards;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        write(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public void write(ByteBuffer octets) throws IOException {
        requireOpen();
        if (discards) {
            discarded += octets.remaining();
            octets.position(octets.limit());
            return;
        }
        int count = (int) Math.min(octets.remaining(), remaining);
        if (remaining != Long.MAX_VALUE) {
            remaining -= count;
        }
        ByteBuffer part = octets.slice(octets.position(), count);
        octets.position(octets.limit());
        if (count > buffer.capacity() - buffer.position()) {
            sendBuffered();
            if (count >= BUFFER_BYTES) {
                send(false, part);
                return;
            }
            if (buffer.capacity() == 0) {
                buffer = ByteBuffer.allocate(BUFFER_BYTES);
            }
        }
        buffer.put(part);
    }

    @Override
    public void flush() throws IOException {
        requireOpen();
        if (!sent || buffer.position() > 0) {
            send(false, buffer.flip());
            buffer.clear();
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (!discards && remaining != Long.MAX_VALUE && remaining > 0) {
            var cause =
                    new IOException("the response is %d octets shorter than its Content-Length".formatted(remaining));
            exchange.abort(cause);
            throw cause;
        }
        if (discards && !sent) {
            exchange.sendHeadOnly(discarded);
        } else {
            send(true, buffer.flip());
        }
        exchange.completed();
    }

    private void sendBuffered() throws IOException {
        if (buffer.position() > 0) {
            send(false, buffer.flip());
            buffer.clear();
        }
    }

    private void send(boolean last, ByteBuffer content) throws IOException {
        sent = true;
        exchange.send(last, content);
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("the response is complete");
        }
    }
}
