package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** End to end: header fields, queries and framing that would become variables, arguments or requests they are not. In tables ~ stands for CR LF. */
@Timeout(120)
class AttacksOnHeadersTest {
    @TempDir
    static Path folder;

    private static Site site;
    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        site = Site.in(folder);
        String head = "printf 'Content-Type: text/plain\\n\\n'\n";
        site.script("env", "#!/bin/sh\n" + head + "env | sort\n");
        site.script("php.cgi", "#!/bin/sh\n" + head + "printf '%d:' $#\nprintf '[%s]' \"$@\"\n");
        site.script("x.bat", "#!/bin/sh\n" + head + "printf '%d:' $#\nprintf '[%s]' \"$@\"\n");
        site.script("leaves-a-mark", "#!/bin/sh\ntouch '" + site.data().resolve("ran") + "'\n" + head);
        ProcessBuilder command = RunningHtbin.command(
                site,
                List.of(),
                "--env=REQUEST_METHOD=FORGED",
                "--env=REMOTE_USER=FORGED",
                "--env=AUTH_TYPE=FORGED",
                "--env=HTTP_PROXY=FORGED",
                "--env=HTTP_HOST=FORGED",
                "--env=CONTENT_LENGTH=7",
                "--env=ALLOWED=yes");
        command.environment().put("AWS_SECRET_ACCESS_KEY", "server-secret");
        command.environment().put("LD_AUDIT", "");
        command.environment().put("http_proxy", "server-secret");
        htbin = RunningHtbin.started(command);
    }

    @AfterAll
    static void stop() throws Exception {
        htbin.close();
    }

    @AfterEach
    void stillServes() throws Exception {
        assertEquals(200, htbin.get("/cgi-bin/hello").statusCode());
    }

    @ParameterizedTest
    @CsvSource({
        "Proxy: http://evil.example/",
        "pRoXy: http://evil.example/",
        "PROXY: http://evil.example/",
        "Proxy_: http://evil.example/",
        "X_Remote_User: evil",
        "X.Remote.User: evil",
        "REMOTE_USER: evil",
        "Remote_User: evil",
        "HTTP_X: evil",
        "LD_PRELOAD: evil",
        "Authorization: Basic ZXZpbDp4",
        "authorization: Bearer evil",
        "Proxy-Authorization: Basic ZXZpbDp4",
        "User-Agent: () { :;}; echo evil",
        "Referer: () { evil; }",
        "X-A: () { _; } >_[$($())] { evil; }"
    })
    void makesNoVariableOfTheField(String field) throws Exception {
        String variables = RawClient.ask(htbin, "GET", "/cgi-bin/env", field);
        assertTrue(variables.contains("\nREQUEST_METHOD=GET\n"), variables);
        for (String trace : List.of("PROXY", "evil", "ZXZpb", "AUTH", "REMOTE_USER", "LD_PRELOAD")) {
            assertFalse(variables.contains(trace), variables);
        }
    }

    @Test
    void givesTheFieldThatAnotherWouldHide() throws Exception {
        String variables = RawClient.ask(
                htbin, "GET", "/cgi-bin/env", "X_Remote_User: evil", "X-Remote-User: bob", "X.Remote-User: evil");
        assertTrue(variables.contains("\nHTTP_X_REMOTE_USER=bob\n"), variables);
        assertFalse(variables.contains("evil"), variables);
    }

    @Test
    void setsOnlyVariablesOfTheRfcOrOfFields() throws Exception {
        String form = "LD_PRELOAD=/tmp/evil.so&PATH=/tmp";
        String variables = RawClient.ask(
                htbin, "GET", "/cgi-bin/env?" + form, "LD-PRELOAD: /tmp/evil.so", "Path: /tmp", "Bash-Env: /tmp/evil");
        assertTrue(variables.contains("\nHTTP_LD_PRELOAD=/tmp/evil.so\n"), variables);
        assertTrue(variables.contains("\nPATH=/usr/local/bin:/usr/bin:/bin\n"), variables);
        assertFalse(variables.contains("\nLD_PRELOAD=") || variables.contains("\nBASH_ENV="), variables);
        String posted = RawClient.exchange(
                htbin,
                "POST /cgi-bin/env HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(form.length(), form));
        assertTrue(posted.contains("\nREQUEST_METHOD=POST\n"), posted);
        assertFalse(posted.contains("LD_PRELOAD"), posted);
    }

    @Test
    void letsNoConfigurationForgeWhatTheRequestSays() throws Exception {
        String variables = RawClient.ask(htbin, "GET", "/cgi-bin/env");
        assertTrue(variables.contains("\nALLOWED=yes\n"), variables);
        assertTrue(variables.contains("\nHTTP_HOST=localhost\n"), variables);
        assertFalse(variables.contains("FORGED") || variables.contains("CONTENT_LENGTH"), variables);
    }

    @Test
    void showsScriptsNothingOfTheServersEnvironment() throws Exception {
        String variables = RawClient.ask(htbin, "GET", "/cgi-bin/env");
        for (String trace : List.of("secret", "AWS_", "HTBIN_", "JAVA", "HOME=", "USER=", "LD_")) {
            assertFalse(variables.contains(trace), variables);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?-s",
                "?%2ds",
                "?-d+allow_url_include%3d1+-d+auto_prepend_file%3dphp://input",
                "?%ADs",
                "?%ADd+allow_url_include%3d1",
                "?%E2%80%93s",
                "?%E2%88%92s",
                "?%C2%ADs",
                "?a+-s",
                "?a%00",
                "?a%0a-s",
                "?a=b+-s",
                "?+-s",
                "?"
            })
    void makesNoOptionsOfAQuery(String query) throws Exception {
        for (String method : List.of("GET", "HEAD", "POST", "PUT")) {
            String response = RawClient.ask(htbin, method, "/cgi-bin/php.cgi" + query, "Content-Length: 0");
            assertEquals(200, RawClient.status(response));
            assertTrue(method.equals("HEAD") || response.contains("0:[]"), response);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "?a+b 2:[a][b]",
                "?&dir 1:[&dir]",
                "?\"&calc&\" 1:[\"&calc&\"]",
                "?%22%26calc%26%22 1:[\"&calc&\"]",
                "?$(id)+;id+|id+`id` 4:[$(id)][;id][|id][`id`]",
                "?%25PATH%25+^&+!x! 3:[%PATH%][^&][!x!]"
            })
    void givesWordsOfAQueryAsTheyAreToNoShell(String query, String arguments) throws Exception {
        for (String script : List.of("php.cgi", "x.bat")) {
            String response = RawClient.ask(htbin, "GET", "/cgi-bin/" + script + query);
            assertTrue(response.contains(arguments), response);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 1~Transfer-Encoding: chunked~~0~~",
                "Transfer-Encoding: chunked~Content-Length: 1~~0~~",
                "Content-Length: 1~Content-Length: 2~~xy",
                "Content-Length: 1~Content-Length: 1~~x",
                "Content-Length: +3~~xyz",
                "Content-Length: -1~~",
                "Content-Length: 3,3~~xyz",
                "Content-Length: 3 3~~xyz",
                "Transfer-Encoding: xchunked~~0~~",
                "Transfer-Encoding : chunked~~0~~",
                "Transfer-Encoding: chunked, identity~~0~~",
                "Transfer-Encoding:~ chunked~~0~~",
                "Content-Length : 1~~x",
                "X: y\n Content-Length: 1~~x",
                "Content-Length: 1\n\nx",
                "X: y\rContent-Length: 1~~x",
                "Transfer-Encoding: chunked~~1;a\nb~x~0~~",
                "Transfer-Encoding: chunked~~0x1~x~0~~",
                "Transfer-Encoding: chunked~~1~x\n0~~"
            })
    void refusesDoubtfulFramingAndReadsNothingBehindIt(String rest) throws Exception {
        String response = RawClient.exchange(
                htbin,
                "POST /cgi-bin/leaves-a-mark HTTP/1.1\r\nHost: localhost\r\n" + rest.replace("~", "\r\n")
                        + "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertEquals(400, RawClient.status(response));
        assertTrue(response.contains("Connection: close\r\n"), response);
        assertEquals(0, response.lastIndexOf("HTTP/1.1 "), response);
        assertFalse(htbin.log().contains("/smuggled"), htbin::log);
        assertTrue(Files.notExists(site.data().resolve("ran")), "the script ran");
    }

    @Test
    void makesNoVariablesOfTrailers() throws Exception {
        String response = RawClient.exchange(htbin, """
                POST /cgi-bin/env HTTP/1.1\r
                Host: localhost\r
                Connection: close\r
                Transfer-Encoding: chunked\r
                Trailer: Content-Length, X-Trailer\r
                \r
                3\r
                abc\r
                0\r
                Content-Length: 0\r
                X-Trailer: evil\r
                Proxy: evil\r
                \r
                """);
        assertEquals(200, RawClient.status(response));
        assertTrue(response.contains("\nCONTENT_LENGTH=3\n"), response);
        assertFalse(response.contains("evil") || response.contains("TRAILER"), response);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1~~",
                "GET / HTTP/1.1~Host: localhost~Host: localhost~~",
                "GET / HTTP/1.1~Host: localhost~Host: evil.example~~",
                "GET http://evil.example/ HTTP/1.1~Host: localhost~~",
                "GET http://localhost/ HTTP/1.1~Host: evil.example~~",
                "GET http://localhost@evil.example/ HTTP/1.1~Host: localhost~~",
                "GET / HTTP/1.1~Host: localhost/../x~~",
                "GET / HTTP/1.1~Host: localhost, evil.example~~",
                "GET / HTTP/1.1~Host: localhost#@evil.example~~",
                "GET / HTTP/1.1~Host : localhost~~"
            })
    void refusesHostsThatAreNotOneHost(String request) throws Exception {
        String response = RawClient.exchange(htbin, request.replace("~", "\r\n"));
        assertEquals(400, RawClient.status(response));
        assertTrue(response.contains("Connection: close\r\n"), response);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "LOCALHOST:1, 200",
        "127.0.0.1, 200",
        "[::1]:8000, 200",
        "evil.example, 421",
        "evil.example:8000, 421",
        "localhost.evil.example, 421",
        "127.0.0.1.evil.example, 421",
        "xlocalhost, 421",
        "0x7f000001.evil.example, 421"
    })
    void servesNoOtherNamesThanItsOwn(String host, int status) throws Exception {
        String response = RawClient.exchange(
                htbin, "GET /cgi-bin/env HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(host));
        assertEquals(status, RawClient.status(response), response);
        assertEquals(status == 200, response.contains("GATEWAY_INTERFACE"), response);
    }

    @Test
    void echoesNoExpectationAndNoMethod() throws Exception {
        String expect = RawClient.ask(htbin, "GET", "/", "Expect: <script>alert(1)</script>");
        assertEquals(417, RawClient.status(expect));
        String method = RawClient.ask(htbin, "X<script>", "/");
        assertEquals(400, RawClient.status(method));
        String trace = RawClient.ask(htbin, "TRACE", "/", "Cookie: secret");
        assertEquals(501, RawClient.status(trace));
        for (String response : List.of(expect, method, trace)) {
            assertFalse(response.contains("<script") || response.contains("secret"), response);
        }
    }

    /** What a request says is in the log on one line, with nothing that a terminal acts on. */
    @Test
    void logsARequestOnOneLineWhateverItSays() throws Exception {
        String fields = "User-Agent: a\u001b]0;forged\u0007";
        RawClient.ask(htbin, "GET", "/x%0a127.0.0.1%20forged%1b[31m");
        RawClient.ask(htbin, "GET", "/\u009b31mforged\u0085forged");
        RawClient.ask(htbin, "GET", "/\u001b]0;forged\u0007");
        RawClient.ask(htbin, "GET", "/%c2%9b31mforged?\u00e2\u0080\u00aeforged", fields);
        RawClient.exchange(htbin, "GET /forged\n127.0.0.1 - - forged\n\n");
        RawClient.exchange(htbin, "\u001b[2Jforged\r\n\r\n");
        RawClient.ask(htbin, "GET", "/last-one");
        RunningHtbin.eventually("all is logged", () -> htbin.log().contains("/last-one"));
        for (String line : htbin.log().lines().filter(l -> l.contains("forged")).toList()) {
            assertTrue(line.chars().noneMatch(c -> c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x202E), line);
            assertFalse(line.startsWith("127.0.0.1 forged") || line.startsWith("127.0.0.1 - - forged"), line);
        }
    }
}
