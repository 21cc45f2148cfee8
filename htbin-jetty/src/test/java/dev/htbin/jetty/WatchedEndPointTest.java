package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.htbin.jetty.tls.TlsConfig.UserName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a selector is told of a connection: for how long it looks for input, and when it must not. */
@Timeout(60)
class WatchedEndPointTest {
    private final Scheduler scheduler = new ScheduledExecutorScheduler();
    private final AtomicInteger updates = new AtomicInteger();
    private final AtomicInteger filled = new AtomicInteger();

    private Selector selector;
    private Socket client;
    private ClientEndPoint endPoint;
    private SelectionKey key;

    private final class NeverStarted extends SelectorManager {
        NeverStarted() {
            super(Runnable::run, scheduler);
        }

        @Override
        protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
            throw new IllegalStateException();
        }

        @Override
        public Connection newConnection(SelectableChannel channel, EndPoint endPoint, @Nullable Object attachment) {
            throw new IllegalStateException();
        }
    }

    @BeforeEach
    void connect() throws Exception {
        scheduler.start();
        selector = Selector.open();
        try (var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            client =
                    new Socket(InetAddress.getLoopbackAddress(), server.socket().getLocalPort());
            SocketChannel accepted = server.accept();
            accepted.configureBlocking(false);
            key = accepted.register(selector, 0);
            var counting = new ManagedSelector(new NeverStarted(), 0) {
                @Override
                public void submit(SelectorUpdate update) {
                    updates.incrementAndGet();
                }
            };
            endPoint = new ClientEndPoint(accepted, counting, key, scheduler, 60_000, UserName.SUBJECT);
        }
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        endPoint.getChannel().close();
        selector.close();
        scheduler.stop();
    }

    private void wantsInput() {
        endPoint.fillInterested(Callback.from(filled::incrementAndGet));
    }

    /** Does what a selector does when there is something, and returns what is to be done then. */
    private @Nullable Runnable selected() throws IOException {
        assertEquals(1, selector.select());
        selector.selectedKeys().clear();
        Runnable task = endPoint.onSelected();
        endPoint.updateKey();
        return task;
    }

    private void sends(String text) throws IOException {
        client.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    private String read() throws IOException {
        ByteBuffer buffer = BufferUtil.allocate(100);
        endPoint.fill(buffer);
        return BufferUtil.toString(buffer);
    }

    @Test
    void looksForInputWithoutBeingToldAgain() throws Exception {
        wantsInput();
        endPoint.updateKey();
        assertEquals(1, updates.get());
        for (int request = 1; request <= 3; request++) {
            sends("request " + request);
            Runnable task = selected();
            assertNotNull(task);
            task.run();
            assertEquals(request, filled.get());
            assertEquals("request " + request, read());
            assertEquals(SelectionKey.OP_READ, key.interestOps());
            wantsInput();
        }
        assertEquals(1, updates.get());
    }

    @Test
    void isNotToldOfInputThatNobodyWaitsForAgainAndAgain() throws Exception {
        wantsInput();
        endPoint.updateKey();
        sends("a request");
        Runnable task = selected();
        assertNotNull(task);
        task.run();
        assertEquals("a request", read());
        sends(" and the next");
        assertNull(selected());
        assertEquals(0, key.interestOps());
        assertEquals(0, selector.selectNow());

        wantsInput();
        endPoint.updateKey();
        assertNotNull(selected());
        assertEquals(" and the next", read());
    }

    @Test
    void isToldOfTheClientsEndOnceOnly() throws Exception {
        wantsInput();
        endPoint.updateKey();
        sends("a request");
        Runnable task = selected();
        assertNotNull(task);
        task.run();
        assertEquals("a request", read());
        client.close();
        assertNull(selected());
        assertEquals(0, selector.selectNow());
    }

    @Test
    void looksForInputByANewKey() throws Exception {
        wantsInput();
        endPoint.updateKey();
        try (Selector other = Selector.open()) {
            key = endPoint.getChannel().register(other, key.interestOps());
            endPoint.replaceKey(key);
            sends("a request");
            assertEquals(1, other.select());
            Runnable task = endPoint.onSelected();
            assertNotNull(task);
            task.run();
            assertEquals(1, filled.get());
        }
    }
}
