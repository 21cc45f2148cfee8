package dev.htbin.develop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.Cause;
import dev.htbin.cgi.Finding;
import dev.htbin.cgi.Kept;
import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.RunTimes;
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Request;
import dev.htbin.process.ExitStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RecordingTextTest {
    private static final Fields FIELDS = Fields.of(
            new Field("Host", "localhost"), new Field("Cookie", "a=secret"), new Field("X-A", "\u00ff\u0080"));

    private static RunReport run(Fields fields, Kept body) {
        return new RunReport(
                "0123456789abcdef",
                new Request("POST", "/cgi-bin/x?a=b&token=secret", HttpVersion.HTTP_1_1, fields),
                body,
                Optional.empty(),
                "nobody",
                OptionalLong.of(7),
                false,
                new Kept("Set-Cookie: s=secret\n\nhello\u0000\u00ff", 100),
                new Kept("oh no\n", 6),
                Optional.of(new ExitStatus.Exited(1)),
                Optional.empty(),
                Optional.empty(),
                new RunTimes(
                        Instant.EPOCH,
                        Optional.of(Duration.ofMillis(1)),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                Optional.of(new Finding(Cause.FAILED, "it failed")));
    }

    @Test
    void readsTheRequestThatWasRecordedWithItsSecretsMasked() throws Exception {
        String text = RecordingText.of(run(FIELDS, new Kept("\u0000\u00e9 body", 7)));
        assertFalse(text.contains("secret"), text);
        RecordingText.Recorded recorded = RecordingText.read(text);
        assertEquals("POST", recorded.request().method());
        assertEquals("/cgi-bin/x?a=b&token=********", recorded.request().target());
        assertEquals(FIELDS.with("Cookie", Secrets.MASK), recorded.request().fields());
        assertEquals(new Kept("\u0000\u00e9 body", 7), recorded.body());
        assertEquals("HTB-061", recorded.finding());
    }

    @Test
    void masksTheSecretsOfAForm() throws Exception {
        Fields form = Fields.of(new Field("Content-Type", "application/x-www-form-urlencoded"));
        String text = RecordingText.of(run(form, new Kept("name=Ada&password=secret", 24)));
        assertFalse(text.contains("secret"), text);
        assertEquals(
                "name=Ada&password=********", RecordingText.read(text).body().octets());
        assertTrue(RecordingText.read(text).body().whole());
    }

    @Test
    void tellsThatABodyIsNotWhole() throws Exception {
        RecordingText.Recorded recorded = RecordingText.read(RecordingText.of(run(FIELDS, new Kept("begin", 1000))));
        assertFalse(recorded.body().whole());
    }

    @Test
    void refusesEveryBeginningOfARecordingAndDamagedOnes() {
        String text = RecordingText.of(run(FIELDS, new Kept("abc", 3))).strip();
        for (int length = 0; length < text.length(); length++) {
            String beginning = text.substring(0, length);
            assertThrows(RecordingText.Damaged.class, () -> RecordingText.read(beginning));
        }
        for (String damage : new String[] {
            "\"POST\"", "\"htbin-recording-1\"", "\"/cgi-bin", "\"HTTP/1.1\"", "\"fields\"", "\"bytes\": 3", "\"Host\""
        }) {
            assertTrue(text.contains(damage), damage);
            String damaged = text.replace(damage, damage.startsWith("\"bytes\"") ? "\"bytes\": 2" : "\"\\n");
            assertThrows(RecordingText.Damaged.class, () -> RecordingText.read(damaged), damage);
        }
    }
}
