package dev.htbin.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.DocumentRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
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
