package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Request;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engine contract, tables over sockets: which requests reach the handler, and as what. In the tables ~ stands for CR LF. */
@ParameterizedClass
@EnumSource(Wire.class)
class RequestSyntaxTest {
    /** Answers with the request as the handler saw it, and its body. */
    private static final HttpHandler ECHO = exchange -> {
        byte[] body = exchange.requestBody().readAllBytes();
        Request request = exchange.request();
        String fields = request.fields().stream()
                .map(field -> field.name() + "=" + field.value())
                .collect(Collectors.joining("|"));
        String text = "<%s %s %s|%s|%s>"
                .formatted(
                        request.method(),
                        request.target(),
                        request.version().text(),
                        fields,
                        new String(body, ISO_8859_1));
        exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
    };

    private static HttpServer server;

    @Parameter
    private Wire wire = Wire.CLEAR;

    @BeforeParameterizedClassInvocation
    static void start(Wire wire) throws IOException {
        server = wire.start(ECHO);
    }

    @AfterParameterizedClassInvocation
    static void close() {
        server.close();
    }

    @Test
    void speaksOverTheWireThatIsMeant() {
        assertEquals(wire == Wire.TLS ? "https" : "http", server.uri().getScheme());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1~~",
                "GET / HTTP/1.1~Host: a~Host: a~~",
                "GET / HTTP/1.1~Host: a~Host: b~~",
                "GET / HTTP/1.1~Host: a b~~",
                "GET / HTTP/1.1~Host: a/b~~",
                "GET / HTTP/1.1~Host: u@a~~",
                "GET / HTTP/1.1~Host: a:x~~",
                "GET / HTTP/1.1~Host: a:99999~~",
                "GET / HTTP/1.1~Host: a,b~~",
                "GET / HTTP/1.1~Host: a\"<b>~~",
                "GET / HTTP/1.1~Host: [::1~~",
                "GET http://a/ HTTP/1.1~Host: b~~",
                "GET ftp://a/ HTTP/1.1~Host: a~~",
                "GET http://u@a/ HTTP/1.1~Host: u@a~~",
                "GET /x#y HTTP/1.1~Host: a~~",
                "GET x HTTP/1.1~Host: a~~",
                "GET * HTTP/1.1~Host: a~~",
                "GET /\u0001 HTTP/1.1~Host: a~~",
                "GET /\t HTTP/1.1~Host: a~~",
                "GET /a b HTTP/1.1~Host: a~~",
                "GET /../x HTTP/1.1~Host: a~~",
                "GET /%zz HTTP/1.1~Host: a~~",
                "GET /% HTTP/1.1~Host: a~~",
                "GET /\u00e9 HTTP/1.1~Host: a~~",
                "GET / http/1.1~Host: a~~",
                "~GET / Http/1.1~Host: a~~",
                "GET / HTTP/1.1 ~Host: a~~",
                " GET / HTTP/1.1~Host: a~~",
                "G(T / HTTP/1.1~Host: a~~",
                "GET\t/ HTTP/1.1~Host: a~~",
                "GET / HTTP/1.1\nHost: a~~",
                "GET / HTTP/1.1~Host: a\n~",
                "GET / HTTP/1.1~Host: a~\n",
                "GET / HTTP/1.1~Host: a~X : b~~",
                "GET / HTTP/1.1~Host: a~X\t: b~~",
                "GET / HTTP/1.1~Host: a~X~~",
                "GET / HTTP/1.1~Host: a~: b~~",
                "GET / HTTP/1.1~Host: a~X(: b~~",
                "GET / HTTP/1.1~Host: a~X: b~ c~~",
                "GET / HTTP/1.1~Host: a~X: b~\tc~~",
                "GET / HTTP/1.1~ X: b~Host: a~~",
                "GET / HTTP/1.1~Host: a~X: b\u0000c~~",
                "GET / HTTP/1.1~Host: a~X: b\rc~~",
                "GET / HTTP/1.1~Host: a~X: b\u0001c~~",
                "GET / HTTP/1.1~Host: a~X\u00e9: b~~",
                "GET / HTTP/01.1~Host: a~~",
                "GET / HTTP/1.1x~Host: a~~",
                "GET / HTTP1.1~Host: a~~",
                "GET / FTP/1.1~Host: a~~",
                "GET / HTTP/1~Host: a~~",
                "GET / HTTP/0.9~Host: a~~",
                "GET / HTTP/2.0~Host: a~~",
                "GET / HTTP/3.0~Host: a~~",
                "GET /~~",
                "GET~~",
                "POST / HTTP/1.1~Host: a~Content-Length: 1~Transfer-Encoding: chunked~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Content-Length: 1~~0~~",
                "POST / HTTP/1.1~Host: a~Content-Length: 1~Content-Length: 1~~x",
                "POST / HTTP/1.1~Host: a~Content-Length: 1~Content-Length: 2~~xy",
                "POST / HTTP/1.1~Host: a~Content-Length: +3~~xyz",
                "POST / HTTP/1.1~Host: a~Content-Length: -1~~",
                "POST / HTTP/1.1~Host: a~Content-Length: 3,3~~xyz",
                "POST / HTTP/1.1~Host: a~Content-Length: 3, 3~~xyz",
                "POST / HTTP/1.1~Host: a~Content-Length: 0x3~~xyz",
                "POST / HTTP/1.1~Host: a~Content-Length: 3 3~~xyz",
                "POST / HTTP/1.1~Host: a~Content-Length: 3;~~xyz",
                "POST / HTTP/1.1~Host: a~Content-Length: \u00b3~~xyz",
                "POST / HTTP/1.1~Host: a~Content-Length: 3~Content-length: 3~~xyz",
                "POST / HTTP/1.1~Host: a~Content-Length : 3~~xyz",
                "POST / HTTP/1.1~Host: a~Content-Length:~ 3~~xyz",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding : chunked~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding:~ chunked~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked\u000b~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked;q=1~~0~~",
                "POST / HTTP/1.1~Host: a~Content-Length:~~",
                "POST / HTTP/1.1~Host: a~Content-Length: 99999999999999999999~~",
                "POST / HTTP/1.0~Host: a~Transfer-Encoding: chunked~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Transfer-Encoding: chunked~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked, chunked~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: identity~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked, gzip~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip, chunked~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip~Transfer-Encoding: chunked~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: xchunked~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: \"chunked\"~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding:~~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~x~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~-1~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~0x1~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1 ~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1\na~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1~ab~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~2~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1~a\n0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~ffffffffffffffff1~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1;a\u0000b~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1;a\rb~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~+1~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1_0~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~~1~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~00000000000000000000000000000001;~a",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1;a\nb~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1;a\n~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1;a=\"\nb\"~a~0~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1~a~0\n~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1~a~0~\n",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1~a~0~X : b~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1~a~0~X: b~ c~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1~a~0~X: b\nY: c~~",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1~a~0~X: b\u0000c~~",
                "POST / HTTP/1.1~Host: a~Expect: something~~",
                "CONNECT a:80 HTTP/1.1~Host: a:80~~",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc",
            })
    void refusesAndCloses(String request) {
        String answers =
                RawClient.exchange(server, request.replace("~", "\r\n") + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        assertTrue(answers.matches("(?s)HTTP/1\\.1 (400|417|501|505) .*"), answers);
        assertTrue(answers.contains("Connection: close\r\n"), answers);
        assertTrue(answers.contains("X-Content-Type-Options: nosniff\r\n"), answers);
        assertEquals(0, answers.lastIndexOf("HTTP/1.1 "), answers);
        assertFalse(answers.toLowerCase(java.util.Locale.ROOT).contains("jetty"), answers);
        assertFalse(answers.contains("/next"), answers);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "GET / HTTP/1.1~Host: a~~ > GET / HTTP/1.1|Host=a|",
                "~~GET / HTTP/1.1~Host: a~~ > GET / HTTP/1.1|Host=a|",
                "GET / HTTP/1.0~~ > GET / HTTP/1.0||",
                "get / HTTP/1.1~Host: a~~ > get / HTTP/1.1|Host=a|",
                "FO-O!x / HTTP/1.1~Host: a~~ > FO-O!x / HTTP/1.1|Host=a|",
                "OPTIONS * HTTP/1.1~Host: a~~ > OPTIONS * HTTP/1.1|Host=a|",
                "TRACE /x HTTP/1.1~Host: a~~ > TRACE /x HTTP/1.1|Host=a|",
                "GET http://a/x?y HTTP/1.1~Host: a~~ > GET /x?y HTTP/1.1|Host=a|",
                "GET http://a HTTP/1.1~Host: a~~ > GET / HTTP/1.1|Host=a|",
                "GET http://a?q HTTP/1.1~Host: a~~ > GET /?q HTTP/1.1|Host=a|",
                "GET HTTP://A/x HTTP/1.1~Host: A~~ > GET /x HTTP/1.1|Host=A|",
                "GET http://a:80/x HTTP/1.1~Host: a:80~~ > GET /x HTTP/1.1|Host=a:80|",
                "GET /%2F/a/%2e%2E/;a=b//c/. HTTP/1.1~Host: a~~ > GET /%2F/a/%2e%2E/;a=b//c/. HTTP/1.1|Host=a|",
                "GET //a/../b HTTP/1.1~Host: a~~ > GET //a/../b HTTP/1.1|Host=a|",
                "GET /%C3%A9%ff HTTP/1.1~Host: a~~ > GET /%C3%A9%ff HTTP/1.1|Host=a|",
                "GET /\u00c3\u00a9 HTTP/1.1~Host: a~~ > GET /\u00c3\u00a9 HTTP/1.1|Host=a|",
                "GET /\"<|\\^{}[]` HTTP/1.1~Host: a~~ > GET /\"<|\\^{}[]` HTTP/1.1|Host=a|",
                "GET /? HTTP/1.1~Host: a~~ > GET /? HTTP/1.1|Host=a|",
                "GET /a?b?c=%2F/&;%zz HTTP/1.1~Host: a~~ > GET /a?b?c=%2F/&;%zz HTTP/1.1|Host=a|",
                "GET / HTTP/1.1~Host: [::1]:8000~~ > GET / HTTP/1.1|Host=[::1]:8000|",
                "GET / HTTP/1.1~Host: a:~~ > GET / HTTP/1.1|Host=a|",
                "GET / HTTP/1.1~Host: x_y.z-~~ > GET / HTTP/1.1|Host=x_y.z-|",
                "GET / HTTP/1.1~Host: a~X-y: 1~x-Y: 2~ACCEPT-encoding: GZip~~ > GET / HTTP/1.1|Host=a|X-y=1|x-Y=2|ACCEPT-encoding=GZip|",
                "GET / HTTP/1.1~Host: a~X: \u00e9\u0080\u00ff~~ > GET / HTTP/1.1|Host=a|X=\u00e9\u0080\u00ff|",
                "GET / HTTP/1.1~Host: a~User-Agent: \u00e9~Cookie: a=\u00ff;b~~ > GET / HTTP/1.1|Host=a|User-Agent=\u00e9|Cookie=a=\u00ff;b|",
                "GET / HTTP/1.1~Host: a~X:   a  b\t ~Y:~~ > GET / HTTP/1.1|Host=a|X=a  b|Y=|",
                "GET / HTTP/1.1~Host: a~Cookie: a~Cookie: b~~ > GET / HTTP/1.1|Host=a|Cookie=a|Cookie=b|",
                "GET / HTTP/1.1~Host: a~_x.y$: 1~~ > GET / HTTP/1.1|Host=a|_x.y$=1|",
                "POST / HTTP/1.1~Host: a~Content-Length: 3~~xyz > POST / HTTP/1.1|Host=a|Content-Length=3|xyz",
                "POST / HTTP/1.1~Host: a~Content-Length: 003~~xyz > POST / HTTP/1.1|Host=a|Content-Length=003|xyz",
                "GET / HTTP/1.1~Host: a~Content-Length: 3~~xyz > GET / HTTP/1.1|Host=a|Content-Length=3|xyz",
                "POST / HTTP/1.1~Host: a~Transfer-Encoding: Chunked~~1~x~0a;ext=\"q\"~0123456789~0~T: 1~~ > POST / HTTP/1.1|Host=a|Transfer-Encoding=Chunked|x0123456789",
                "POST / HTTP/1.0~Content-Length: 2~~ab > POST / HTTP/1.0|Content-Length=2|ab",
            })
    void givesTheRequestAsItCame(String request, String seen) {
        String answer = RawClient.exchange(server, request.replace("~", "\r\n"));
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        assertEquals("<" + seen + ">", answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }

    @Test
    void answersPipelinedRequestsInTheirOrder() {
        String requests = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
                + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
                + "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
                + "GET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        try (var client = RawClient.connect(server)) {
            client.send(requests);
            assertTrue(client.response().body().startsWith("<POST /1 "));
            assertTrue(client.response().body().startsWith("<GET /2 "));
            assertTrue(client.response().body().endsWith("|x>"));
            assertTrue(client.response().body().startsWith("<GET /4 "));
            assertEquals("", client.readAll());
        }
    }

    @Test
    void neverMakesFieldsOfTrailers() {
        try (var client = RawClient.connect(server)) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 1\r\n\r\n");
            assertFalse(client.response().body().contains("X=1"));
            assertFalse(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    .response()
                    .body()
                    .contains("X=1"));
        }
    }
}
