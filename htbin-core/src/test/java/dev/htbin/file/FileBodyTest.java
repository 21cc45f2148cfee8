package dev.htbin.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.htbin.http.FileRegion;
import dev.htbin.http.Seed;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies over real files. */
class FileBodyTest {
    @TempDir
    Path directory;

    private FileBody.Region region(byte[] content) throws IOException {
        Path file = Files.write(directory.resolve("file"), content);
        return new FileBody.Region(FileRegion.of(FileChannel.open(file), 0, content.length));
    }

    @Test
    void joinsPiecesOfOneFileAndClosesItAtTheEnd() throws IOException {
        FileBody.Region file = region("0123456789".getBytes(UTF_8));
        var joined = new FileBody.Joined(List.of(
                new FileBody.Memory(ByteBuffer.wrap("<".getBytes(UTF_8))),
                file.slice(7, 3),
                new FileBody.Memory(ByteBuffer.wrap("|".getBytes(UTF_8))),
                file.slice(0, 2).slice(1, 1)));
        assertEquals(6, joined.length());
        try (InputStream stream = joined.stream()) {
            assertEquals("<789|1", new String(stream.readAllBytes(), UTF_8));
        }
        assertFalse(file.region().channel().isOpen());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 100_000, 1_000_000})
    void gzipFormIsThatOfTheFile(int bytes) throws IOException {
        byte[] content = new byte[bytes];
        Seed.random(FileBodyTest.class, 1).nextBytes(content);
        for (int i = 0; i < bytes / 2; i++) {
            content[i] = 'a';
        }
        FileBody.Region file = region(content);
        try (InputStream stream = new GZIPInputStream(new FileBody.Gzip(file).stream())) {
            assertArrayEquals(content, stream.readAllBytes());
        }
        assertFalse(file.region().channel().isOpen());
    }

    @Test
    void gzipFormIsReadableByTheProgram() throws Exception {
        FileBody.Region file = region("line\n".repeat(10_000).getBytes(UTF_8));
        Path coded = directory.resolve("coded.gz");
        try (InputStream stream = new FileBody.Gzip(file).stream()) {
            Files.copy(stream, coded);
        }
        assertEquals(
                0,
                new ProcessBuilder("gzip", "--test", coded.toString()).start().waitFor());
    }

    @Test
    void gzipFormOfAFileThatBecameShorterIsNeverComplete() throws IOException {
        FileBody.Region file = region("line\n".repeat(100_000).getBytes(UTF_8));
        Files.writeString(directory.resolve("file"), "short");
        try (InputStream stream = new FileBody.Gzip(file).stream()) {
            assertThrows(EOFException.class, stream::readAllBytes);
        }
    }
}
