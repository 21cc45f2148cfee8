package dev.htbin.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.htbin.http.FileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has which window, and for how long. */
class MappedWindowsTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;

    private final MappedWindows windows = new MappedWindows(40 * MIB);
    private FileChannel file;

    @BeforeEach
    void open() throws IOException {
        file = FileChannel.open(
                directory.resolve("file"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        grow(20 * MIB);
    }

    @AfterEach
    void close() throws IOException {
        file.close();
        assertEquals(0, windows.bytes());
    }

    private void grow(long bytes) throws IOException {
        file.write(ByteBuffer.wrap(new byte[] {7}), bytes - 1);
    }

    private FileRegion region(String identity, long offset, long length) {
        return new FileRegion(file, offset, length, Optional.of(identity));
    }

    private MappedWindows.Window window(FileRegion region, long position) throws IOException {
        return windows.at(region, position).orElseThrow();
    }

    @Test
    void sharesAWindowWhileItIsUsed() throws IOException {
        var first = window(region("a", 0, 17 * MIB), 0);
        var second = window(region("a", 5, 100), 50);
        assertSame(first, second);
        assertEquals(16 * MIB, windows.bytes());
        first.close();
        assertEquals(16 * MIB, windows.bytes());
        second.close();
        assertEquals(0, windows.bytes());
        try (var third = window(region("a", 0, 100), 0)) {
            assertNotSame(first, third);
        }
    }

    @Test
    void givesEachPlaceAndEachFileItsOwn() throws IOException {
        try (var first = window(region("a", 0, 20 * MIB), 0);
                var rest = window(region("a", 0, 20 * MIB), 16 * MIB);
                var other = window(region("b", 0, 1), 0)) {
            assertNotSame(first, rest);
            assertNotSame(first, other);
            assertEquals(36 * MIB, windows.bytes());
            assertEquals(4 * MIB, rest.from(16 * MIB, 100 * MIB).remaining());
            assertEquals(MIB, rest.from(17 * MIB, MIB).remaining());
            assertEquals(7, rest.from(20 * MIB - 1, 1).get());
            assertEquals(0, rest.from(20 * MIB, 1).remaining());
        }
    }

    @Test
    void mapsNoMoreThanItMay() throws IOException {
        var first = window(region("a", 0, 20 * MIB), 0);
        try (var second = window(region("b", 0, 20 * MIB), 0)) {
            assertNotNull(second);
            assertEquals(Optional.empty(), windows.at(region("c", 0, 20 * MIB), 0));
            first.close();
            try (var third = window(region("c", 0, 20 * MIB), 0)) {
                assertNotNull(third);
            }
        }
    }

    @Test
    void mapsNothingOfAFileThatItDoesNotKnow() throws IOException {
        assertEquals(Optional.empty(), windows.at(FileRegion.of(file, 0, 20 * MIB), 0));
    }

    @Test
    void mapsAFileAnewThatHasGrown() throws IOException {
        try (var small = window(region("a", 16 * MIB, 4 * MIB), 16 * MIB)) {
            grow(22 * MIB);
            try (var large = window(region("a", 16 * MIB, 6 * MIB), 16 * MIB)) {
                assertNotSame(small, large);
                assertEquals(7, large.from(22 * MIB - 1, 1).get());
                try (var again = window(region("a", 0, 22 * MIB), 16 * MIB)) {
                    assertSame(large, again);
                }
            }
        }
    }

    @Test
    void refusesWhatIsNoLongerThere() throws IOException {
        assertThrows(IOException.class, () -> windows.at(region("a", 0, 20 * MIB + 1), 16 * MIB));
        try (var window = window(region("a", 0, 16 * MIB), 0)) {
            file.truncate(3 * MIB);
            assertEquals(MIB, window.from(2 * MIB, MIB).remaining());
            assertThrows(IOException.class, () -> window.from(8 * MIB, MIB));
        }
    }
}
