package dev.htbin.file;

import dev.htbin.http.FileRegion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A part of an open file as a stream; leaves the channel's position alone, and the channel open unless it is told. */
final class RegionStream extends InputStream {
    private final FileRegion region;
    private final boolean closes;
    private long read;

    /**
     * Creates the stream.
     *
     * @param closes whether the channel is closed with it
     */
    RegionStream(FileRegion region, boolean closes) {
        this.region = region;
        this.closes = closes;
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
        int most = (int) Math.min(count, region.length() - read);
        if (most == 0) {
            return -1;
        }
        int got = region.channel().read(ByteBuffer.wrap(octets, offset, most), region.offset() + read);
        read += Math.max(got, 0);
        return got;
    }

    @Override
    public void close() throws IOException {
        if (closes) {
            region.channel().close();
        }
    }
}
