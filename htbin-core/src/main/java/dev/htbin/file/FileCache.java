package dev.htbin.file;

import dev.htbin.http.DocumentRoot;
import dev.htbin.http.FileRegion;
import dev.htbin.http.Validators;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Small files in memory. Safe for use by several threads.
 *
 * <p>Each use costs one {@code stat}: a file whose identity, length or time of modification changed is read anew at once. Once a second the file is looked
 * up in full, so a change of permissions or of the links on the way takes effect within that time.
 */
public final class FileCache {
    /** The longest file that is kept, in octets. */
    static final int MAX_FILE_BYTES = 128 << 10;

    /** How long a file may be used without being looked up in full. */
    static final Duration TRUST = Duration.ofSeconds(1);

    /** How old a modification must be for the file to be kept: two within one tick of the file system's clock look the same. */
    private static final long SETTLED_NANOS = 100_000_000;

    /** How often a file is read that is modified while it is read. */
    private static final int MAX_READS = 3;

    /** What an entry costs beside its octets, roughly. */
    private static final int ENTRY_BYTES = 512;

    private final long maxBytes;
    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<Path, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    FileCache(long maxBytes, LongSupplier nanoTime) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("maxBytes: %d (expected: >= 0)".formatted(maxBytes));
        }
        this.maxBytes = maxBytes;
        this.nanoTime = nanoTime;
    }

    /**
     * Returns an empty cache.
     *
     * @param maxBytes the most octets it keeps; 0: it keeps nothing
     */
    public static FileCache ofBytes(long maxBytes) {
        return new FileCache(maxBytes, System::nanoTime);
    }

    private static final class Entry {
        final DocumentRoot root;
        final ServedFile file;
        final FileStamp stamp;
        volatile long checkedAt;
        volatile boolean used;

        Entry(DocumentRoot root, ServedFile file, FileStamp stamp, long checkedAt) {
            this.root = root;
            this.file = file;
            this.stamp = stamp;
            this.checkedAt = checkedAt;
        }

        long cost() {
            return file.body().length() + ENTRY_BYTES;
        }
    }

    /** Returns what lies at a path, from memory when that is the current state. */
    Lookup lookup(DocumentRoot root, Path path) {
        Entry entry = entries.get(path);
        if (entry != null && isCurrent(entry, root, path)) {
            return new Lookup.Found(shared(entry.file));
        }
        return lookup(root, path, entry, 1);
    }

    private Lookup lookup(DocumentRoot root, Path path, @Nullable Entry entry, int reads) {
        return switch (Resource.at(root, path)) {
            case Resource.OpenFile open -> found(root, path, entry, open, reads);
            case Resource.Directory directory -> {
                forget(path, entry);
                yield new Lookup.FoundDirectory(directory.real());
            }
            case Resource.Missing() -> {
                forget(path, entry);
                yield new Lookup.Missing();
            }
            case Resource.Forbidden() -> {
                forget(path, entry);
                yield new Lookup.Forbidden();
            }
        };
    }

    /** Returns what lies at a path if it is in memory and current; {@link Lookup.Unknown} otherwise. Costs one {@code stat}. */
    Lookup lookupNow(DocumentRoot root, Path path) {
        Entry entry = entries.get(path);
        return entry != null && isCurrent(entry, root, path)
                ? new Lookup.Found(shared(entry.file))
                : new Lookup.Unknown();
    }

    /** Returns how many octets are kept, with what they cost beside. */
    long bytes() {
        return bytes.get();
    }

    /** What was found below one root need not be found below another, from which a link may lead out. */
    private boolean isCurrent(Entry entry, DocumentRoot root, Path path) {
        if (!entry.root.equals(root) || nanoTime.getAsLong() - entry.checkedAt >= TRUST.toNanos()) {
            return false;
        }
        try {
            boolean same = FileStamp.of(Files.readAttributes(path, BasicFileAttributes.class))
                    .equals(entry.stamp);
            if (same && !entry.used) {
                entry.used = true;
            }
            return same;
        } catch (IOException e) {
            // The full look-up says why.
            return false;
        }
    }

    private Lookup found(DocumentRoot root, Path path, @Nullable Entry known, Resource.OpenFile open, int reads) {
        // Before the file is read: the trust in what was read does not begin later.
        long now = nanoTime.getAsLong();
        try {
            if (known != null
                    && known.root.equals(root)
                    && known.stamp.equals(open.stamp())
                    && known.file.real().equals(open.real())) {
                open.channel().close();
                known.file.forms().forgetBeside();
                known.checkedAt = now;
                return new Lookup.Found(shared(known.file));
            }
            forget(path, known);
            FileStamp stamp = open.stamp();
            if (stamp.bytes() > MAX_FILE_BYTES || maxBytes == 0) {
                var region = new FileRegion(open.channel(), 0, stamp.bytes(), Optional.ofNullable(stamp.fileKey()));
                return new Lookup.Found(served(path, open, new FileBody.Region(region)));
            }
            ByteBuffer octets = read(open.channel(), Math.toIntExact(stamp.bytes()));
            boolean whole = octets.remaining() == stamp.bytes() && stamp.equals(stampOf(open.real()));
            if (!whole && reads < MAX_READS) {
                // It was modified or replaced meanwhile, and what was read may be some of both.
                return lookup(root, path, null, reads + 1);
            }
            ServedFile file = served(path, open, new FileBody.Memory(octets));
            long age = System.currentTimeMillis() * 1_000_000 - stamp.modifiedNanos();
            if (whole && age > SETTLED_NANOS) {
                keep(path, new Entry(root, file, stamp, now));
            }
            return new Lookup.Found(shared(file));
        } catch (IOException e) {
            return new Lookup.Forbidden();
        }
    }

    private static @Nullable FileStamp stampOf(Path real) {
        try {
            return FileStamp.of(Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            return null;
        }
    }

    private static ServedFile served(Path path, Resource.OpenFile open, FileBody.Plain body) {
        FileStamp stamp = open.stamp();
        return new ServedFile(
                open.real(),
                new Validators(stamp.etag(), stamp.lastModified()),
                stamp.lastModifiedText(),
                stamp.modified(),
                new CodedForms(path),
                body);
    }

    /** Returns the file with a buffer of its own, for each user moves its position. */
    private static ServedFile shared(ServedFile file) {
        return switch (file.body()) {
            case FileBody.Memory(ByteBuffer octets) -> file.with(new FileBody.Memory(octets.duplicate()));
            case FileBody.Region region -> file;
        };
    }

    /** Reads into memory outside of the heap, from where the operating system takes it without a copy. */
    private static ByteBuffer read(FileChannel channel, int length) throws IOException {
        try (channel) {
            var octets = ByteBuffer.allocateDirect(length);
            while (octets.hasRemaining() && channel.read(octets) >= 0) {
                // Reads on: a read may return less than there is.
            }
            return octets.flip().asReadOnlyBuffer();
        }
    }

    private void keep(Path path, Entry entry) {
        if (entry.cost() > maxBytes / 4) {
            return;
        }
        Entry previous = entries.put(path, entry);
        long total = bytes.addAndGet(entry.cost() - (previous == null ? 0 : previous.cost()));
        if (total > maxBytes) {
            evict();
        }
    }

    /** Makes room: takes what was not used since the last time first, then whatever comes. */
    private void evict() {
        for (int round = 0; round < 2; round++) {
            for (var each : entries.entrySet()) {
                if (bytes.get() <= maxBytes / 4 * 3) {
                    return;
                }
                Entry entry = each.getValue();
                if (entry.used) {
                    entry.used = false;
                } else {
                    forget(each.getKey(), entry);
                }
            }
        }
    }

    private void forget(Path path, @Nullable Entry entry) {
        if (entry != null && entries.remove(path, entry)) {
            bytes.addAndGet(-entry.cost());
        }
    }
}
