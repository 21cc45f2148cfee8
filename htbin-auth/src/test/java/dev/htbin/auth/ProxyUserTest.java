package dev.htbin.auth;

import static dev.htbin.auth.Site.assertStatus;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.HttpHandler;
import dev.htbin.observe.ObservedHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wire tests over real sockets: users that a proxy names. */
@Timeout(60)
class ProxyUserTest {
    private static final String WHO =
            "printf 'Content-Type: text/plain\\n\\n[%s][%s][%s]' \"$AUTH_TYPE\" \"$REMOTE_USER\" \"$HTTP_X_REMOTE_USER\"";

    @TempDir
    private Path folder;

    private Site site = new Site(Path.of("/"), Path.of("/"));

    @BeforeEach
    void makeSite() throws IOException {
        site = Site.in(folder).users("ann:a").script("cgi-bin/who", WHO).script("cgi-bin/admin/who", WHO);
    }

    private Server serve(boolean trusted) throws IOException {
        HttpHandler asks =
                BasicAuthentication.before(site.handler(), new AuthRules(List.of(site.rule("/cgi-bin/admin"))));
        return Server.of(ProxyUser.before(asks, "X-Remote-User", peer -> trusted));
    }

    @Test
    void aTrustedProxyNamesTheUser() throws Exception {
        try (Server server = serve(true)) {
            assertTrue(server.get("/cgi-bin/who", "x-remote-user: carl").contains("[][carl][carl]"));
            assertTrue(server.get("/cgi-bin/admin/who", "X-Remote-User: carl").contains("[][carl][carl]"), "not asked");
            assertTrue(server.get("/cgi-bin/who").contains("[][][]"));
            assertStatus(401, server.get("/cgi-bin/admin/who"));
            assertStatus(401, server.get("/cgi-bin/admin/who", "X-Remote-User:"));
            assertTrue(server.get("/cgi-bin/admin/who", "Authorization: " + Site.basic("ann:a"))
                    .contains("[Basic][ann][]"));
            assertStatus(400, server.get("/cgi-bin/who", "X-Remote-User: carl", "X-Remote-User: root"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Remote-User: root", "x-REMOTE-user: root", "X_Remote_User: root"})
    void anybodyElseNamesNobody(String field) throws Exception {
        try (Server server = serve(false)) {
            assertTrue(server.get("/cgi-bin/who", field).contains("[][][]"));
            assertTrue(server.get("/cgi-bin/who", field, field).contains("[][][]"));
            assertStatus(401, server.get("/cgi-bin/admin/who", field));
        }
    }

    @Test
    void whoKeepsRecordsLearnsTheUser() throws Exception {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        HttpHandler asks =
                BasicAuthentication.before(site.handler(), new AuthRules(List.of(site.rule("/cgi-bin/admin"))));
        HttpHandler named = ProxyUser.before(asks, "X-Remote-User", peer -> true);
        try (Server server = Server.of(new ObservedHandler(named, List.of(request -> told.add(request.user()))))) {
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
        for (String name : List.of("", "a b", "X_Remote_User")) {
            assertThrows(IllegalArgumentException.class, () -> ProxyUser.before(x -> {}, name, peer -> true));
        }
    }
}
