package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is written, and when it goes out. */
class Http2EndPointTest {
    private static final String LARGE = "l".repeat(10_000);

    private final ArrayByteBufferPool.Tracking pool = new ArrayByteBufferPool.Tracking();
    private ByteArrayEndPoint client = new ByteArrayEndPoint();
    private Http2EndPoint endPoint = new Http2EndPoint(client, pool);
    /** What is known of each write, in the order in which it became known. */
    private final List<String> told = new ArrayList<>();

    @AfterEach
    void allBuffersAreReturned() {
        assertEquals(List.of(), List.copyOf(pool.getLeaks()));
    }

    private void write(String... parts) {
        ByteBuffer[] buffers = new ByteBuffer[parts.length];
        for (int i = 0; i < parts.length; i++) {
            buffers[i] = ByteBuffer.wrap(parts[i].getBytes(US_ASCII));
        }
        String name = parts[0].substring(0, 1);
        endPoint.write(
                Callback.from(() -> told.add(name + " sent"), failure -> told.add(name + ": " + failure.getMessage())),
                buffers);
    }

    private int read() throws IOException {
        return endPoint.fill(BufferUtil.toBuffer(new byte[100]).limit(0));
    }

    private void readRequest() throws IOException {
        client.addInput("request");
        assertEquals(7, read());
    }

    /** A client that takes two octets, and then nothing before it is asked for what it has. */
    private void narrow() {
        client = new ByteArrayEndPoint(new byte[0], 2, false);
        endPoint = new Http2EndPoint(client, pool);
    }

    @Test
    void gathersWhatAnswersOneRead() throws IOException {
        readRequest();
        write("a", "bc");
        write("d");
        assertEquals("", client.getOutputString());
        assertEquals(List.of("a sent", "d sent"), told);
        assertEquals(0, read());
        assertEquals("abcd", client.takeOutputString());
        write("e");
        assertEquals("e", client.takeOutputString());
    }

    @Test
    void sendsAtOnceWhatAnotherThreadWrites() throws Exception {
        readRequest();
        write("a");
        Thread other = Thread.startVirtualThread(() -> write("b"));
        other.join();
        assertEquals("ab", client.takeOutputString());
        write("c");
        assertEquals("", client.getOutputString());
        read();
        assertEquals("c", client.takeOutputString());
    }

    @Test
    void keepsTheOrderWhenThereIsNoRoom() throws IOException {
        readRequest();
        write("a");
        write(LARGE);
        assertEquals("", client.getOutputString());
        write(LARGE, "b");
        assertTrue(("a" + LARGE).equals(client.takeOutputString()));
        write("x".repeat(20_000));
        write("c");
        read();
        assertTrue((LARGE + "b" + "x".repeat(20_000) + "c").equals(client.takeOutputString()));
    }

    @Test
    void writesNothingBeforeTheClientTookWhatWasGathered() throws IOException {
        narrow();
        readRequest();
        write("abc");
        read();
        write("def");
        assertEquals(List.of("a sent"), told);
        assertEquals("ab", client.takeOutputString());
        assertEquals(List.of("a sent"), told);
        assertEquals("cd", client.takeOutputString());
        assertEquals(List.of("a sent", "d sent"), told);
        assertEquals("ef", client.takeOutputString());
    }

    @Test
    void closesAfterWhatWasGathered() throws IOException {
        readRequest();
        write("a");
        endPoint.close();
        assertEquals("a", client.takeOutputString());
        assertFalse(client.isOpen());
    }

    @Test
    void endsTheOutputAfterWhatWasGathered() throws IOException {
        narrow();
        readRequest();
        write("abc");
        endPoint.shutdownOutput();
        assertFalse(client.isOutputShutdown());
        assertEquals("ab", client.takeOutputString());
        assertEquals("c", client.takeOutputString());
        assertTrue(client.isOutputShutdown());
    }

    @Test
    void waitsForNoClientThatTakesNothing() throws IOException {
        narrow();
        readRequest();
        write("abc");
        read();
        write("d");
        endPoint.close();
        assertFalse(client.isOpen());
        assertEquals(List.of("a sent", "d: null"), told);
    }

    @Test
    void failsWhatFollowsWhatFailed() throws IOException {
        narrow();
        readRequest();
        write("abc");
        read();
        write("d");
        client.close(new IOException("gone"));
        assertEquals(List.of("a sent", "d: gone"), told);
        write("e");
        assertEquals(3, told.size());
    }
}
