package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Engine contract, over sockets: random mutations of valid requests. Whatever comes, each answer is whole and none is 500, or the connection closes; and the server lives on. */
class RandomRequestsTest {
    private static final int CASES = 4_000;
    private static final long SEED = Long.getLong("htbin.seed", 20261122L);
    private static final String GOOD = "GET /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([0-9]{3}) [^\r\n]*\r\n");
    private static final List<String> REQUESTS = List.of(
            "GET /a/b?c=d HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nCookie: x=y\r\n\r\n",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "HEAD /a HTTP/1.1\r\nHost: a:80\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
            "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nT: u\r\n\r\n");
    private static final String[] PIECES = {
        "\r",
        "\n",
        "\r\n",
        "\r\n\r\n",
        " ",
        "\t",
        ":",
        ",",
        ";",
        "\0",
        "\u007f",
        "\u00ff",
        "/",
        "..",
        "%",
        "%00",
        "%2f",
        "?",
        "#",
        "0",
        "-1",
        "+3",
        "9999999999999999999",
        "chunked",
        "Content-Length: 3\r\n",
        "Content-Length: 4\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Host: b\r\n",
        "Connection: close\r\n",
        "Upgrade: h2c\r\n",
        "Expect: 100-continue\r\n",
        "HTTP/1.1",
        "HTTP/2.0",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    };

    private static final HttpHandler ECHO = exchange -> {
        int length = exchange.requestBody().readAllBytes().length;
        exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(("" + length).getBytes(ISO_8859_1)));
    };

    @Test
    @Timeout(120)
    @SuppressWarnings("SystemOut") // it has to be seen in the build's output
    void noneEndsTheServerOrIsAnsweredWith500() throws IOException {
        System.out.println("RandomRequestsTest: %d cases of seed %d (-Dhtbin.seed sets it)".formatted(CASES, SEED));
        var random = new Random(SEED);
        var config = EngineConfig.defaults().withIdleTimeout(Duration.ofSeconds(5));
        int[] statuses = new int[600];
        try (var server = HttpServer.start(HttpServerTest.ANYWHERE, ECHO, config)) {
            for (int i = 0; i < CASES; i++) {
                String request = mutated(random);
                String shown = "seed %d, case %d: %s"
                        .formatted(SEED, i, request.replace("\r", "\\r").replace("\n", "\\n"));
                check(answer(server, request), statuses, shown);
                if (i % 20 == 0) {
                    assertTrue(RawClient.exchange(server, GOOD).startsWith("HTTP/1.1 200 "), shown);
                }
            }
            assertTrue(RawClient.exchange(server, GOOD).startsWith("HTTP/1.1 200 "));
        }
        assertTrue(statuses[200] > CASES / 10, "200: " + statuses[200]);
        assertTrue(statuses[400] > CASES / 10, "400: " + statuses[400]);
    }

    private static String answer(HttpServer server, String request) {
        try {
            return RawClient.exchange(server, request);
        } catch (UncheckedIOException e) {
            // The connection was reset: what the server did not want was on its way still.
            return "";
        }
    }

    private static void check(String answer, int[] statuses, String shown) {
        boolean http2 = answer.startsWith("\0") && shown.contains("PRI * HTTP/2.0");
        if (answer.isEmpty() || http2) {
            return;
        }
        Matcher line = STATUS_LINE.matcher(answer);
        assertTrue(line.lookingAt(), () -> shown + "\n" + answer);
        line.reset();
        while (line.find()) {
            int status = Integer.parseInt(line.group(1));
            assertTrue(status == 501 || status == 505 || status < 500, () -> shown + "\n" + answer);
            statuses[status]++;
        }
    }

    private static String mutated(Random random) {
        var request = new StringBuilder(REQUESTS.get(random.nextInt(REQUESTS.size())));
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(request.length());
            int end = Math.min(request.length(), at + 1 + random.nextInt(6));
            switch (random.nextInt(6)) {
                case 0 -> request.delete(at, end).append(" ");
                case 1 -> request.setCharAt(at, (char) random.nextInt(256));
                case 2 -> request.insert(at, request.substring(at, end));
                case 3 -> request.setLength(Math.max(1, at));
                default -> request.insert(at, PIECES[random.nextInt(PIECES.length)]);
            }
        }
        return request.toString();
    }
}
