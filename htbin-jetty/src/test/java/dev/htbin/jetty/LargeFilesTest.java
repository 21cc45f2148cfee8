package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.FileRegion;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of files of several windows, over sockets. The query of a request is the part: {@code offset,length}. */
@ParameterizedClass
@EnumSource(Wire.class)
class LargeFilesTest {
    private static final int MIB = 1 << 20;
    private static final byte[] CONTENT = new byte[36 * MIB + 123];
    private static final BlockingQueue<String> FAILURES = new LinkedBlockingQueue<>();

    @TempDir
    private static Path directory;

    private static HttpServer server;

    @Parameter
    private Wire wire = Wire.CLEAR;

    @BeforeAll
    static void write() throws IOException {
        new Random(1).nextBytes(CONTENT);
        Files.write(directory.resolve("whole"), CONTENT);
    }

    @BeforeParameterizedClassInvocation
    static void start(Wire wire) throws IOException {
        server = wire.start(LargeFilesTest::handle);
    }

    @AfterParameterizedClassInvocation
    static void close() {
        server.close();
    }

    private static void handle(Exchange exchange) throws IOException {
        String[] part = exchange.request().rawQuery().split(",", -1);
        Path file = directory.resolve(exchange.request().rawPath().substring(1));
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        try (FileChannel channel = FileChannel.open(file)) {
            exchange.respond(
                    ResponseHead.of(200, Fields.empty()),
                    new FileRegion(
                            channel, Long.parseLong(part[0]), Long.parseLong(part[1]), Optional.ofNullable(key)));
        } catch (IOException e) {
            FAILURES.add(file.getFileName() + ": " + e.getMessage());
            throw e;
        }
    }

    private static String request(String file, long offset, long length) {
        return "GET /%s?%d,%d HTTP/1.1\r\nHost: a\r\n\r\n".formatted(file, offset, length);
    }

    private static void assertPart(int offset, int length, String body) {
        byte[] expected = Arrays.copyOfRange(CONTENT, offset, offset + length);
        assertTrue(Arrays.equals(expected, body.getBytes(ISO_8859_1)), () -> offset + "," + length);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 37748859",
        "0, 1048576",
        "0, 1048577",
        "1, 16777216",
        "16777211, 1048581",
        "16777216, 16777216",
        "4095, 33554433",
        "33554431, 4194428",
        "37748858, 1"
    })
    void sendsAPart(int offset, int length) {
        try (var client = RawClient.connect(server)) {
            assertPart(
                    offset,
                    length,
                    client.send(request("whole", offset, length)).response().body());
            assertPart(0, 5, client.send(request("whole", 0, 5)).response().body());
        }
    }

    @Test
    void sendsPartsToManyAtOnce() throws Exception {
        var random = new Random(2);
        var parts = new ArrayList<Future<?>>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 24; i++) {
                int offset = random.nextInt(CONTENT.length);
                int length = random.nextInt(CONTENT.length - offset) / 2;
                parts.add(executor.submit(() -> {
                    try (var client = RawClient.connect(server)) {
                        assertPart(
                                offset,
                                length,
                                client.send(request("whole", offset, length))
                                        .response()
                                        .body());
                    }
                }));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"37748859, 30000000", "37748859, 10", "16777116, 10"})
    void breaksOffWhenTheFileBecomesShorter(int length, int lost) throws Exception {
        Path file = Files.write(directory.resolve("shrinks"), Arrays.copyOf(CONTENT, length));
        try (var client = RawClient.connect(server)) {
            client.send(request("shrinks", 0, length)).readTo("\r\n\r\n");
            client.read(MIB);
            // What goes through TLS is read by this process, whose end it would be.
            boolean mapped = Files.readString(Path.of("/proc/self/maps")).contains(file.toString());
            assertEquals(wire == Wire.CLEAR, mapped);
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(length - lost);
            }
            assertThrows(UncheckedIOException.class, () -> client.read(length - MIB));
        }
        assertEquals("shrinks: the file became shorter while it was sent", FAILURES.poll(30, TimeUnit.SECONDS));
        assertPart(0, 1, RawClient.exchange(server, request("shrinks", 0, 1)).replaceFirst("(?s).*\r\n\r\n", ""));
        assertFalse(Files.readString(Path.of("/proc/self/maps")).contains(file.toString()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40 * MIB})
    void breaksOffWhenTheFileIsShorterThanWasSaid(int missing) throws Exception {
        Files.write(directory.resolve("short"), CONTENT);
        try (var client = RawClient.connect(server)) {
            client.send(request("short", 0, CONTENT.length + missing)).readTo("\r\n\r\n");
            assertThrows(UncheckedIOException.class, () -> client.read(CONTENT.length + missing));
        }
        assertEquals("short: the file became shorter while it was sent", FAILURES.poll(30, TimeUnit.SECONDS));
    }
}
