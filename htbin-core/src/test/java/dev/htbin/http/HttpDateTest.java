package dev.htbin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Table of dates. */
class HttpDateTest {
    private static final Instant NOW = Instant.parse("2026-11-22T22:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sun, 06 Nov 1994 08:49:37 GMT|1994-11-06T08:49:37Z",
                "Sunday, 06-Nov-94 08:49:37 GMT|1994-11-06T08:49:37Z",
                "Sun Nov  6 08:49:37 1994|1994-11-06T08:49:37Z",
                "Wed Nov 16 08:49:37 1994|1994-11-16T08:49:37Z",
                "Thu, 29 Feb 2024 00:00:00 GMT|2024-02-29T00:00:00Z",
                "Wednesday, 01-Jan-70 00:00:00 GMT|2070-01-01T00:00:00Z",
                "Thursday, 01-Jan-26 00:00:00 GMT|2026-01-01T00:00:00Z",
                "Saturday, 01-Jan-77 00:00:00 GMT|1977-01-01T00:00:00Z"
            })
    void readsTheThreeForms(String text, Instant expected) {
        assertEquals(Optional.of(expected), HttpDate.parse(text, NOW));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "now",
                "1994-11-06T08:49:37Z",
                "Sun, 06 Nov 1994 08:49:37",
                "Sun, 06 Nov 1994 08:49:37 +0000",
                "Sun, 6 Nov 1994 08:49:37 GMT",
                "Mon, 06 Nov 1994 08:49:37 GMT",
                "Wed, 30 Feb 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 24:00:00 GMT",
                "sun, 06 nov 1994 08:49:37 gmt",
                "Sun, 06 Nov 94 08:49:37 GMT"
            })
    void refusesWhatIsNoHttpDate(String text) {
        assertEquals(Optional.empty(), HttpDate.parse(text, NOW));
    }

    @Test
    void writesTheFixedForm() {
        assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", HttpDate.format(Instant.parse("1994-11-06T08:49:37.999Z")));
    }

    @Test
    void readsBackWhatItWrites() {
        assertEquals(Optional.of(NOW), HttpDate.parse(HttpDate.format(NOW), NOW));
    }
}
