package dev.htbin.handler;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpException;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Wire tests of the base class, on exchanges in memory. */
class BaseHttpRequestHandlerTest {
    private interface Hook {
        void answer(Spam handler) throws IOException;
    }

    private static class Spam extends BaseHttpRequestHandler {
        private final Hook hook;

        Spam(Exchange exchange, Hook hook) {
            super(exchange);
            this.hook = hook;
        }

        @Override
        protected void doGet() throws IOException {
            hook.answer(this);
        }

        @Override
        protected void doHead() throws IOException {
            hook.answer(this);
        }
    }

    private static HttpHandler with(Hook hook) {
        return BaseHttpRequestHandler.perRequest(exchange -> new Spam(exchange, hook));
    }

    private static void hello(Spam handler) throws IOException {
        handler.sendResponse(200);
        handler.sendHeader("Content-Type", "text/plain");
        handler.sendHeader("Content-Length", "2");
        handler.endHeaders();
        handler.wfile().write("hi".getBytes(UTF_8));
    }

    @Test
    void answersGetWithWhatTheHookSends() {
        String response = MemoryExchange.answer(with(BaseHttpRequestHandlerTest::hello), "GET / HTTP/1.1\n\n");
        assertEquals("HTTP/1.1 200\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi", response);
    }

    @Test
    void answersHeadWithTheSameHeadAndNoBody() {
        String response = MemoryExchange.answer(with(BaseHttpRequestHandlerTest::hello), "HEAD / HTTP/1.1\n\n");
        assertEquals("HTTP/1.1 200\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n", response);
    }

    @Test
    void refusesMethodsWithoutHookInPythonsWords() {
        for (String method : new String[] {"POST", "DELETE", "get", "SPAM"}) {
            String response =
                    MemoryExchange.answer(with(BaseHttpRequestHandlerTest::hello), method + " / HTTP/1.1\n\n");
            assertTrue(response.startsWith("HTTP/1.1 501 Unsupported method ('" + method + "')\r\n"), response);
            assertTrue(response.contains("<p>Message: Unsupported method (&#x27;" + method + "&#x27;).</p>"), response);
        }
        String quoted = MemoryExchange.answer(with(BaseHttpRequestHandlerTest::hello), "A'B / HTTP/1.1\n\n");
        assertTrue(quoted.startsWith("HTTP/1.1 501 Unsupported method (\"A'B\")\r\n"), quoted);
    }

    @Test
    void dispatchMayHandleMoreMethods() {
        String response = MemoryExchange.answer(
                BaseHttpRequestHandler.perRequest(exchange -> new BaseHttpRequestHandler(exchange) {
                    @Override
                    protected void dispatch() throws IOException {
                        if (command().equals("SPAM")) {
                            sendResponse(204);
                            endHeaders();
                        } else {
                            super.dispatch();
                        }
                    }
                }),
                "SPAM / HTTP/1.1\n\n");
        assertEquals("HTTP/1.1 204\r\n\r\n", response);
    }

    @Test
    void givesEveryMemberOfTheRequest() {
        String response = MemoryExchange.answer(
                with(handler -> {
                    assertEquals("GET", handler.command());
                    assertEquals("/a%20b?c=d", handler.path());
                    assertEquals("HTTP/1.0", handler.requestVersion());
                    assertEquals("y", handler.headers().first("x").orElseThrow());
                    assertEquals(50000, handler.clientAddress().getPort());
                    assertEquals("127.0.0.1", handler.addressString());
                    assertEquals("localhost", handler.server().name());
                    assertEquals("htbin/test", handler.versionString());
                    assertTrue(handler.dateTimeString().endsWith(" GMT"));
                    assertEquals("body", new String(handler.rfile().readAllBytes(), UTF_8));
                    hello(handler);
                }),
                "GET /a%20b?c=d HTTP/1.0\nX: y\nContent-Length: 4\n\nbody");
        assertTrue(response.startsWith("HTTP/1.1 200\r\n"), response);
    }

