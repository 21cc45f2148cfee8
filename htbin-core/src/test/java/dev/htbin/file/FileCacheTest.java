package dev.htbin.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.DocumentRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache over real files, with a clock of the test's own. */
class FileCacheTest {
    private static final FileTime OLD = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private final FileCache cache = new FileCache(1 << 20, nanos::get);
    private DocumentRoot root = new DocumentRoot(Path.of("/"));

    @BeforeEach
    void makeRoot() throws IOException {
        root = DocumentRoot.of(Files.createDirectory(directory.resolve("root")));
    }

    private Path file(String name, String content) throws IOException {
        Path path = root.directory().resolve(name);
        Files.writeString(path, content);
        Files.setLastModifiedTime(path, OLD);
        return path;
    }

    private String content(Path path) throws IOException {
        return switch (cache.lookup(root, path)) {
            case Lookup.Found(ServedFile file) -> {
                try (var stream = file.body().stream()) {
                    yield new String(stream.readAllBytes(), UTF_8);
                }
            }
            case Lookup.FoundDirectory ignored -> "directory";
            case Lookup.Missing() -> "missing";
            case Lookup.Unknown() -> "unknown";
            case Lookup.Forbidden() -> "forbidden";
        };
    }

    @Test
    void givesEachUserTheWholeFile() throws IOException {
        Path path = file("a", "one");
        assertEquals("one", content(path));
        long kept = cache.bytes();
        assertTrue(kept > 0);
        var first = assertInstanceOf(Lookup.Found.class, cache.lookup(root, path));
        var memory = assertInstanceOf(FileBody.Memory.class, first.file().body());
        memory.octets().get();
        assertEquals("one", content(path));
        assertEquals(kept, cache.bytes());
    }

    @Test
    void changedFileIsReadAnewAtOnce() throws IOException {
        Path path = file("a", "one");
        assertEquals("one", content(path));
        Files.writeString(path, "two");
        assertEquals("two", content(path));
        file("a", "three");
        assertEquals("three", content(path));
        Files.delete(path);
        assertEquals("missing", content(path));
        assertEquals(0, cache.bytes());
    }

    @Test
    void fileModifiedWhileItIsReadIsReadAgain() throws IOException {
        Path path = file("a", "one");
        var changes = new AtomicLong(1);
        var racing = new FileCache(1 << 20, () -> changeOnce(path, changes));
        var found = assertInstanceOf(Lookup.Found.class, racing.lookup(root, path));
        assertEquals("changed 1", text(found.file()));
        assertEquals(
                FileStamp.of(Files.readAttributes(path, BasicFileAttributes.class))
                        .etag(),
                found.file().validators().etag());
    }

    @Test
    void fileThatNeverRestsIsSentAndNotKept() throws IOException {
        Path path = file("a", "one");
        var changes = new AtomicLong(100);
        var racing = new FileCache(1 << 20, () -> changeOnce(path, changes));
        assertInstanceOf(Lookup.Found.class, racing.lookup(root, path));
        assertEquals(97, changes.get());
        assertEquals(0, racing.bytes());
    }

