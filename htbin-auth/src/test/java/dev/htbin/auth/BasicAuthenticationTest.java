package dev.htbin.auth;

import static dev.htbin.auth.Site.assertStatus;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.htbin.auth.AttemptLimits.Rate;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Wire tests over real sockets with real scripts. */
@Timeout(60)
class BasicAuthenticationTest {
    private static final String WHO = "printf 'Content-Type: text/plain\\n\\n[%s][%s]' \"$AUTH_TYPE\" \"$REMOTE_USER\"";

    @TempDir
    private Path folder;

    private final Clock clock = new Clock();
    private Site site = new Site(Path.of("/"), Path.of("/"));

    @BeforeEach
    void makeSite() throws IOException {
        site = Site.in(folder)
                .users("ann:pass word", "bob:b")
                .file("private/secret.txt")
                .file("public/page.txt")
                .file("dir/index.html")
                .script("cgi-bin/who", WHO)
                .script("cgi-bin/admin/who", WHO);
    }

    private BasicAuthentication authentication(AuthRule... rules) throws IOException {
        var limits = new AttemptLimits(
                new Rate(3, Duration.ofSeconds(10)),
                new Rate(20, Duration.ofSeconds(1)),
                new Rate(100, Duration.ofSeconds(1)),
                Duration.ZERO);
        return BasicAuthentication.before(site.handler(), new AuthRules(List.of(rules)), limits, clock);
    }

    private Server serve(AuthRule... rules) throws IOException {
        return Server.of(authentication(rules));
    }

    @Test
    void asksForANameAndAPassword() throws Exception {
        var rule = new AuthRule("/private", UserFile.load(site.users()), "say \"fri\\end\" \u00E9", List.of());
        try (Server server = serve(rule)) {
            String asked = server.get("/private/secret.txt");
            assertStatus(401, asked);
            String field =
                    "WWW-Authenticate: Basic realm=\"say \\\"fri\\\\end\\\" \u00C3\u00A9\", charset=\"UTF-8\"\r\n";
            assertTrue(asked.contains(field), asked);
            assertFalse(asked.contains("content of"), asked);
            assertTrue(server.getAs("ann:pass word", "/private/secret.txt").endsWith("content of private/secret.txt"));
            assertStatus(401, server.getAs("ann:pass", "/private/secret.txt"));
            assertStatus(401, server.getAs("ann:", "/private/secret.txt"));
            assertStatus(401, server.getAs("nobody:pass word", "/private/secret.txt"));
            assertStatus(401, server.get("/private/secret.txt", "Authorization: Bearer x"));
            assertStatus(
                    400,
                    server.get(
                            "/private/secret.txt",
                            "Authorization: " + Site.basic("ann:x"),
                            "Authorization: " + Site.basic("ann:pass word")));
            assertStatus(200, server.get("/public/page.txt"));
        }
    }