    @Test
    void errorPageEscapesMessageAndExplanation() {
        String response = MemoryExchange.answer(
                with(handler -> handler.sendError(404, "<script>", "a & \"b\"")), "GET / HTTP/1.1\n\n");
        assertTrue(response.startsWith("HTTP/1.1 404 <script>\r\n"), response);
        assertTrue(response.contains("<p>Message: &lt;script&gt;.</p>"), response);
        assertTrue(response.contains("404 - a &amp; &quot;b&quot;."), response);
        assertFalse(response.substring(response.indexOf("\r\n\r\n")).contains("<script>"), response);
        assertTrue(response.contains("Content-Type: text/html;charset=utf-8\r\n"), response);
        assertTrue(response.contains("X-Content-Type-Options: nosniff\r\n"), response);
    }

    @Test
    void errorPageHasTheRegisteredWordsByDefault() {
        String response = MemoryExchange.answer(with(handler -> handler.sendError(404)), "GET / HTTP/1.1\n\n");
        assertTrue(response.startsWith("HTTP/1.1 404 Not Found\r\n"), response);
        assertTrue(response.contains("404 - Nothing matches the given URI."), response);
    }

    @Test
    void reasonPhraseStaysOnOneLine() {
        String response = MemoryExchange.answer(
                with(handler -> handler.sendError(400, "a\r\nSet-Cookie: b\u0000\u20AC")), "GET / HTTP/1.1\n\n");
        assertTrue(response.startsWith("HTTP/1.1 400 a  Set-Cookie: b ?\r\n"), response);
    }

    @Test
    void errorToHeadHasNoBody() {
        String response = MemoryExchange.answer(with(handler -> handler.sendError(404)), "HEAD / HTTP/1.1\n\n");
        assertTrue(response.endsWith("\r\n\r\n"), response);
        assertTrue(response.contains("Content-Length: "), response);
    }

    @Test
    void httpExceptionBecomesItsErrorPageWithItsFields() {
        String response = MemoryExchange.answer(
                with(handler -> {
                    handler.sendResponse(200);
                    handler.sendHeader("X-Dropped", "yes");
                    throw new HttpException(503, "Too many.", Fields.empty().plus("Retry-After", "1"));
                }),
                "GET / HTTP/1.1\n\n");
        assertTrue(response.startsWith("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"), response);
        assertTrue(response.contains("503 - Too many."), response);
        assertFalse(response.contains("X-Dropped"), response);
    }

    @Test
    void bugIsAnsweredWithAnIdAndNothingElse() {
        String response = MemoryExchange.answer(
                with(handler -> {
                    throw new IllegalStateException("secret");
                }),
                "GET / HTTP/1.1\n\n");
        assertTrue(response.startsWith("HTTP/1.1 500 Internal Server Error\r\n"), response);
        assertTrue(response.matches("(?s).*under the id [0-9a-f]{16}\\..*"), response);
        assertFalse(response.contains("secret"), response);
        assertFalse(response.contains("IllegalState"), response);
    }

    @Test
    void hookWithoutResponseIsABug() {
        for (Hook hook : new Hook[] {handler -> {}, handler -> handler.sendResponse(200)}) {
            String response = MemoryExchange.answer(with(hook), "GET / HTTP/1.1\n\n");
            assertTrue(response.startsWith("HTTP/1.1 500 "), response);
        }
    }

    @Test
    void failureAfterTheHeadBreaksTheExchangeOff() throws IOException {
        var bug = new IllegalStateException("late");
        var exchange = MemoryExchange.of("GET / HTTP/1.1\n\n");
        with(handler -> {
                    hello(handler);
                    throw bug;
                })
                .handle(exchange);
        assertSame(bug, exchange.aborted().orElseThrow());
        assertTrue(exchange.response().endsWith("\r\n\r\nhi"));
    }

    @Test
    void ioExceptionTravels() {
        var handler = with(spam -> {
            throw new IOException("gone");
        });
        assertThrows(IOException.class, () -> handler.handle(MemoryExchange.of("GET / HTTP/1.1\n\n")));
    }

