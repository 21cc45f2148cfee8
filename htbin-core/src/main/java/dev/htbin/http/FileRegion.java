package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.nio.channels.FileChannel;

/**
 * A part of an open file.
 *
 * @param channel the file, readable
 * @param offset where the part begins, in octets; at least 0
 * @param length how many octets; at least 0
 */
public record FileRegion(FileChannel channel, long offset, long length) {
    public FileRegion {
        requireNonNull(channel, "channel");
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset: %d, length: %d (expected: >= 0)".formatted(offset, length));
        }
    }
}