    @Test
    void aScriptIsToldTheUserOnlyWhereItWasAsked() throws Exception {
        try (Server server = serve(site.rule("/cgi-bin/admin"))) {
            assertTrue(server.getAs("ann:pass word", "/cgi-bin/admin/who").contains("[Basic][ann]"));
            assertTrue(server.getAs("ann:pass word", "/cgi-bin/who").contains("[][]"), "nobody asked");
            assertTrue(server.getAs("ann:wrong", "/cgi-bin/who").contains("[][]"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/private/secret.txt",
                "//private//secret.txt",
                "/%70rivate/secret.txt",
                "/private%2Fsecret.txt",
                "/./private/secret.txt",
                "/public/../private/secret.txt",
                "/public/%2e%2e/private/secret.txt",
                "/public/%2E./private/./secret.txt",
                "/public/..%2Fprivate/secret.txt",
                "/public%2F..%2Fprivate/secret.txt",
                "/public/%2e%2e%2fprivate/secret.txt",
                "/private/secret.txt?x",
                "/private/secret.txt;x",
                "/private/secret.txt%00",
                "/private/secret.txt/",
                "/PRIVATE/secret.txt",
                "/private",
                "/private/",
                "/link/secret.txt",
                "/link",
                "/link/",
                "/deeplink.txt",
                "/dir/",
                "/dir",
                "/dir/./",
                "/cgi-bin/admin/who",
                "/cgi-bin//admin/who",
                "/cgi-bin/%61dmin/who",
                "/cgi-bin/admin%2Fwho",
                "/cgi-bin/admin/who/x%2F..%2Fy",
                "/cgi-bin/admin/./who/info",
                "/cgi-bin/who/../admin/who",
                "/cgi-bin/ADMIN/who",
                "/cgi-bin/adminlink/who",
                "/cgi-bin/wholink",
                "/cgi-bin/who/area/x",
                "/cgi-bin/who//area",
                "/cgi-bin/who/%61rea/",
                "/cgi-bin/who%2Farea",
                "/cgi-bin/who/area%2Fx",
                "/cgi-bin/who/%61rea%2fx/y",
                "/cgi-bin/who/a/..%2Farea",
                "/cgi-bin/who/x%2F..%2Farea",
                "/cgi-bin/who/x/../area/",
                "http://localhost/private/secret.txt"
            })
    void noSpellingOpensWhatIsProtected(String target) throws Exception {
        Files.createSymbolicLink(site.root().resolve("link"), site.root().resolve("private"));
        Files.createSymbolicLink(site.root().resolve("deeplink.txt"), Path.of("private/secret.txt"));
        Files.createSymbolicLink(site.root().resolve("cgi-bin/adminlink"), Path.of("admin"));
        Files.createSymbolicLink(site.root().resolve("cgi-bin/wholink"), Path.of("admin/who"));
        AuthRule[] rules = {
            site.rule("/private"),
            site.rule("/cgi-bin/admin"),
            site.rule("/cgi-bin/who/area"),
            site.rule("/dir/index.html"),
            site.rule("/dir/index.htm")
        };
        try (Server server = serve(rules)) {
            for (String method : List.of("GET", "HEAD", "POST", "OPTIONS", "PROPFIND", "get")) {
                String response = server.send(method + " " + target, "Content-Length: 0");
                assertFalse(response.startsWith("HTTP/1.1 2"), method + ": " + response);
                assertFalse(response.contains("content of") || response.contains("[]"), method + ": " + response);
                assertFalse(response.contains("secret.txt</a>"), method + " lists: " + response);
            }
        }
    }

    @Test
    void aRuleBelowAnotherOneCounts() throws Exception {
        Site others = new Site(site.root(), folder.resolve("others")).users("carl:c");
        try (Server server = serve(site.rule(""), others.rule("/private"), site.rule("/public", "GET"))) {
            assertStatus(401, server.get("/"));
            assertStatus(200, server.getAs("ann:pass word", "/"));
            assertStatus(401, server.getAs("ann:pass word", "/private/secret.txt"));
            assertStatus(200, server.getAs("carl:c", "/private/secret.txt"));
            assertStatus(200, server.get("/public/page.txt"));
            assertStatus(401, server.send("OPTIONS *"));
        }
    }

    @Test
    void whatAnybodyMayDoIsNotAskedAndTheRestIs() throws Exception {
        try (Server server = serve(site.rule("/cgi-bin/who", "GET", "POST */free"))) {
            assertStatus(200, server.get("/cgi-bin/who"));
            assertStatus(200, server.send("HEAD /cgi-bin/who"));
            assertStatus(401, server.send("POST /cgi-bin/who", "Content-Length: 0"));
            assertStatus(200, server.send("POST /cgi-bin/who/free", "Content-Length: 0"));
            assertStatus(401, server.send("PUT /cgi-bin/who/free", "Content-Length: 0"));
            assertStatus(401, server.send("DELETE /cgi-bin/who"));
        }
    }

    @Test
    void asksBeforeTheBodyIsSentAndBeforeTheScriptRuns() throws Exception {
        Path mark = folder.resolve("mark");
        site.script("cgi-bin/admin/marks", "touch '" + mark + "'; echo Content-Type: text/plain; echo");
        try (Server server = serve(site.rule("/cgi-bin/admin"));
                Socket client = server.connect()) {
            client.getOutputStream()
                    .write(
                            "POST /cgi-bin/admin/marks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n"
                                    .getBytes(ISO_8859_1));
            var response = new byte[12];
            assertEquals(12, client.getInputStream().readNBytes(response, 0, 12));
            assertEquals("HTTP/1.1 401", new String(response, ISO_8859_1), "no 100 Continue before it");
            assertFalse(Files.exists(mark));
        }
    }

    @Test
    void asksAgainWhereALocalRedirectLeads() throws Exception {
        site.script("cgi-bin/redirect", "printf 'Location: %s\\n\\n' \"$QUERY_STRING\"");
        try (Server server = serve(site.rule("/private"), site.rule("/cgi-bin/admin"))) {
            String redirect = "/cgi-bin/redirect?";
            assertStatus(200, server.get(redirect + "/public/page.txt"));
            String refused = server.get(redirect + "/private/secret.txt");
            assertStatus(401, refused);
            assertTrue(refused.contains("WWW-Authenticate: Basic"), refused);
            assertStatus(401, server.get(redirect + "/cgi-bin/admin/who"));
            assertStatus(401, server.get(redirect + "/private/absent"));
            assertStatus(401, server.get(redirect + "/public/../%70rivate//secret.txt"));
            assertTrue(server.getAs("ann:pass word", redirect + "/private/secret.txt")
                    .endsWith("content of private/secret.txt"));
            assertTrue(server.getAs("ann:pass word", redirect + "/cgi-bin/admin/who")
                    .contains("[Basic][ann]"));
        }
    }

    @Test
    void aPasswordIsVerifiedOnceForManyRequests() throws Exception {
        BasicAuthentication authentication = authentication(site.rule("/private"));
        try (Server server = Server.of(authentication);
                var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var requests = new ArrayList<Callable<String>>();
            for (int i = 0; i < 40; i++) {
                requests.add(() -> server.getAs("ann:pass word", "/private/secret.txt"));
            }
            for (var response : clients.invokeAll(requests)) {
                assertStatus(200, response.get());
            }
            long first = authentication.verified();
            assertTrue(first < 10, "verified: " + first);
            assertStatus(200, server.getAs("ann:pass word", "/private/secret.txt"));
            assertEquals(first, authentication.verified());
            clock.forward(Duration.ofMinutes(5));
            assertStatus(200, server.getAs("ann:pass word", "/private/secret.txt"));
            assertEquals(first + 1, awaited(authentication, first + 1), "after five minutes again");
        }
    }

    @Test
    void whoIsNotThereCostsAsMuchAsWhoIs() throws Exception {
        BasicAuthentication authentication = authentication(site.rule("/private"));
        try (Server server = Server.of(authentication)) {
            String wrong = server.getAs("ann:wrong", "/private/secret.txt");
            assertEquals(1, awaited(authentication, 1));
            String unknown = server.getAs("nobody:wrong", "/private/secret.txt");
            assertEquals(2, awaited(authentication, 2));
            assertEquals(wrong.replaceAll("Date: .*", ""), unknown.replaceAll("Date: .*", ""));
        }
    }

    /** A thread counts its task only after it has told the result. */
    private static long awaited(BasicAuthentication authentication, long count) {
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (authentication.verified() < count && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        return authentication.verified();
    }

    @Test
    void thePasswordOfSomebodyElseLetsNobodyIn() throws Exception {
        site.users("ann:pass word");
        try (Server server = serve(site.rule("/private"))) {
            assertStatus(200, server.getAs("ann:pass word", "/private/secret.txt"));
            assertStatus(401, server.getAs("nobody:pass word", "/private/secret.txt"));
        }
    }

    @Test
    void nobodyGetsMoreGuessesByMakingThemAtOnce() throws Exception {
        try (Server server = serve(site.rule("/private"));
                var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var requests = new ArrayList<Callable<String>>();
            for (int i = 0; i < 40; i++) {
                String guess = "ann:guess" + i;
                requests.add(() -> server.getAs(guess, "/private/secret.txt"));
            }
            int looked = 0;
            for (var response : clients.invokeAll(requests)) {
                if (response.get().startsWith("HTTP/1.1 401 ")) {
                    looked++;
                } else {
                    assertStatus(429, response.get());
                }
            }
            assertTrue(looked >= 3 && looked < 3 + Passwords.MOST_AT_ONCE, "looked at: " + looked);
        }
    }

    @Test
    void aChangedPasswordEndsTheOldOneAtOnce() throws Exception {
        UserFile users = UserFile.load(site.users(), clock);
        try (Server server = serve(new AuthRule("/private", users, "r", List.of()))) {
            assertStatus(200, server.getAs("ann:pass word", "/private/secret.txt"));
            site.users("ann:other", "bob:b");
            clock.forward(Duration.ofSeconds(1));
            assertStatus(401, server.getAs("ann:pass word", "/private/secret.txt"));
            assertStatus(200, server.getAs("ann:other", "/private/secret.txt"));
            site.users("bob:b");
            clock.forward(Duration.ofSeconds(1));
            assertStatus(401, server.getAs("ann:other", "/private/secret.txt"));
        }
    }

    @Test
    void manyWrongPasswordsGet429AndLockNobodyElseOut() throws Exception {
        BasicAuthentication authentication = authentication(site.rule("/private"));
        try (Server server = Server.of(authentication)) {
            assertStatus(200, server.getAs("bob:b", "/private/secret.txt"));
            for (int i = 0; i < 3; i++) {
                assertStatus(401, server.getAs("ann:wrong" + i, "/private/secret.txt"));
            }
            long verified = awaited(authentication, 4);
            String refused = server.getAs("ann:wrong", "/private/secret.txt");
            assertStatus(429, refused);
            assertTrue(refused.contains("Retry-After: 10\r\n"), refused);
            assertStatus(429, server.getAs("ann:pass word", "/private/secret.txt"));
            assertEquals(verified, authentication.verified(), "a refused one costs nothing");
            assertStatus(200, server.getAs("bob:b", "/private/secret.txt"));
            assertStatus(401, server.get("/private/secret.txt"));
            clock.forward(Duration.ofSeconds(10));
            assertStatus(200, server.getAs("ann:pass word", "/private/secret.txt"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {"ann, hunter2, 'ann'", "hunter2, hunter2, an unknown user"})
    void theLogNamesUsersThatExistAndNoPassword(String user, String password, String named) throws Exception {
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        var logger = (Logger) LoggerFactory.getLogger("dev.htbin");
        logger.addAppender(log);
        try (Server server = serve(site.rule("/private"))) {
            String response = server.getAs(user + ":" + password, "/private/secret.txt");
            assertStatus(401, response);
            assertFalse(response.contains("hunter2"), response);
        } finally {
            logger.detachAppender(log);
        }
        List<String> lines = List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
        assertTrue(lines.stream().anyMatch(line -> line.contains("wrong password of " + named)), lines::toString);
        String credentials = Site.basic(user + ":" + password);
        assertTrue(
                lines.stream().noneMatch(line -> line.contains("hunter2") || line.contains(credentials)),
                lines::toString);
    }
}
