package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The body of a response that goes to a stream. */
final class StreamBody extends ResponseBody {
    private final OutputStream out;

    StreamBody(OutputStream out) {
        this.out = requireNonNull(out, "out");
    }

    @Override
    public void write(int octet) throws IOException {
        out.write(octet);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        out.write(octets, offset, length);
    }

    @Override
    public void write(ByteBuffer octets) throws IOException {
        byte[] copy = new byte[octets.remaining()];
        octets.get(copy);
        out.write(copy, 0, copy.length);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
