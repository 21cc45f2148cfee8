package dev.htbin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table of weights, in thousandths. */
class PreferencesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip|1000",
                "GZIP|1000",
                "br, gzip;q=0.5|500",
                "gzip ; q=0.125|125",
                "gzip;Q=0.5|500",
                "gzip;q=0|0",
                "gzip;q=0.000|0",
                "gzip;q=1.000|1000",
                "gzip;q=1.|1000",
                "br|0",
                "*|1000",
                "*;q=0.1|100",
                "gzip;q=0, *|0",
                "gzip;q=2|0",
                "gzip;q=-1|0",
                "gzip;q=0.1234|0",
                "gzip;q=|0",
                "gzip;q=nan|0",
                "gzip;x=y|1000",
                "gzip;q=0.2, gzip;q=0.7|700",
                ",,gzip,|1000",
                "gzipped|0",
            })
    void readsWeightsOfCodings(String value, int weight) {
        assertEquals(weight, Preferences.of(List.of(value)).coding("gzip"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/html|1000",
                "text/*;q=0.5|500",
                "*/*;q=0.1|100",
                "text/*;q=0.5, */*|500",
                "text/html;q=0.3, text/*;q=0.5|300",
                "text/html;level=1;q=0.4|400",
                "application/json|0",
            })
    void readsWeightsOfMediaTypes(String value, int weight) {
        assertEquals(weight, Preferences.of(List.of(value)).mediaType("text/html"));
    }

    @Test
    void looksAtSixtyFourNamesOnly() {
        var many = new StringBuilder();
        for (int i = 0; i < 64; i++) {
            many.append('x').append(i).append(',');
        }
        assertEquals(0, Preferences.of(List.of(many + "gzip")).coding("gzip"));
        assertEquals(0, Preferences.of(List.of(many.toString(), "gzip")).coding("gzip"));
    }

    @Test
    void readsAllFieldsOfTheName() {
        assertEquals(500, Preferences.of(List.of("br", "gzip;q=0.5")).coding("gzip"));
        assertEquals(0, Preferences.of(List.of()).coding("gzip"));
    }
}
