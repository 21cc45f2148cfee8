package dev.htbin.file;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.FileRegion;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** What is sent of a file. Whoever has it closes it. */
public sealed interface FileBody extends Closeable {
    /** Returns how many octets there are; -1 if that is not known before they are read. */
    long length();

    /** Returns the octets as a stream, from the first; used instead of {@link #close}, not beside it. */
    InputStream stream() throws IOException;

    /** What parts can be taken of. */
    sealed interface Plain extends FileBody {
        /** Returns a part; closing either closes the file. */
        Plain slice(long offset, long length);
    }

    /**
     * Octets in memory.
     *
     * @param octets from the position to the limit
     */
    record Memory(ByteBuffer octets) implements Plain {
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
    record Region(FileRegion region) implements Plain {
        public Region {
            requireNonNull(region, "region");
        }

        @Override
        public long length() {
            return region.length();
        }

        @Override
        public Region slice(long offset, long length) {
            return new Region(region.slice(offset, length));
        }

        @Override
        public InputStream stream() {
            return new RegionStream(region, true);
        }

        @Override
        public void close() throws IOException {
            region.channel().close();
        }
    }

    /**
     * Pieces, one after the other.
     *
     * @param pieces at least one; all are closed with it
     */
    record Joined(List<Plain> pieces) implements FileBody {
        public Joined {
            pieces = List.copyOf(pieces);
        }

        @Override
        public long length() {
            return pieces.stream().mapToLong(Plain::length).sum();
        }

        @Override
        public InputStream stream() {
            return new JoinedStream(this);
        }

        @Override
        public void close() throws IOException {
            for (Plain piece : pieces) {
                piece.close();
            }
        }
    }

    /** The gzip form, made while it is sent. */
    record Gzip(Plain source) implements FileBody {
        public Gzip {
            requireNonNull(source, "source");
        }

        @Override
        public long length() {
            return -1;
        }

        @Override
        public InputStream stream() throws IOException {
            return new GzipStream(source.stream(), source.length());
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
