package dev.htbin.cgi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiResponse.Document;
import dev.htbin.process.ExitStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads of status 103 before a script's own. In tables a head is written with {@code ~} for LF and {@code ^} for CR. */
class EarlyHintsTest {
    @ParameterizedTest
    @CsvSource({
        "Status: 103~Link: </a.css>~~Content-Type: a/b~~, false, [[Link: </a.css>]]",
        "status:103 Early Hints^~Link: </a>^~Content-Type: x/y~Location: /z~Content-Length: 3~^~Content-Type: a/b~~, false, [[Link: </a>]]",
        "Status: 103~~Status: 103~X: y~~Content-Type: a/b~~, false, '[[], [X: y]]'",
        "Content-Type: a/b~~Status: 103~~, false, []",
        "HTTP/1.1 103 Early Hints~Link: </a>~~HTTP/1.1 200 OK~Content-Type: a/b~~, true, [[Link: </a>]]"
    })
    void readsEarlyHintsBeforeTheHead(String raw, boolean nph, String expected) throws CgiFailure {
        for (int step : new int[] {1, 7, Integer.MAX_VALUE}) {
            byte[] octets = octets(raw).array();
            var reader = new CgiResponseReader(CgiLimits.defaults(), nph);
            var hints = new ArrayList<String>();
            Optional<CgiResponse> response = Optional.empty();
            for (int from = 0; from < octets.length && response.isEmpty(); from += Math.min(step, octets.length)) {
                response = reader.feed(ByteBuffer.wrap(octets, from, Math.min(step, octets.length - from)));
                reader.earlyHints()
                        .forEach(fields -> hints.add(fields.stream()
                                .map(f -> f.name() + ": " + f.value())
                                .toList()
                                .toString()));
            }
            assertEquals(expected, hints.toString());
            assertEquals(
                    Optional.of("a/b"),
                    assertInstanceOf(Document.class, response.orElseThrow())
                            .head()
                            .fields()
                            .first("Content-Type"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Status: 103~Link: </a>~~",
                "Status: 103~~~Content-Type: a/b~~",
                "Status: 100~~Content-Type: a/b~~",
                "Status: 101~~Content-Type: a/b~~",
                "Status: 103~~just text~~"
            })
    void refusesEarlyHintsWithoutAHeadAfterThem(String raw) {
        assertThrows(CgiFailure.class, () -> read(raw));
    }

    /** However many there are: all of them together are one head. */
    @Test
    void boundsEarlyHints() {
        String endless = "Status: 103~Link: </a>~~".repeat(4000) + "Content-Type: a/b~~";
        var failure = assertThrows(CgiFailure.BadHead.class, () -> read(endless));
        assertTrue(failure.reason().contains("longer than 65536 octets"), failure.reason());
    }

    private static CgiResponse read(String written) throws CgiFailure {
        var reader = new CgiResponseReader(CgiLimits.defaults(), false);
        Optional<CgiResponse> response = reader.feed(octets(written));
        return response.orElseThrow(() -> reader.ended(Optional.of(new ExitStatus.Exited(0))));
    }

    private static ByteBuffer octets(String written) {
        return ByteBuffer.wrap(written.replace('~', '\n').replace('^', '\r').getBytes(ISO_8859_1));
    }
}
