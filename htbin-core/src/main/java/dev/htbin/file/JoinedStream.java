package dev.htbin.file;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;

/** The octets of pieces, whose files stay open until the end: several pieces may be of one. */
final class JoinedStream extends InputStream {
    private final FileBody.Joined joined;
    private final Iterator<FileBody.Plain> rest;
    private InputStream current = InputStream.nullInputStream();

    JoinedStream(FileBody.Joined joined) {
        this.joined = joined;
        this.rest = joined.pieces().iterator();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] octets, int offset, int count) throws IOException {
        int got = current.read(octets, offset, count);
        while (got < 0 && rest.hasNext()) {
            current = switch (rest.next()) {
                case FileBody.Memory memory -> memory.stream();
                case FileBody.Region region -> new RegionStream(region.region(), false);
            };
            got = current.read(octets, offset, count);
        }
        return got;
    }

    @Override
    public void close() throws IOException {
        joined.close();
    }
}
