package dev.htbin.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * The gzip form of a stream, made as it is read.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc1952 RFC 1952
 */
final class GzipStream extends InputStream {
    private static final int BUFFER_BYTES = 32 << 10;
    private static final int LEVEL = 6;

    private final InputStream source;
    private final long length;
    private final Deflater deflater = new Deflater(LEVEL, true);
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private byte[] edge = {0x1F, (byte) 0x8B, Deflater.DEFLATED, 0, 0, 0, 0, 0, 0, (byte) 0xFF};
    private int edgeRead;
    private long read;
    private boolean ended;

    /**
     * Creates the stream.
     *
     * @param source closed with this
     * @param length how many octets the source has; when it has fewer, reading fails, so that a part is not taken for the whole
     */
    GzipStream(InputStream source, long length) {
        this.source = source;
        this.length = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] octets, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, octets.length);
        if (count == 0) {
            return 0;
        }
        while (true) {
            if (edgeRead < edge.length) {
                int part = Math.min(count, edge.length - edgeRead);
                System.arraycopy(edge, edgeRead, octets, offset, part);
                edgeRead += part;
                return part;
            }
            if (ended) {
                return -1;
            }
            int deflated = deflater.deflate(octets, offset, count);
            if (deflated > 0) {
                return deflated;
            }
            if (deflater.finished()) {
                finish();
            } else {
                feed();
            }
        }
    }

    @Override
    public void close() throws IOException {
        deflater.end();
        source.close();
    }

    private void feed() throws IOException {
        int count = source.read(buffer, 0, buffer.length);
        if (count >= 0) {
            crc.update(buffer, 0, count);
            read += count;
            deflater.setInput(buffer, 0, count);
        } else if (read < length) {
            throw new EOFException("the file became shorter while it was sent");
        } else {
            deflater.finish();
        }
    }

    private void finish() {
        long check = crc.getValue();
        edge = new byte[8];
        for (int i = 0; i < 4; i++) {
            edge[i] = (byte) (check >> (8 * i));
            edge[4 + i] = (byte) (read >> (8 * i));
        }
        edgeRead = 0;
        ended = true;
    }
}