    /** Changes the file when the cache, which has opened it, looks at its clock; tells the time. */
    private static long changeOnce(Path path, AtomicLong changes) {
        try {
            if (changes.get() > 0) {
                Files.writeString(path, "changed " + changes.getAndDecrement());
                Files.setLastModifiedTime(path, FileTime.fromMillis(changes.get() * 1000));
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void replacedFileIsOneOrTheOtherAndItsTagSaysWhich() throws Exception {
        Path path = file("a", "a".repeat(100_000));
        Thread replacing = Thread.ofPlatform().start(() -> replace(path, 300));
        var byTag = new HashMap<String, String>();
        while (replacing.isAlive()) {
            if (FileCache.ofBytes(1 << 20).lookup(root, path) instanceof Lookup.Found(ServedFile file)) {
                String text = text(file);
                assertEquals(100_000, text.length());
                assertEquals(1, text.chars().distinct().count());
                assertEquals(text, byTag.computeIfAbsent(file.validators().etag(), _ -> text));
            }
        }
        replacing.join();
    }

    private static void replace(Path path, int rounds) {
        try {
            for (int i = 0; i < rounds; i++) {
                Path next = path.resolveSibling("next");
                Files.writeString(next, (i % 2 == 0 ? "b" : "a").repeat(100_000));
                Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(ServedFile file) throws IOException {
        try (var stream = file.body().stream()) {
            return new String(stream.readAllBytes(), UTF_8);
        }
    }

    @Test
    void compressedFormThatAppearsIsSeenWithinASecond() throws IOException {
        Path path = file("a", "one");
        var first = assertInstanceOf(Lookup.Found.class, cache.lookup(root, path));
        assertEquals(Set.of(), first.file().forms().beside());
        file("a.gz", "coded");
        nanos.addAndGet(FileCache.TRUST.toNanos());
        var later = assertInstanceOf(Lookup.Found.class, cache.lookup(root, path));
        assertEquals(Set.of(Coding.GZIP), later.file().forms().beside());
    }

    @Test
    void nothingIsKnownThatIsNotKeptOrNoLongerCurrent() throws IOException {
        Path path = file("a", "one");
        assertInstanceOf(Lookup.Unknown.class, cache.lookupNow(root, path));
        assertEquals("one", content(path));
        assertInstanceOf(Lookup.Found.class, cache.lookupNow(root, path));
        nanos.addAndGet(FileCache.TRUST.toNanos());
        assertInstanceOf(Lookup.Unknown.class, cache.lookupNow(root, path));
        assertEquals("one", content(path));
        Files.writeString(path, "two");
        assertInstanceOf(Lookup.Unknown.class, cache.lookupNow(root, path));
        Files.delete(path);
        assertInstanceOf(Lookup.Unknown.class, cache.lookupNow(root, path));
    }

    @Test
    void freshlyModifiedFileIsNotKept() throws IOException {
        Path path = root.directory().resolve("a");
        Files.writeString(path, "one");
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(60)));
        assertEquals("one", content(path));
        assertEquals(0, cache.bytes());
    }

    @Test
    void fileReplacedByALinkOutOfTheRootIsMissing() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "secret");
        Path path = file("a", "one");
        assertEquals("one", content(path));
        Files.delete(path);
        Files.createSymbolicLink(path, secret);
        assertEquals("missing", content(path));
    }

    @Test
    void theSameFileThroughALinkIsLookedUpInFullWithinASecond() throws IOException {
        // A hard link outside: identity, length and time are those of the file in the root.
        Path path = file("a", "one");
        assertEquals("one", content(path));
        Path outside = Files.createLink(directory.resolve("outside"), path);
        Files.delete(path);
        Files.createSymbolicLink(path, outside);
        nanos.addAndGet(FileCache.TRUST.toNanos());
        assertEquals("missing", content(path));
    }

    @Test
    void longFilesAreNotKept() throws IOException {
        Path path = file("a", "x".repeat(FileCache.MAX_FILE_BYTES + 1));
        assertEquals(FileCache.MAX_FILE_BYTES + 1, content(path).length());
        assertEquals(0, cache.bytes());
    }

    @Test
    void staysWithinItsBound() throws IOException {
        var small = new FileCache(100_000, nanos::get);
        for (int i = 0; i < 100; i++) {
            assertInstanceOf(Lookup.Found.class, small.lookup(root, file("f" + i, "x".repeat(10_000))));
            assertTrue(small.bytes() <= 100_000, () -> "bytes: " + small.bytes());
        }
        assertTrue(small.bytes() > 50_000);
    }

    @Test
    void cacheOfNothingKeepsNothing() throws IOException {
        FileCache none = FileCache.ofBytes(0);
        assertInstanceOf(Lookup.Found.class, none.lookup(root, file("a", "one")));
        assertEquals(0, none.bytes());
    }
}
