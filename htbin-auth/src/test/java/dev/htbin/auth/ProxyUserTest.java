package dev.htbin.auth;

import static dev.htbin.auth.Site.assertStatus;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.IpNetwork;
import dev.htbin.http.ResponseHead;
import dev.htbin.http.TrustedProxies;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.jetty.HttpServer;
import dev.htbin.jetty.ListenAddress;
import dev.htbin.jetty.ListenerConfig;
import dev.htbin.observe.ObservedHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wire tests over real sockets: users that a proxy names. */
@Timeout(60)
class ProxyUserTest {
    private static final TrustedProxies LOOPBACK = TrustedProxies.of(List.of(IpNetwork.parse("127.0.0.0/8")));
    private static final TrustedProxies ELSEWHERE = TrustedProxies.of(List.of(IpNetwork.parse("10.0.0.0/8")));
    private static final String WHO =
            "printf 'Content-Type: text/plain\\n\\n[%s][%s][%s]' \"$AUTH_TYPE\" \"$REMOTE_USER\" \"$HTTP_X_REMOTE_USER\"";

    @TempDir
    private Path folder;

    private Site site = new Site(Path.of("/"), Path.of("/"));

    @BeforeEach
    void makeSite() throws IOException {
        site = Site.in(folder).users("ann:a").script("cgi-bin/who", WHO).script("cgi-bin/admin/who", WHO);
    }

    private Server serve(TrustedProxies proxies) throws IOException {
        HttpHandler asks =
                BasicAuthentication.before(site.handler(), new AuthRules(List.of(site.rule("/cgi-bin/admin"))));
        return serve(ProxyUser.before(asks, "X-Remote-User"), proxies);
    }

