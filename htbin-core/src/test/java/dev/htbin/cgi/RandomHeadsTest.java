package dev.htbin.cgi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Field;
import dev.htbin.http.Octets;
import dev.htbin.http.ResponseHead;
import dev.htbin.http.Seed;
import dev.htbin.process.ExitStatus;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Table, random output of scripts: a response or a failure, whatever the buffers; and nothing in a response that could split it or change its framing. */
class RandomHeadsTest {
    private static final int CASES = 40_000;
    private static final Set<String> NEVER = Set.of(
            "status", "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length");
    private static final String[] PARTS = {
        "Content-Type: text/html\n",
        "Content-Type: a/b\r\n",
        "Status: 200 OK\n",
        "Status: 302\r\n",
        "Status: 99\n",
        "STATUS: 204\n",
        "Status: 200\rX: y\n",
        "Location: /x?y\n",
        "Location: //evil/\n",
        "Location: /../x\n",
        "Location: http://h/\n",
        "location: /a\u00e9 b\n",
        "Content-Length: 5\n",
        "Content-Length: -1\n",
        "Content-Length: 5, 5\n",
        "Transfer-Encoding: chunked\n",
        "Connection: close\n",
        "Upgrade: h2c\n",
        "Set-Cookie: a=b\n",
        "X: a\rSet-Cookie: b\n",
        "X: a\0b\n",
        " folded\n",
        "\tfolded\n",
        "X\u00e9: y\n",
        "X : y\n",
        ": y\n",
        "X:\n",
        "HTTP/1.1 200 OK\n",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/9.9 600 no\n",
        "\n",
        "\r\n",
        "\r",
        "body",
        "<!-- -->"
    };

    @Test
    void eachIsAResponseOrAFailureWhateverTheBuffers() {
        Random random = Seed.random(RandomHeadsTest.class, CASES);
        int responses = 0;
        for (int i = 0; i < CASES; i++) {
            boolean nph = random.nextInt(5) == 0;
            String first = nph && random.nextInt(4) > 0 ? "HTTP/1.1 200 OK\n" : "";
            String output = first + Seed.join(random, 6, PARTS) + (random.nextInt(4) > 0 ? "\n<p>" : "");
            String shown = Seed.shown(i, (nph ? "nph " : "") + output);
            String whole = outcome(output, nph, output.length());
            assertEquals(whole, outcome(output, nph, 1), shown);
            assertEquals(whole, outcome(output, nph, 1 + random.nextInt(20)), shown);
            responses += whole.startsWith("failure") ? 0 : 1;
        }
        assertTrue(responses > CASES / 20, "responses: " + responses);
    }

    /** Reads output in parts and describes what came of it, with how much was the head. */
    private static String outcome(String output, boolean nph, int step) {
        byte[] octets = output.getBytes(ISO_8859_1);
        var reader = new CgiResponseReader(CgiLimits.defaults(), nph);
        try {
            for (int from = 0; from < octets.length; from += step) {
                var part = ByteBuffer.wrap(octets, from, Math.min(step, octets.length - from));
                Optional<CgiResponse> response = reader.feed(part);
                if (response.isPresent()) {
                    check(response.get(), Seed.shown(0, output));
                    return "%d %s".formatted(part.position(), response.get());
                }
            }
            return "failure " + reader.ended(Optional.of(new ExitStatus.Exited(0)));
        } catch (CgiFailure e) {
            return "failure " + e;
        }
    }

    private static void check(CgiResponse response, String shown) {
        switch (response) {
            case CgiResponse.LocalRedirect redirect -> {
                String location = redirect.location();
                assertTrue(location.startsWith("/") && !location.startsWith("//"), shown);
                assertTrue(location.chars().allMatch(c -> c > ' ' && c < 0x7F), shown);
            }
            case CgiResponse.ToClient toClient -> {
                ResponseHead head = toClient.head();
                assertTrue(head.status() >= 200 && head.status() <= 599, shown);
                requireClean(head.reason(), shown);
                for (Field field : head.fields()) {
                    assertTrue(Field.isToken(field.name()), shown);
                    assertTrue(!NEVER.contains(field.name().toLowerCase(Locale.ROOT)), shown);
                    requireClean(field.value(), shown);
                }
                assertTrue(toClient.contentLength().orElse(0) >= 0, shown);
            }
        }
    }

    private static void requireClean(String text, String shown) {
        assertTrue(text.chars().allMatch(c -> c == '\t' || !Octets.isControl((char) c)), shown);
    }
}
