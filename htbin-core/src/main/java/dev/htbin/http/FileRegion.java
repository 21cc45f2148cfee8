package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * A part of an open file.
 *
 * @param channel the file, readable
 * @param offset where the part begins, in octets; at least 0
 * @param length how many octets; at least 0
 * @param identity what tells the file from all others while it is open, as {@link java.nio.file.attribute.BasicFileAttributes#fileKey} does; empty if that is not known
 */
public record FileRegion(FileChannel channel, long offset, long length, Optional<Object> identity) {
    public FileRegion {
        requireNonNull(channel, "channel");
        requireNonNull(identity, "identity");
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset: %d, length: %d (expected: >= 0)".formatted(offset, length));
        }
    }

    /** Returns a part of a file of which no more is known. */
    public static FileRegion of(FileChannel channel, long offset, long length) {
        return new FileRegion(channel, offset, length, Optional.empty());
    }

    /** Returns a part of this part; the offset is within it. */
    public FileRegion slice(long from, long octets) {
        return new FileRegion(channel, offset + from, octets, identity);
    }
}