    private static Server serve(HttpHandler handler, TrustedProxies proxies) throws IOException {
        return new Server(HttpServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                handler,
                EngineConfig.defaults().withProxies(proxies)));
    }

    @Test
    void aTrustedProxyNamesTheUser() throws Exception {
        try (Server server = serve(LOOPBACK)) {
            assertTrue(server.get("/cgi-bin/who", "x-remote-user: carl").contains("[][carl][]"));
            assertTrue(server.get("/cgi-bin/admin/who", "X-Remote-User: carl").contains("[][carl][]"), "not asked");
            assertTrue(server.get("/cgi-bin/who").contains("[][][]"));
            assertStatus(401, server.get("/cgi-bin/admin/who"));
            assertStatus(401, server.get("/cgi-bin/admin/who", "X-Remote-User:"));
            assertStatus(401, server.get("/cgi-bin/admin/who", "X_Remote_User: carl"));
            assertTrue(server.get("/cgi-bin/admin/who", "Authorization: " + Site.basic("ann:a"))
                    .contains("[Basic][ann][]"));
            assertStatus(400, server.get("/cgi-bin/who", "X-Remote-User: carl", "X-Remote-User: root"));
        }
    }

    @Test
    void theProxysUserWinsOverAPassword() throws Exception {
        try (Server server = serve(LOOPBACK)) {
            String both =
                    server.get("/cgi-bin/admin/who", "X-Remote-User: carl", "Authorization: " + Site.basic("ann:a"));
            assertTrue(both.contains("[][carl][]"), both);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.9", "203.0.113.9, 127.0.0.1", "unknown"})
    void trustsWhoConnectsWhomeverItSpeaksFor(String client) throws Exception {
        try (Server server = serve(LOOPBACK)) {
            String response = server.get("/cgi-bin/who", "X-Forwarded-For: " + client, "X-Remote-User: carl");
            assertTrue(response.contains("[][carl][]"), response);
        }
        try (Server server = serve(ELSEWHERE)) {
            String response = server.get("/cgi-bin/who", "X-Forwarded-For: 10.0.0.1", "X-Remote-User: carl");
            assertTrue(response.contains("[][][]"), response);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Remote-User: root", "x-REMOTE-user: root", "X_Remote_User: root", "X-Remote_User: root"})
    void anybodyElseNamesNobody(String field) throws Exception {
        for (TrustedProxies proxies : List.of(TrustedProxies.none(), ELSEWHERE)) {
            try (Server server = serve(proxies)) {
                assertTrue(server.get("/cgi-bin/who", field).contains("[][][]"));
                assertTrue(server.get("/cgi-bin/who", field, field).contains("[][][]"));
                assertStatus(401, server.get("/cgi-bin/admin/who", field));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noHandlerSeesTheFieldInAnySpelling(boolean trusted) throws Exception {
        var seen = new CopyOnWriteArrayList<String>();
        HttpHandler handler = ProxyUser.before(
                exchange -> {
                    exchange.request().fields().forEach(field -> seen.add(field.name()));
                    exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.allocate(0));
                },
                "X-Remote-User");
        try (Server server = serve(handler, trusted ? LOOPBACK : ELSEWHERE)) {
            assertStatus(
                    200,
                    server.get("/", "X-REMOTE-USER: a", "X_Remote_User: b", "X-Remote_User: c", "X-Remote-Users: d"));
        }
        assertEquals(List.of("Host", "Connection", "X-Remote-Users"), seen);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoConnectsToAUnixSocketIsAProxyIfThatIsSaid(boolean trusted) throws Exception {
        Path socket = folder.resolve("s");
        ListenAddress address = ListenAddress.Unix.of(socket);
        try (HttpServer server = HttpServer.bind(
                        List.of(ListenerConfig.of(address)),
                        EngineConfig.defaults().withProxies(LOOPBACK.withUnixSockets(trusted)))
                .serve(ProxyUser.before(site.handler(), "X-Remote-User"))) {
            assertTrue(server.addresses().toString().contains(socket.toString()));
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(socket));
                client.write(ByteBuffer.wrap(
                        "GET /cgi-bin/who HTTP/1.1\r\nHost: localhost\r\nX-Remote-User: carl\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII)));
                var response = ByteBuffer.allocate(1 << 16);
                while (client.read(response) >= 0) {
                    // Reads on.
                }
                String text = new String(response.array(), 0, response.position(), StandardCharsets.ISO_8859_1);
                assertTrue(text.contains(trusted ? "[][carl][]" : "[][][]"), text);
            }
        }
    }

    /** What a proxy passes through, it has not looked into: it is the address that it names which must be a proxy's. */
    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 203.0.113.9 127.0.0.1 50000 80, [][][]",
        "PROXY TCP4 127.0.0.9 127.0.0.1 50000 80, [][carl][]",
        "PROXY UNKNOWN, [][carl][]"
    })
    void afterAProxyHeaderTheAddressThatItNamesCounts(String header, String expected) throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var server = new Server(HttpServer.start(
                List.of(ListenerConfig.of(address).withProxyProtocol(true)),
                ProxyUser.before(site.handler(), "X-Remote-User"),
                EngineConfig.defaults().withProxies(LOOPBACK)))) {
            String response = server.send(header + "\r\nGET /cgi-bin/who", "X-Remote-User: carl");
            assertTrue(response.contains(expected), response);
        }
    }

    @Test
    void whoKeepsRecordsLearnsTheUser() throws Exception {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        HttpHandler asks =
                BasicAuthentication.before(site.handler(), new AuthRules(List.of(site.rule("/cgi-bin/admin"))));
        HttpHandler named = ProxyUser.before(asks, "X-Remote-User");
        try (Server server =
                serve(new ObservedHandler(named, List.of(request -> told.add(request.user()))), LOOPBACK)) {
            server.get("/cgi-bin/who");
            server.get("/cgi-bin/who", "X-Remote-User: carl");
            server.get("/cgi-bin/admin/who", "X-Remote-User: carl");
            server.getAs("ann:a", "/cgi-bin/admin/who");
            server.getAs("ann:wrong", "/cgi-bin/admin/who");
            server.get("/cgi-bin/admin/who");
            while (told.size() < 6) {
                LockSupport.parkNanos(1_000_000);
            }
        }
        // A script's record waits for its end, so their order is not that of the requests.
        assertEquals(
                List.of("", "", "", "ann", "carl", "carl"),
                told.stream().sorted().toList());
    }

    @Test
    void refusesNamesThatAreNone() {
        for (String name : List.of("", "a b", "X_Remote_User", "authorization", "Host")) {
            assertThrows(IllegalArgumentException.class, () -> ProxyUser.before(x -> {}, name));
        }
    }
}
