package dev.htbin.file;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.FileRegion;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;

/** What is sent of a file: octets in memory or a part of an open file. Whoever has it closes it. */
public sealed interface FileBody extends Closeable {
    /** Returns how many octets there are. */
    long length();

    /** Returns a part; closing either closes the file. */
    FileBody slice(long offset, long length);

    /** Returns the octets as a stream, from the first; used instead of {@link #close}, not beside it. */
    InputStream stream() throws IOException;

    /**
     * Octets in memory.
     *
     * @param octets from the position to the limit
     */
    record Memory(ByteBuffer octets) implements FileBody {
        public Memory {
            requireNonNull(octets, "octets");
        }

        @Override
        public long length() {
            return octets.remaining();
        }

        @Override
        public Memory slice(long offset, long length) {
            return new Memory(octets.slice(octets.position() + Math.toIntExact(offset), Math.toIntExact(length)));
        }

        @Override
        public InputStream stream() {
            byte[] copy = new byte[octets.remaining()];
            octets.duplicate().get(copy);
            return new ByteArrayInputStream(copy);
        }

        @Override
        public void close() {}
    }

    /** A part of an open file, which is closed with it. */
    record Region(FileRegion region) implements FileBody {
        public Region {
            requireNonNull(region, "region");
        }

        @Override
        public long length() {
            return region.length();
        }

        @Override
        public Region slice(long offset, long length) {
            return new Region(new FileRegion(region.channel(), region.offset() + offset, length));
        }

        @Override
        public InputStream stream() throws IOException {
            region.channel().position(region.offset());
            return new BoundedStream(Channels.newInputStream(region.channel()), region.length());
        }

        @Override
        public void close() throws IOException {
            region.channel().close();
        }
    }
}