    @Test
    void fieldWithLineBreakIsNeverSent() {
        String response = MemoryExchange.answer(
                with(handler -> {
                    handler.sendResponse(200);
                    handler.sendHeader("X", "a\r\nY: b");
                    handler.endHeaders();
                }),
                "GET / HTTP/1.1\n\n");
        assertTrue(response.startsWith("HTTP/1.1 500 "), response);
        assertFalse(response.contains("Y: b"), response);
    }

    @Test
    void endHeadersMayAddAFieldToEveryResponse() {
        HttpHandler handler =
                BaseHttpRequestHandler.perRequest(exchange -> new Spam(exchange, BaseHttpRequestHandlerTest::hello) {
                    @Override
                    protected void endHeaders() throws IOException {
                        sendHeader("Access-Control-Allow-Origin", "*");
                        super.endHeaders();
                    }

                    @Override
                    protected String versionString() {
                        return "Spam/1.0";
                    }
                });
        for (String method : new String[] {"GET", "POST"}) {
            String response = MemoryExchange.answer(handler, method + " / HTTP/1.1\n\n");
            assertTrue(response.contains("Access-Control-Allow-Origin: *\r\nServer: Spam/1.0\r\n"), response);
        }
    }

    @Test
    void logsOneLineForEachRequestWhateverBecomesOfIt() {
        Hook[] hooks = {
            BaseHttpRequestHandlerTest::hello,
            handler -> handler.sendError(404, "File not found"),
            handler -> {
                handler.sendResponse(200);
                throw new HttpException(403, "No.");
            },
            handler -> {
                throw new IllegalStateException("bug");
            },
        };
        String[] ends = {"200 -", "404 -", "403 -", "500 - [0-9a-f]{16}"};
        for (int i = 0; i < hooks.length; i++) {
            try (var lines = new AccessLines()) {
                MemoryExchange.answer(with(hooks[i]), "GET /a?b HTTP/1.1\n\n");
                assertEquals(1, lines.requests().size(), lines.all().toString());
                String line = lines.requests().getFirst();
                assertTrue(
                        line.matches(
                                "127\\.0\\.0\\.1 - - \\[\\d\\d/[A-Z][a-z]{2}/\\d{4} \\d\\d:\\d\\d:\\d\\d\\] \"GET /a\\?b HTTP/1\\.1\" "
                                        + ends[i]),
                        line);
            }
        }
    }

    @Test
    void logsErrorsAsPythonDoes() {
        try (var lines = new AccessLines()) {
            MemoryExchange.answer(with(handler -> handler.sendError(404, "File not found")), "GET / HTTP/1.1\n\n");
            assertTrue(
                    lines.all().getFirst().endsWith("] code 404, message File not found"),
                    lines.all().toString());
        }
    }

    @Test
    void logEscapesControlCharactersAndBackslash() {
        assertEquals("a\\x0a\\x1b[31m\\x7f\\x9f\\\\\u00E9", AccessLog.escape("a\n\u001b[31m\u007f\u009f\\\u00E9"));
        try (var lines = new AccessLines()) {
            MemoryExchange.answer(with(BaseHttpRequestHandlerTest::hello), "GET /\u009b31m HTTP/1.1\n\n");
            assertTrue(
                    lines.requests().getFirst().contains("\"GET /\\x9b31m HTTP/1.1\" 200 -"),
                    lines.all().toString());
        }
    }

    @Test
    void logMessageIsTheFunnelOfEveryLine() {
        var seen = new StringBuilder();
        try (var lines = new AccessLines()) {
            MemoryExchange.answer(
                    BaseHttpRequestHandler.perRequest(exchange -> new BaseHttpRequestHandler(exchange) {
                        @Override
                        protected void logMessage(String message) {
                            seen.append(message).append('\n');
                        }
                    }),
                    "GET / HTTP/1.1\n\n");
            assertTrue(lines.all().isEmpty());
        }
        assertEquals("code 501, message Unsupported method ('GET')\n\"GET / HTTP/1.1\" 501 -\n", seen.toString());
    }
}
