package dev.htbin.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritePendingException;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The client's connection as HTTP/2 writes it, with or without TLS. Requests that came together are answered one after the other by the thread that read them: their
 * short answers are gathered, and go out together before that thread reads again. Safe for use by several threads, of which one writes at a time.
 */
final class Http2EndPoint extends HttpEndPoint {
    private static final int MOST_BYTES = 16 << 10;

    private final EndPoint inner;
    private final ByteBufferPool pool;
    /** It will read again: until then, what it writes is gathered. */
    private @Nullable Thread answering;

    private @Nullable RetainableByteBuffer gathered;
    /** Whether what was gathered is on its way, and what follows when the operating system has taken it. */
    private boolean sending;

    private volatile @Nullable Write next;
    private volatile @Nullable Runnable end;

    @SuppressWarnings("ArrayRecordComponent") // it is compared with nothing
    private record Write(Callback callback, ByteBuffer[] buffers) {}

    Http2EndPoint(EndPoint inner, ByteBufferPool pool) {
        super(inner);
        this.inner = inner;
        this.pool = pool;
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        sendGathered();
        int filled = super.fill(buffer);
        synchronized (this) {
            answering = filled > 0 ? Thread.currentThread() : null;
        }
        return filled;
    }

    @Override
    public void write(Callback callback, ByteBuffer... buffers) throws WritePendingException {
        boolean fits = gather(buffers);
        if (!fits) {
            sendGathered();
            fits = gather(buffers);
        }
        if (fits) {
            callback.succeeded();
        } else if (!waits(callback, buffers)) {
            inner.write(callback, buffers);
        }
    }

    private synchronized boolean gather(ByteBuffer... buffers) {
        int held = gathered == null ? 0 : gathered.remaining();
        if (sending || answering != Thread.currentThread() || BufferUtil.remaining(buffers) > MOST_BYTES - held) {
            return false;
        }
        if (gathered == null) {
            gathered = pool.acquire(MOST_BYTES, true);
        }
        ByteBuffer room = gathered.getByteBuffer();
        int position = BufferUtil.flipToFill(room);
        for (ByteBuffer part : buffers) {
            room.put(part);
        }
        BufferUtil.flipToFlush(room, position);
        return true;
    }

    /** Tells whether what was gathered must be gone first. */
    private synchronized boolean waits(Callback callback, ByteBuffer... buffers) {
        if (sending) {
            next = new Write(callback, buffers);
        }
        return sending;
    }

    private void sendGathered() {
        RetainableByteBuffer taken;
        synchronized (this) {
            taken = gathered;
            if (taken == null) {
                return;
            }
            gathered = null;
            sending = true;
        }
        inner.write(new Sent(taken), taken.getByteBuffer());
    }

    private final class Sent implements Callback {
        private final RetainableByteBuffer buffer;

        Sent(RetainableByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public void succeeded() {
            Write write = ended();
            Runnable ending = end;
            if (write != null) {
                inner.write(write.callback(), write.buffers());
            } else if (ending != null) {
                ending.run();
            }
        }

        @Override
        public void failed(Throwable failure) {
            Write write = ended();
            if (write != null) {
                write.callback().failed(failure);
            }
            inner.close(failure);
        }

        @Override
        public InvocationType getInvocationType() {
            Write write = next;
            return write == null
                    ? InvocationType.NON_BLOCKING
                    : write.callback().getInvocationType();
        }

        private @Nullable Write ended() {
            buffer.release();
            synchronized (Http2EndPoint.this) {
                sending = false;
                Write write = next;
                next = null;
                return write;
            }
        }
    }

    @Override
    public void shutdownOutput() {
        endWith(super::shutdownOutput);
    }

    @Override
    public void close(Throwable cause) {
        if (cause == null) {
            endWith(() -> super.close(null));
        } else {
            super.close(cause);
        }
    }

    /** Ends the output after what was gathered. */
    private void endWith(Runnable ending) {
        synchronized (this) {
            if (sending) {
                // Who ends it now doesn't wait for what was written before.
                ending.run();
                return;
            }
        }
        sendGathered();
        synchronized (this) {
            if (sending) {
                end = ending;
                return;
            }
        }
        ending.run();
    }
}
