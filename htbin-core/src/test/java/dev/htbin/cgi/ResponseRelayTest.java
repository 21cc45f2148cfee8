package dev.htbin.cgi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.MemoryExchange;
import dev.htbin.process.ExitStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wire tests of a script's output on its way to the client, without a process. */
class ResponseRelayTest {
    private static final ExitStatus GOOD = new ExitStatus.Exited(0);
    private static final ExitStatus KILLED = new ExitStatus.Signaled(9, "SIGKILL");

    private final MemoryExchange exchange = MemoryExchange.of("GET /cgi-bin/a HTTP/1.1\nHost: localhost\n\n");
    private final ResponseRelay relay = relayOf(exchange);

    private static ResponseRelay relayOf(MemoryExchange exchange) {
        return new ResponseRelay(
                new ScriptResolution.Script(Path.of("/site/cgi-bin/a"), "/cgi-bin/a", ""),
                exchange,
                CgiLimits.defaults());
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    @Test
    void sendsAShortDocumentInOnePieceWithItsLength() throws CgiFailure, IOException {
        relay.accept(octets("Content-Type: text/plain\n\nhel"));
        relay.accept(octets("lo"));
        assertTrue(relay.waits());
        relay.flush(false);
        assertEquals("", exchange.response(), "nothing goes out before the linger is over");
        relay.end(GOOD);
        assertEquals("HTTP/1.1 200\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello", exchange.response());
    }

    @Test
    void sendsEarlyHintsAtOnceAndTheResponseAfterThem() throws CgiFailure, IOException {
        relay.accept(octets("Status: 103\nLink: </a.css>; rel=preload\n\nContent-Ty"));
        assertEquals("HTTP/1.1 103\r\nLink: </a.css>; rel=preload\r\n\r\n", exchange.response());
        relay.accept(octets("pe: text/plain\n\nhello"));
        relay.end(GOOD);
        assertTrue(exchange.response()
                .endsWith("\r\n\r\nHTTP/1.1 200\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"));
    }

    @Test
    void sendsWhatIsThereWhenTheLingerIsOver() throws CgiFailure, IOException {
        relay.accept(octets("Content-Type: text/plain\n\nhello"));
        relay.flush(true);
        assertFalse(relay.waits());
        assertTrue(exchange.response().endsWith("\r\n\r\n5\r\nhello\r\n"), exchange.response());
        relay.accept(octets("!"));
        relay.end(GOOD);
        assertTrue(exchange.response().endsWith("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"), exchange.response());
    }

    @Test
    void sendsTheHeadOfAScriptThatIsSilentAfterIt() throws CgiFailure, IOException {
        relay.accept(octets("Content-Type: text/event-stream\n\n"));
        relay.flush(true);
        assertTrue(exchange.response().startsWith("HTTP/1.1 200"));
    }

    @Test
    void refusesAResponseThatIsNotWholeWhileNothingWasSent() throws CgiFailure, IOException {
        relay.accept(octets("Content-Type: text/plain\nContent-Length: 9\n\nhalf"));
        assertThrows(CgiFailure.LengthMismatch.class, () -> relay.end(GOOD));
        assertEquals("", exchange.response());
    }

    @Test
    void refusesTheResponseOfAKilledScriptUnlessItsLengthSaysThatItIsWhole() throws CgiFailure, IOException {
        relay.accept(octets("Content-Type: text/plain\n\nhalf"));
        assertThrows(CgiFailure.EndedEarly.class, () -> relay.end(KILLED));

        MemoryExchange other = MemoryExchange.of("GET /cgi-bin/a HTTP/1.1\nHost: localhost\n\n");
        ResponseRelay whole = relayOf(other);
        whole.accept(octets("Content-Type: text/plain\nContent-Length: 4\n\nfull"));
        whole.end(KILLED);
        assertTrue(other.response().endsWith("\r\n\r\nfull"));
    }

    @Test
    void cutsWhatIsBeyondTheContentLengthHoweverItIsSplit() throws CgiFailure, IOException {
        relay.accept(octets("Content-Type: text/plain\nContent-Length: 4\n\nhe"));
        relay.accept(octets("llo"));
        relay.accept(octets("more"));
        relay.end(GOOD);
        assertTrue(exchange.response().endsWith("Content-Length: 4\r\n\r\nhell"), exchange.response());
    }

    @Test
    void nothingIsSniffedWhenTheScriptNamesNoType() throws CgiFailure, IOException {
        relay.accept(octets("Status: 200\n\n<script>"));
        relay.end(GOOD);
        assertTrue(exchange.response().contains("X-Content-Type-Options: nosniff\r\n"), exchange.response());
        assertFalse(exchange.response().contains("Content-Type:"), exchange.response());
    }

    @Test
    void aBodyWhereNoneMayBeIsDropped() throws CgiFailure, IOException {
        relay.accept(octets("Status: 204\nContent-Length: 4\n\nbody"));
        relay.end(GOOD);
        assertEquals("HTTP/1.1 204\r\n\r\n", exchange.response());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "If-None-Match: \"a\"                              | 304",
                "If-None-Match: W/\"a\", \"c\"                     | 304",
                "If-None-Match: \"b\"                              | 200",
                "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT  | 304",
                "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT  | 200",
                "X-None: of this                                   | 200",
            })
    void answersThatTheClientHasTheDocument(String field, int status) throws CgiFailure, IOException {
        MemoryExchange conditional = MemoryExchange.of("GET /cgi-bin/a HTTP/1.1\nHost: localhost\n" + field + "\n\n");
        ResponseRelay relayed = relayOf(conditional);
        relayed.accept(octets("Content-Type: a/b\nETag: \"a\"\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\n\nbody"));
        relayed.end(GOOD);
        assertTrue(conditional.response().startsWith("HTTP/1.1 " + status), conditional.response());
        assertEquals(status == 200, conditional.response().endsWith("body"));
    }
}
