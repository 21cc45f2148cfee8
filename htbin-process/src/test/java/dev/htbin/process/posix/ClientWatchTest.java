package dev.htbin.process.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Child;
import dev.htbin.process.Child.Event;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.Run;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Process tests: what a child's loop sees of the client, with real connections. */
@Timeout(60)
final class ClientWatchTest {
    private static final LaunchSpec SLEEP =
            new LaunchSpec(Path.of("/bin/sleep"), List.of("sleep", "60"), new LinkedHashMap<>(), Path.of("/"));

    private PosixLauncher launcher;
    private Child child;

    @BeforeEach
    void launch() throws Exception {
        launcher = PosixLauncher.start(LauncherConfig.defaults().withUser(Optional.empty()));
        child = another();
    }

    @AfterEach
    void close() {
        child.close();
        launcher.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void seesTheClientFinishOnceAndThenGo(String address) throws Exception {
        try (Connection connection = Connection.to(address)) {
            assertTrue(watch(child, connection));
            assertEquals(Set.of(), child.await(Duration.ZERO));
            connection.client.shutdownOutput();
            assertEquals(Set.of(Event.CLIENT_FINISHED), child.await(Run.LONG));
            assertEquals(Set.of(), child.await(Duration.ofMillis(20)));
            connection.reset();
            assertEquals(Set.of(Event.CLIENT_GONE), child.await(Run.LONG));
            assertEquals(Set.of(Event.CLIENT_GONE), child.await(Run.LONG));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void seesAReset(String address) throws Exception {
        try (Connection connection = Connection.to(address)) {
            assertTrue(watch(child, connection));
            connection.reset();
            assertEquals(Set.of(Event.CLIENT_GONE), child.await(Run.LONG));
        }
    }

    @Test
    void forgetsTheClientAndWatchesItAfresh() throws Exception {
        try (Connection connection = Connection.to("127.0.0.1")) {
            assertTrue(watch(child, connection));
            connection.client.shutdownOutput();
            assertEquals(Set.of(Event.CLIENT_FINISHED), child.await(Run.LONG));
            child.unwatch();
            child.unwatch();
            assertEquals(Set.of(), child.await(Duration.ZERO));
            assertTrue(watch(child, connection));
            assertEquals(Set.of(Event.CLIENT_FINISHED), child.await(Run.LONG));
            child.unwatch();
            connection.reset();
            assertEquals(Set.of(), child.await(Duration.ofMillis(20)));
        }
    }

    @Test
    void doesNotTakeUnreadRequestsForAnEvent() throws Exception {
        try (Connection connection = Connection.to("127.0.0.1")) {
            connection.client.getOutputStream().write(new byte[100]);
            assertTrue(watch(child, connection));
            assertEquals(Set.of(), child.await(Duration.ofMillis(20)));
        }
    }

    @Test
    void seesAnIpv4ClientOfAnIpv4Socket() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
            server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            try (SocketChannel client = SocketChannel.open(server.getLocalAddress());
                    SocketChannel accepted = server.accept()) {
                assertTrue(child.watch((InetSocketAddress) accepted.getLocalAddress(), (InetSocketAddress)
                        accepted.getRemoteAddress()));
                client.shutdownOutput();
                assertEquals(Set.of(Event.CLIENT_FINISHED), child.await(Run.LONG));
            }
        }
    }

    @Test
    void findsTheConnectionAmongManyAndAgain() throws Exception {
        List<Connection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                connections.add(Connection.to("127.0.0.1"));
            }
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 200; i += 40) {
                    try (Child other = another()) {
                        assertTrue(watch(other, connections.get(i)));
                        assertEquals(Set.of(), other.await(Duration.ZERO));
                    }
                }
            }
            assertTrue(watch(child, connections.get(150)));
            connections.get(151).reset();
            assertEquals(Set.of(), child.await(Duration.ofMillis(20)));
            connections.get(150).reset();
            assertEquals(Set.of(Event.CLIENT_GONE), child.await(Run.LONG));
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
    }

    @Test
    void doesNotTakeAnotherConnectionForAnEndedOne() throws Exception {
        InetSocketAddress local;
        InetSocketAddress remote;
        try (Connection ended = Connection.to("127.0.0.1")) {
            local = ended.local();
            remote = ended.remote();
            try (Child other = another()) {
                assertTrue(other.watch(local, remote));
            }
        }
        try (Connection next = Connection.to("127.0.0.1")) {
            assertTrue(child.watch(local, remote));
            assertEquals(Set.of(Event.CLIENT_GONE), child.await(Run.LONG));
            child.unwatch();
            assertTrue(watch(child, next));
        }
    }

    @Test
    void takesAConnectionThatCanNotBeFoundForGone() throws Exception {
        var nowhere = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 4711);
        assertTrue(child.watch(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 80), nowhere));
        assertEquals(Set.of(Event.CLIENT_GONE), child.await(Run.LONG), "what can't be found was reset");
        child.unwatch();
        assertEquals(Set.of(), child.await(Duration.ZERO));
        assertFalse(child.watch(InetSocketAddress.createUnresolved("absent.invalid", 80), nowhere));
        assertEquals(Set.of(), child.await(Duration.ZERO));
    }

    private Child another() throws Exception {
        try (var stdin = launcher.newStdin()) {
            return launcher.launch(SLEEP, stdin);
        }
    }

    private static boolean watch(Child child, Connection connection) {
        return child.watch(connection.local(), connection.remote());
    }

    /** Both ends of a connection. */
    private record Connection(Socket client, Socket accepted) implements AutoCloseable {
        static Connection to(String address) throws IOException {
            InetAddress loopback = InetAddress.ofLiteral(address);
            try (ServerSocket server = new ServerSocket(0, 1, loopback)) {
                var client = new Socket(loopback, server.getLocalPort());
                return new Connection(client, server.accept());
            }
        }

        InetSocketAddress local() {
            return (InetSocketAddress) accepted.getLocalSocketAddress();
        }

        InetSocketAddress remote() {
            return (InetSocketAddress) accepted.getRemoteSocketAddress();
        }

        /** A client that closes at once with nothing lingering sends RST. */
        void reset() throws IOException {
            client.setSoLinger(true, 0);
            client.close();
        }

        @Override
        public void close() throws IOException {
            client.close();
            accepted.close();
        }
    }
}
