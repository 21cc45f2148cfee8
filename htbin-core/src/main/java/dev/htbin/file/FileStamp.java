package dev.htbin.file;

import dev.htbin.http.HttpDate;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * By what a state of a file is told from another: which file it is, when it was modified and how long it is.
 *
 * @param fileKey device and inode; null where the file system has none
 * @param modifiedNanos nanoseconds since 1970
 * @param bytes the length
 */
record FileStamp(@Nullable Object fileKey, long modifiedNanos, long bytes) {
    static FileStamp of(BasicFileAttributes attributes) {
        return new FileStamp(
                attributes.fileKey(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS), attributes.size());
    }

    /** Returns a strong entity tag. */
    String etag() {
        int key = fileKey == null ? 0 : fileKey.hashCode();
        return "\"" + Long.toHexString(modifiedNanos) + "-" + Long.toHexString(bytes) + "-" + Integer.toHexString(key)
                + "\"";
    }

    /** Returns the time of the last modification, in whole seconds. */
    Instant lastModified() {
        return Instant.ofEpochSecond(Math.floorDiv(modifiedNanos, 1_000_000_000L));
    }

    /** Returns the time of the last modification. */
    Instant modified() {
        return Instant.ofEpochSecond(0, modifiedNanos);
    }

    String lastModifiedText() {
        return HttpDate.format(lastModified());
    }
}
