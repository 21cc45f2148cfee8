package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.IpNetwork;
import dev.htbin.http.ResponseHead;
import dev.htbin.http.TrustedProxies;
import dev.htbin.jetty.tls.TestFiles;
import dev.htbin.jetty.tls.TlsConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engine contract: the places where a server listens, and what comes before HTTP. */
class ListenerTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final TrustedProxies LOOPBACK = TrustedProxies.of(List.of(IpNetwork.parse("127.0.0.0/8")));

    @TempDir
    private Path folder = Path.of("");

    private static void handle(Exchange exchange) throws IOException {
        String text = "<%s %d %s %d %s>"
                .formatted(
                        exchange.peer().clientAddress(),
                        exchange.peer().client().getPort(),
                        exchange.peer().localAddress(),
                        exchange.peer().local().getPort(),
                        exchange.peer().secure());
        exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
    }

    private static HttpServer start(EngineConfig config, ListenerConfig... listeners) throws IOException {
        return HttpServer.start(List.of(listeners), ListenerTest::handle, config);
    }

    private static HttpServer start(ListenerConfig... listeners) throws IOException {
        return start(EngineConfig.defaults(), listeners);
    }

    private static String ask(Path socket, String request) throws IOException {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(socket));
            client.write(ByteBuffer.wrap(request.getBytes(ISO_8859_1)));
            return new String(Channels.newInputStream(client).readAllBytes(), ISO_8859_1);
        }
    }

    private static String ask(InetSocketAddress address, String request) {
        try (var client = RawClient.connect(address)) {
            return client.send(request).halfClose().readAll();
        }
    }

    @Test
    void listensInSeveralPlaces() throws IOException {
        Path socket = folder.resolve("socket");
        var six = new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
        try (var server = start(
                ListenerConfig.of(ListenAddress.Unix.of(socket)),
                ListenerConfig.of(HttpServerTest.ANYWHERE),
                ListenerConfig.of(six),
                ListenerConfig.of(HttpServerTest.ANYWHERE)
                        .withTls(TlsConfig.of(TestFiles.path("ec.crt"), TestFiles.path("ec.key"))))) {
            assertEquals(UnixDomainSocketAddress.of(socket), server.addresses().get(0));
            assertTrue(ask(socket, GET).endsWith("<localhost 0 localhost 0 false>"));
            assertEquals(server.addresses().get(1), server.address());
            assertTrue(ask(server.address(), GET).contains("<127.0.0.1 "));
            assertTrue(ask((InetSocketAddress) server.addresses().get(2), GET).contains("<::1 "));
            try (var client =
                    RawClient.connect((InetSocketAddress) server.addresses().get(3), TestFiles.trusting())) {
                assertTrue(client.send(GET).response().body().endsWith(" true>"));
            }
        }
    }

    @Test
    void bindsEverywhereOrNowhere() throws IOException {
        Path socket = folder.resolve("socket");
        try (var taken = start(ListenerConfig.of(HttpServerTest.ANYWHERE))) {
            assertThrows(
                    IOException.class,
                    () -> start(ListenerConfig.of(ListenAddress.Unix.of(socket)), ListenerConfig.of(taken.address())));
            assertFalse(Files.exists(socket));
        }
    }

    @Test
    void saysThatAPlaceIsNamedTwice() throws IOException {
        ListenerConfig anywhere = ListenerConfig.of(HttpServerTest.ANYWHERE);
        int free;
        try (var server = start(anywhere)) {
            free = server.address().getPort();
        }
        var one = ListenerConfig.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), free));
        var all = ListenerConfig.of(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), free));
        var socket = ListenerConfig.of(ListenAddress.Unix.of(folder.resolve("socket")));
        for (List<ListenerConfig> twice : List.of(List.of(one, one), List.of(one, all), List.of(socket, socket))) {
            var failure = assertThrows(IOException.class, () -> start(twice.toArray(ListenerConfig[]::new)));
            assertEquals(
                    "cannot listen on %s: this server listens on %s already (expected: each place once)"
                            .formatted(twice.get(1).address(), twice.get(0).address()),
                    failure.getMessage());
        }
        try (var server = start(anywhere)) {
            var failure = assertThrows(IOException.class, () -> start(ListenerConfig.of(server.address())));
            assertTrue(String.valueOf(failure.getMessage()).contains("another program listens there"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-rw----", "rw-------", "rw-rw-rw-"})
    void givesAUnixSocketItsMode(String mode) throws IOException {
        Path socket = folder.resolve("socket");
        var address = ListenAddress.Unix.of(socket).withMode(PosixFilePermissions.fromString(mode));
        try (var server = start(ListenerConfig.of(address))) {
            assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
            assertThrows(IllegalStateException.class, server::address);
        }
        assertFalse(Files.exists(socket), "it is removed");
        assertEquals(0, folder.toFile().list().length);
    }

    @Test
    void givesAUnixSocketItsOwnerAndGroup() throws IOException {
        Path socket = folder.resolve("socket");
        String user = Files.getOwner(folder).getName();
        var address = ListenAddress.Unix.of(socket).withOwner(Optional.of(user), Optional.empty());
        try (var _ = start(ListenerConfig.of(address))) {
            assertEquals(user, Files.getOwner(socket).getName());
        }
        var unknown = ListenAddress.Unix.of(socket).withOwner(Optional.of("no-such-user"), Optional.empty());
        var failure = assertThrows(IOException.class, () -> start(ListenerConfig.of(unknown)));
        assertEquals(
                "cannot listen on unix:" + socket + ": there is no user or group 'no-such-user'", failure.getMessage());
        assertEquals(0, folder.toFile().list().length);
    }

    @Test
    void replacesAUnixSocketThatNobodyListensOn() throws IOException {
        Path socket = folder.resolve("socket");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        assertTrue(Files.exists(socket));
        try (var _ = start(ListenerConfig.of(ListenAddress.Unix.of(socket)))) {
            assertTrue(ask(socket, GET).startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    void leavesAUnixSocketToTheServerThatListensOnIt() throws IOException {
        Path socket = folder.resolve("socket");
        var listener = ListenerConfig.of(ListenAddress.Unix.of(socket));
        try (var _ = start(listener)) {
            var failure = assertThrows(IOException.class, () -> start(listener));
            assertTrue(String.valueOf(failure.getMessage()).contains("another server listens there"));
            assertTrue(ask(socket, GET).startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    void removesNoFileThatIsNotItsSocket() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "precious");
        assertThrows(IOException.class, () -> start(ListenerConfig.of(ListenAddress.Unix.of(file))));
        assertEquals("precious", Files.readString(file));
        Path socket = folder.resolve("socket");
        try (var _ = start(ListenerConfig.of(ListenAddress.Unix.of(socket)))) {
            Files.delete(socket);
            Files.writeString(socket, "another's");
        }
        assertEquals("another's", Files.readString(socket));
    }

    @Test
    void redirectsToHttps() throws IOException {
        try (var server = start(
                ListenerConfig.of(HttpServerTest.ANYWHERE).redirectingTo(443),
                ListenerConfig.of(HttpServerTest.ANYWHERE).redirectingTo(8443))) {
            String standard =
                    ask(server.address(), "GET /a%20b?c HTTP/1.1\r\nHost: x.example:80\r\nConnection: close\r\n\r\n");
            assertTrue(standard.startsWith("HTTP/1.1 301 "), standard);
            assertTrue(standard.contains("\r\nLocation: https://x.example/a%20b?c\r\n"), standard);
            var other = (InetSocketAddress) server.addresses().get(1);
            String posted =
                    ask(other, "POST / HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
            assertTrue(posted.startsWith("HTTP/1.1 308 "), posted);
            assertTrue(posted.contains("\r\nLocation: https://[::1]:8443/\r\n"), posted);
            String nameless = ask(other, "GET / HTTP/1.0\r\n\r\n");
            assertTrue(nameless.contains("\r\nLocation: https://localhost:8443/\r\n"), nameless);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROXY TCP4 192.0.2.7 192.0.2.8 1234 443\\r\\n | <192.0.2.7 1234 192.0.2.8 443 false>",
                "PROXY TCP6 2001:db8::7 2001:db8::8 1234 443\\r\\n | <2001:db8::7 1234 2001:db8::8 443 false>",
                "PROXY UNKNOWN\\r\\n | <127.0.0.1 ",
                "hex 0d0a0d0a000d0a515549540a 21 11 000c c0000207 c0000208 04d2 01bb | <192.0.2.7 1234 192.0.2.8 443 false>",
                "hex 0d0a0d0a000d0a515549540a 20 00 0000 | <127.0.0.1 ",
            })
    void seesTheClientThatAProxyHeaderNames(String header, String seen) throws IOException {
        var listener = ListenerConfig.of(HttpServerTest.ANYWHERE).withProxyProtocol(true);
        try (var server = start(EngineConfig.defaults().withProxies(LOOPBACK), listener);
                var client = RawClient.connect(server.address())) {
            String answer = client.send(octets(header)).send(GET).readAll();
            assertTrue(answer.contains(seen), answer);
        }
    }

    @Test
    void seesTheClientThatAProxyHeaderNamesBeforeTls() throws IOException {
        var listener = ListenerConfig.of(HttpServerTest.ANYWHERE)
                .withProxyProtocol(true)
                .withTls(TlsConfig.of(TestFiles.path("ec.crt"), TestFiles.path("ec.key")));
        try (var server = start(EngineConfig.defaults().withProxies(LOOPBACK), listener)) {
            var header = octets("PROXY TCP4 192.0.2.7 192.0.2.8 1234 443\\r\\n");
            try (var client = RawClient.connect(server.address(), TestFiles.trusting(), header)) {
                assertEquals(
                        "<192.0.2.7 1234 192.0.2.8 443 true>",
                        client.send(GET).response().body());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {GET, "PROXY TCP4 x\r\n" + GET, "PROXY TCP4 192.0.2.7 192.0.2.8 1 99999999999999\r\n" + GET})
    void closesWhatHasNoProxyHeaderWhereOneIsExpected(String octets) throws IOException {
        var listener = ListenerConfig.of(HttpServerTest.ANYWHERE).withProxyProtocol(true);
        try (var server = start(EngineConfig.defaults().withProxies(LOOPBACK), listener)) {
            assertFalse(reply(server, octets).contains("HTTP/1.1 200"));
        }
    }

    @Test
    void takesProxyHeadersFromTrustedProxiesOnly() throws IOException {
        var listener = ListenerConfig.of(HttpServerTest.ANYWHERE).withProxyProtocol(true);
        String octets = "PROXY TCP4 192.0.2.7 192.0.2.8 1234 443\r\n" + GET;
        var others = TrustedProxies.of(List.of(IpNetwork.parse("10.0.0.0/8")));
        for (TrustedProxies proxies : List.of(TrustedProxies.none(), others)) {
            try (var server = start(EngineConfig.defaults().withProxies(proxies), listener)) {
                assertEquals("", reply(server, octets));
            }
        }
    }

    private static String reply(HttpServer server, String octets) {
        try (var client = RawClient.connect(server.address())) {
            return client.send(octets).readAll();
        } catch (java.io.UncheckedIOException e) {
            return "";
        }
    }

    @Test
    void watchesTheConnectionOfTheProxyAndNotThatOfItsClient() throws IOException {
        var listener = ListenerConfig.of(HttpServerTest.ANYWHERE).withProxyProtocol(true);
        var config = EngineConfig.defaults().withProxies(LOOPBACK);
        try (var server = HttpServer.start(
                        List.of(listener),
                        x -> x.respond(
                                ResponseHead.of(200, Fields.empty()),
                                ByteBuffer.wrap(x.peer()
                                        .connection()
                                        .orElseThrow()
                                        .remote()
                                        .toString()
                                        .getBytes(ISO_8859_1))),
                        config);
                var client = RawClient.connect(server.address())) {
            String answer = client.send("PROXY TCP4 192.0.2.7 192.0.2.8 1234 443\r\n" + GET)
                    .readAll();
            assertTrue(answer.contains("/127.0.0.1:"), answer);
        }
    }

    @Test
    void believesForwardedFieldsOfTrustedProxies() throws IOException {
        String request =
                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n";
        try (var server =
                start(EngineConfig.defaults().withProxies(LOOPBACK), ListenerConfig.of(HttpServerTest.ANYWHERE))) {
            assertTrue(ask(server.address(), request).endsWith("<192.0.2.7 0 127.0.0.1 443 true>"));
        }
        try (var server = start(ListenerConfig.of(HttpServerTest.ANYWHERE))) {
            assertTrue(ask(server.address(), request).contains("<127.0.0.1 "));
        }
    }

    @Test
    void tellsWhenAClientOfAUnixSocketIsGone() throws Exception {
        Path socket = folder.resolve("socket");
        var arrived = new CountDownLatch(1);
        var failed = new CountDownLatch(1);
        try (var _ = HttpServer.start(
                List.of(ListenerConfig.of(ListenAddress.Unix.of(socket))),
                x -> {
                    try (var out = x.respond(ResponseHead.of(200, Fields.empty()))) {
                        while (true) {
                            out.write(new byte[1000]);
                            out.flush();
                            arrived.countDown();
                        }
                    } catch (IOException e) {
                        failed.countDown();
                        throw e;
                    }
                },
                EngineConfig.defaults())) {
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(socket));
                client.write(ByteBuffer.wrap(GET.getBytes(ISO_8859_1)));
                assertTrue(arrived.await(20, TimeUnit.SECONDS));
            }
            assertTrue(failed.await(20, TimeUnit.SECONDS));
        }
    }

    private static byte[] octets(String text) {
        if (text.startsWith("hex ")) {
            return HexFormat.of().parseHex(text.substring(4).replace(" ", ""));
        }
        var octets = new ByteArrayOutputStream();
        octets.writeBytes(text.replace("\\r\\n", "\r\n").getBytes(ISO_8859_1));
        return octets.toByteArray();
    }
}
