package dev.htbin.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Request;
import dev.htbin.http.Seed;
import dev.htbin.json.JsonReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Table: the forms of a record, and that nothing in a request makes two of one. */
class AccessFormatTest {
    private static final int CASES = 2000;
    private static final Fields FIELDS =
            Fields.of(new Field("Referer", "http://a/\"b\""), new Field("User-Agent", "curl/8"));

    @Test
    void isAsApacheHasIt() {
        RequestReport report = report("alice", "/a?b=\"c\"", FIELDS, 200, 12);
        String line = AccessFormat.COMMON.line(report);
        assertTrue(
                line.matches(
                        "192\\.0\\.2\\.7 - alice \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}] \"GET /a\\?b=\\\\\"c\\\\\" HTTP/1.1\" 200 12"),
                line);
        assertEquals(line + " \"http://a/\\\"b\\\"\" \"curl/8\"", AccessFormat.COMBINED.line(report));
        String empty = AccessFormat.COMBINED.line(report("", "/", Fields.empty(), 304, 0));
        assertTrue(empty.contains(" - - [") && empty.endsWith(" 304 - \"-\" \"-\""), empty);
    }

    @Test
    void aNameOfAUserIsOneWord() {
        String line = AccessFormat.COMMON.line(report("a b] \"c\n", "/", Fields.empty(), 200, 1));
        assertTrue(line.startsWith("192.0.2.7 - a\\x20b]\\x20\\\"c\\x0a ["), line);
    }

    @Test
    void saysThatThereWasNoResponseAsNginxDoes() {
        String line = AccessFormat.COMMON.line(report("", "/", Fields.empty(), 0, 0));
        assertTrue(line.endsWith(" 499 -"), line);
    }

    @Test
    void isJsonWithWhatIsKnown() throws Exception {
        Fields traced = FIELDS.plus("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        Map<?, ?> members = members(report("\u00c3\u00a4", "/a", traced, 200, 12));
        assertEquals("2026-11-22T21:00:00Z", members.get("time"));
        assertEquals("\u00e4", members.get("user"));
        assertEquals("GET", members.get("method"));
        assertEquals("/a", members.get("target"));
        assertEquals("HTTP/1.1", members.get("version"));
        assertEquals(200L, members.get("status"));
        assertEquals(12L, members.get("octets"));
        assertEquals("0af7651916cd43dd8448eb211c80319c", members.get("trace_id"));
        assertTrue(AccessFormat.JSON.line(report("", "/", traced, 200, 1)).contains("\"duration_ms\":1.500"));
    }

    @ParameterizedTest
    @EnumSource(AccessFormat.class)
    void aRecordIsOneLineOfAsciiOrText(AccessFormat format) throws Exception {
        Random random = Seed.random(AccessFormatTest.class, CASES);
        for (int i = 0; i < CASES; i++) {
            String junk = octets(random);
            Fields fields = Fields.of(new Field("User-Agent", "x" + junk.replaceAll("[\\x00-\\x1f\\x7f]", "")));
            RequestReport report = report(junk, "/" + junk, fields, 200, 1);
            String line = format.line(report);
            assertTrue(line.chars().noneMatch(c -> c < 0x20 || (c >= 0x7F && c < 0xA0)), line);
            if (format == AccessFormat.JSON) {
                assertEquals("192.0.2.7", members(report).get("client"));
            } else {
                assertTrue(line.chars().allMatch(c -> c < 0x7F), line);
                String bare = line.replaceAll("\\\\.", "");
                assertEquals(
                        format == AccessFormat.COMMON ? 2 : 6,
                        bare.chars().filter(c -> c == '"').count(),
                        line);
            }
        }
    }

    private static Map<?, ?> members(RequestReport report) throws Exception {
        return (Map<?, ?>) JsonReader.read(AccessFormat.JSON.line(report));
    }

    private static String octets(Random random) {
        var octets = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            octets.append((char) (random.nextBoolean() ? random.nextInt(0x30) : random.nextInt(0x100)));
        }
        return octets.toString();
    }

    private static RequestReport report(String user, String target, Fields fields, int status, long octets) {
        return new RequestReport(
                Instant.parse("2026-11-22T21:00:00Z"),
                Duration.ofNanos(1_500_000),
                "192.0.2.7",
                user,
                "GET " + target + " HTTP/1.1",
                Optional.of(new Request("GET", target, HttpVersion.HTTP_1_1, fields)),
                status,
                octets,
                false,
                "",
                Optional.empty());
    }
}
