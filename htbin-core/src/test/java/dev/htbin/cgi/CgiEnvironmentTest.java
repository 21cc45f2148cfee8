package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Authentication;
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CgiEnvironmentTest {
    private static final Pattern VARIABLE = Pattern.compile("[A-Z0-9_]+");
    private static final String UNSET = "(unset)";

    static Stream<Arguments> variables() {
        CgiRequests plain = CgiRequests.get("/cgi-bin/x.cgi");
        return Stream.of(
                row("CONTENT_LENGTH", UNSET, plain),
                row("CONTENT_LENGTH", "0", plain.method("POST").length(0)),
                row("CONTENT_LENGTH", "5000000000", plain.method("POST").length(5_000_000_000L)),
                row("CONTENT_LENGTH", UNSET, CgiRequests.get("/", "Content-Length: 7")),
                row("CONTENT_TYPE", UNSET, plain.method("POST").length(3)),
                row("CONTENT_TYPE", "text/x; a=\"b\"", CgiRequests.get("/", "content-TYPE: text/x; a=\"b\"")),
                row("GATEWAY_INTERFACE", "CGI/1.1", plain),
                row("PATH_INFO", UNSET, plain),
                row("PATH_INFO", "/A b;p=1", plain.info("/A b;p=1")),
                row("PATH_INFO", "/\u00E9//", plain.info("/\u00E9//")),
                row("PATH_TRANSLATED", UNSET, plain),
                row("PATH_TRANSLATED", "/srv/p/q", plain.info("/p/q")),
                row("PATH_TRANSLATED", "/srv/p/", plain.info("/p/")),
                row("PATH_TRANSLATED", "/srv/", plain.info("/")),
                row("PATH_TRANSLATED", "/srv/\u00E9", plain.info("/\u00E9")),
                row("PATH_TRANSLATED", UNSET, plain.info("/a/../../etc/passwd")),
                row("QUERY_STRING", "", plain),
                row("QUERY_STRING", "", CgiRequests.get("/x?")),
                row("QUERY_STRING", "a%20b+c%26", CgiRequests.get("/x?a%20b+c%26")),
                row("QUERY_STRING", "a=b?c=d", CgiRequests.get("/x?a=b?c=d")),
                row("QUERY_STRING", "k=http%3A%2F%2F&&??", CgiRequests.get("/x?k=http%3A%2F%2F&&??")),
                row("REMOTE_ADDR", "192.0.2.7", plain),
                row("REMOTE_ADDR", "::1", plain.from("::1", "::1", false)),
                row("REMOTE_ADDR", "2001:db8::1:0:0:1", plain.from("2001:db8:0:0:1:0:0:1", "::", false)),
                row("SERVER_ADDR", "fe80::", plain.from("1:0:2:0:3:0:4:0", "fe80::", false)),
                row("REMOTE_ADDR", "1:0:2:0:3:0:4:0", plain.from("1:0:2:0:3:0:4:0", "::", false)),
                row("REMOTE_HOST", "192.0.2.7", plain),
                row("REMOTE_PORT", "50123", plain),
                row("REMOTE_IDENT", UNSET, plain),
                row("REQUEST_METHOD", "GET", plain),
                row("REQUEST_METHOD", "PROPFIND", plain.method("PROPFIND")),
                row("REQUEST_METHOD", "get", plain.method("get")),
                row("SCRIPT_NAME", "/cgi-bin/x.cgi", plain.info("/y")),
                row("SCRIPT_FILENAME", "/srv/cgi-bin/x.cgi", plain),
                row("DOCUMENT_ROOT", "/srv", plain),
                row("SERVER_PORT", "8000", CgiRequests.get("/", "Host: a")),
                row("SERVER_PORT", "8000", CgiRequests.get("/", "Host: a:99")),
                row("SERVER_ADDR", "127.0.0.1", plain),
                row("SERVER_PROTOCOL", "HTTP/1.1", plain),
                row("SERVER_PROTOCOL", "HTTP/1.0", plain.version(HttpVersion.HTTP_1_0)),
                row("SERVER_PROTOCOL", "HTTP/2.0", plain.version(HttpVersion.HTTP_2)),
                row("SERVER_SOFTWARE", "htbin/1.2", plain),
                row("REQUEST_URI", "/cgi-bin/x.cgi/%41?q=%42", CgiRequests.get("/cgi-bin/x.cgi/%41?q=%42")),
                row("REQUEST_SCHEME", "http", plain),
                row("HTTPS", UNSET, CgiRequests.get("/", "HTTPS: on", "X-Forwarded-Proto: https")),
                row("HTTPS", "on", plain.from("192.0.2.7", "127.0.0.1", true)),
                row("REQUEST_SCHEME", "https", plain.from("192.0.2.7", "127.0.0.1", true)),
                row("REDIRECT_STATUS", "200", plain),
                row("UNIQUE_ID", "id-1", plain),
                row("AUTH_TYPE", UNSET, CgiRequests.get("/", "Authorization: Basic YWRtaW46eA==")),
                row("REMOTE_USER", UNSET, CgiRequests.get("/", "Authorization: Basic YWRtaW46eA==")),
                row("HTTP_HOST", "a:8000", CgiRequests.get("/", "Host: a:8000")),
                row("HTTP_X_A", "1, 2, 3", CgiRequests.get("/", "X-A: 1", "x-a: 2", "B: 0", "X-A: 3")),
                row("HTTP_COOKIE", "a=1; b=2", CgiRequests.get("/", "Cookie: a=1", "cookie: b=2")),
                row("HTTP_X_E", "caf\u00E9", CgiRequests.get("/", "X-E: caf\u00E9")),
                row("HTTP_X_EMPTY", "", CgiRequests.get("/", "X-Empty:")),
                row("HTTP_GIT_PROTOCOL", "version=2", CgiRequests.get("/", "Git-Protocol: version=2")),
                row("HTTP_CONTENT_ENCODING", "gzip", CgiRequests.get("/", "Content-Encoding: gzip")),
                row("HTTP_RANGE", "bytes=0-", CgiRequests.get("/", "Range: bytes=0-")));
    }

    @ParameterizedTest
    @MethodSource("variables")
    void aVariableHasTheValueOfItsRule(String name, String value, CgiRequests request) {
        assertEquals(value, environment(request).getOrDefault(name, UNSET));
    }

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "a:8000, a",
        "A.Example:80, A.Example",
        "[::1], [::1]",
        "[::1]:8000, [::1]",
        "192.0.2.1:1, 192.0.2.1",
        "a:, a",
        "a_b, a_b",
        "'', own.example",
        "a b, own.example",
        "a/b, own.example",
        "a@b, own.example",
        "'a,b', own.example",
        "<script>, own.example",
        "a:b, own.example",
        "a:123456, own.example",
        "::1, own.example",
        "[::1, own.example",
        "[::1]x, own.example",
        "\u00E4, own.example"
    })
    void serverNameIsTheHostThatWasAskedForIfItIsOne(String host, String name) {
        assertEquals(name, environment(CgiRequests.get("/", "Host: " + host)).get("SERVER_NAME"));
    }

    @Test
    void withoutHostServerNameIsTheServersOwn() {
        assertEquals("own.example", environment(CgiRequests.get("/")).get("SERVER_NAME"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Proxy",
                "pRoXy",
                "PROXY",
                "Proxy_",
                "Authorization",
                "Proxy-Authorization",
                "Content-Type",
                "Content-Length",
                "Connection",
                "Keep-Alive",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade",
                "Proxy-Connection",
                "Expect",
                "X_A",
                "X.A",
                "X'A",
                "LD_PRELOAD",
                "a!"
            })
    void aFieldThatScriptsMustNotSeeIsDroppedWithItsReason(String name) {
        CgiEnvironment environment = of(CgiRequests.get("/", name + ": value"));
        assertTrue(
                environment.variables().keySet().stream().noneMatch(n -> n.startsWith("HTTP_")),
                () -> environment.variables().toString());
        assertEquals(
                List.of(name),
                environment.dropped().stream().map(DroppedField::name).toList());
        assertFalse(environment.dropped().getFirst().reason().isEmpty());
    }

    @Test
    void aFieldWhoseNameCollidesCannotChangeAnother() {
        Map<String, String> variables =
                environment(CgiRequests.get("/", "X_Remote_User: admin", "X-Remote-User: bob", "X.Remote-User: root"));
        assertEquals("bob", variables.get("HTTP_X_REMOTE_USER"));
    }

    @Test
    void functionsOfOldShellsAreDropped() {
        CgiEnvironment environment = of(CgiRequests.get("/", "User-Agent: () { :;}; echo pwned", "Referer: ()"));
        assertNull(environment.variables().get("HTTP_USER_AGENT"));
        assertEquals("()", environment.variables().get("HTTP_REFERER"));
        assertTrue(environment.dropped().getFirst().reason().contains("CVE-2014-6271"));
    }

    @Test
    void whatConnectionNamesIsDroppedButForWhatIsEndToEnd() {
        Map<String, String> variables = environment(CgiRequests.get(
                "/",
                "Connection: close, Foo , HOST,Cookie",
                "Connection: X-Forwarded-For",
                "Foo: 1",
                "Host: a",
                "Cookie: c",
                "X-Forwarded-For: 192.0.2.9"));
        assertNull(variables.get("HTTP_FOO"));
        assertEquals("a", variables.get("HTTP_HOST"));
        assertEquals("c", variables.get("HTTP_COOKIE"));
        assertEquals("192.0.2.9", variables.get("HTTP_X_FORWARDED_FOR"));
    }

    @Test
    void configuredVariablesNeverReplaceThoseOfTheRequestOrOfTheRfc() {
        var configured = new LinkedHashMap<String, String>();
        for (String name : List.of(
                "REQUEST_METHOD",
                "REMOTE_USER",
                "AUTH_TYPE",
                "REMOTE_IDENT",
                "CONTENT_LENGTH",
                "HTTP_X_A",
                "HTTP_PROXY",
                "REQUEST_URI")) {
            configured.put(name, "forged");
        }
        configured.put("a=b", "x");
        configured.put("", "x");
        configured.put("NUL", "x\u0000y");
        configured.put("PATH", "/bin");
        configured.put("HTTPS", "on");
        configured.put("http_proxy", "http://proxy/");
        CgiEnvironment environment = CgiEnvironment.of(CgiRequests.get("/x").make(), configured);
        assertFalse(environment.variables().containsValue("forged"), environment.toString());
        assertEquals("GET", environment.variables().get("REQUEST_METHOD"));
        assertEquals("/bin", environment.variables().get("PATH"));
        assertEquals("on", environment.variables().get("HTTPS"), "behind a proxy that ends TLS");
        assertEquals("http://proxy/", environment.variables().get("http_proxy"));
        assertEquals(11, environment.dropped().size());
    }

    @Test
    void anAuthenticatedClientIsNamed() {
        CgiRequest known =
                CgiRequests.get("/x").by(new Authentication("Basic", "ann")).make();
        Map<String, String> variables =
                CgiEnvironment.of(known, new LinkedHashMap<>()).variables();
        assertEquals("Basic", variables.get("AUTH_TYPE"));
        assertEquals("ann", variables.get("REMOTE_USER"));
    }

    @Test
    void nothingOfTheServersOwnEnvironmentIsThere() {
        for (String name : environment(CgiRequests.get("/", "Host: a")).keySet()) {
            boolean known = name.startsWith("HTTP_")
                    || name.equals("PATH")
                    || Stream.of(MetaVariable.values()).anyMatch(v -> v.name().equals(name));
            assertTrue(known, name);
        }
    }

    @Test
    void everyVariableOfTheRfcNamesItsSectionInOrder() {
        List<String> sections = Stream.of(MetaVariable.values())
                .map(MetaVariable::section)
                .filter(s -> !s.isEmpty())
                .toList();
        var expected = new ArrayList<String>();
        for (int i = 1; i <= 17; i++) {
            expected.add("4.1." + i);
        }
        assertEquals(expected, sections);
    }

    @Test
    void anyRequestGivesAnEnvironmentThatAProcessCanHave() {
        long seed = Long.getLong("htbin.seed", 20261122L);
        var random = new Random(seed);
        CgiConfig config = PureConfig.defaults();
        String[] names = {
            "Proxy",
            "proxy",
            "Host",
            "Connection",
            "X-A",
            "x-a",
            "X_A",
            "Cookie",
            "Content-Length",
            "LD-PRELOAD",
            "-",
            "9"
        };
        for (int i = 0; i < 20_000; i++) {
            var fields = new ArrayList<Field>();
            for (int n = random.nextInt(10); n > 0; n--) {
                fields.add(new Field(names[random.nextInt(names.length)], octets(random, 1)));
            }
            String target = "/" + octets(random, 0x21) + (random.nextBoolean() ? "?" + octets(random, 0x21) : "");
            String method = random.nextBoolean() ? "GET" : "POST";
            var request = new Request(method, target, HttpVersion.HTTP_1_1, Fields.of(fields));
            CgiRequest made = new CgiRequests(
                            request,
                            CgiRequests.get("/").peer(),
                            random.nextBoolean() ? "/" + octets(random, 0x20) : "",
                            random.nextBoolean() ? OptionalLong.of(random.nextLong(1L << 40)) : OptionalLong.empty())
                    .make();
            int number = i;
            Supplier<@Nullable String> shown = () -> "seed %d, case %d: %s".formatted(seed, number, request);
            LaunchPlan plan = LaunchPlan.of(made, config);
            plan.spec().environment().forEach((name, value) -> {
                assertTrue(VARIABLE.matcher(name).matches(), shown);
                assertTrue(value.chars().allMatch(c -> c > 0 && c <= 0xFF), shown);
                assertNotEquals("HTTP_PROXY", name, shown);
            });
            plan.spec().arguments().stream().skip(1).forEach(word -> {
                assertFalse(word.startsWith("-"), shown);
                assertTrue(word.chars().noneMatch(c -> Octets.isControl((char) c)), shown);
            });
            boolean noWords = plan.spec().arguments().size() == 1;
            assertTrue(noWords || !request.rawQuery().contains("="), shown);
        }
    }

    private static String octets(Random random, int lowest) {
        var octets = new StringBuilder();
        String likely = "+-%2d%00%=/.&?:;,() {abc";
        for (int n = random.nextInt(12); n > 0; n--) {
            char c = random.nextInt(4) > 0
                    ? likely.charAt(random.nextInt(likely.length()))
                    : (char) (lowest + random.nextInt(256 - lowest));
            octets.append(c == '\r' || c == '\n' || c < lowest ? 'x' : c);
        }
        return octets.toString();
    }

    private static Arguments row(String name, String value, CgiRequests request) {
        return Arguments.of(name, value, request);
    }

    private static CgiEnvironment of(CgiRequests request) {
        return CgiEnvironment.of(request.make(), PureConfig.defaults().environment());
    }

    private static Map<String, String> environment(CgiRequests request) {
        return of(request).variables();
    }
}
