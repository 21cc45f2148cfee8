package dev.htbin.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.htbin.http.Fields;
import dev.htbin.http.Validators;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table of ranges of a file of 10 octets; "whole" is 200, "none" 416, the others 206. */
class RangeSelectionTest {
    private static final Validators CURRENT = new Validators("\"a\"", Instant.parse("1994-11-06T08:49:37Z"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=0-4|0-4",
                "bytes=0-0|0-0",
                "bytes=9-9|9-9",
                "bytes=5-|5-9",
                "bytes=5-100|5-9",
                "bytes=-3|7-9",
                "bytes=-100|0-9",
                "bytes=0-|0-9",
                "BYTES=0-4|0-4",
                "bytes= 0-4 |0-4",
                "bytes=,0-4,|0-4",
                "bytes=00000000000000000000000000000001-2|1-2",
                "bytes=0-99999999999999999999|0-9",
                "bytes=0-4,5-9|0-9",
                "bytes=5-9,0-4|0-9",
                "bytes=0-5,3-7|0-7",
                "bytes=0-4,100-|0-4",
                "bytes=0-1,-1|whole",
                "bytes=0-0,2-2|whole",
                "bytes=10-|none",
                "bytes=10-20|none",
                "bytes=-0|none",
                "bytes=99999999999999999999-|none",
                "bytes=20-30,40-50|none",
                "bytes=|whole",
                "bytes=-|whole",
                "bytes=4-2|whole",
                "bytes=a-b|whole",
                "bytes=1|whole",
                "bytes=--1|whole",
                "bytes=1-2-3|whole",
                "bytes 0-4|whole",
                "items=0-4|whole",
                "bytes=0-4,x|whole",
                "bytes=0x1-2|whole",
                "bytes=+1-2|whole",
                "bytes =0-4|whole",
                "0-4|whole",
                "bytes=1 - 2|whole"
            })
    void selects(String range, String expected) {
        assertEquals(expected, select(Fields.empty().plus("Range", range), 10));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"a\"|0-4",
                "\"b\"|whole",
                "W/\"a\"|whole",
                "Sun, 06 Nov 1994 08:49:37 GMT|0-4",
                "Sun, 06 Nov 1994 08:49:38 GMT|whole",
                "Sun, 06 Nov 1994 08:49:36 GMT|whole",
                "nonsense|whole",
            })
    void holdsToIfRange(String ifRange, String expected) {
        assertEquals(expected, select(Fields.empty().plus("Range", "bytes=0-4").plus("If-Range", ifRange), 10));
    }

    @Test
    void twoRangeFieldsAreIgnored() {
        assertEquals("whole", select(Fields.empty().plus("Range", "bytes=0-4").plus("Range", "bytes=0-4"), 10));
    }

    @Test
    void emptyFileHasNoPart() {
        assertEquals("none", select(Fields.empty().plus("Range", "bytes=0-"), 0));
        assertEquals("whole", select(Fields.empty().plus("Range", "bytes=-1"), 0));
    }

    @Test
    void manyRangesGetTheWholeFile() {
        String range = "bytes=" + "0-,".repeat(1000) + "0-";
        assertEquals("whole", select(Fields.empty().plus("Range", range), 10));
    }

    private static String select(Fields request, long bytes) {
        return switch (RangeSelection.of(request, CURRENT, bytes)) {
            case RangeSelection.Whole() -> "whole";
            case RangeSelection.Part(long first, long last) -> first + "-" + last;
            case RangeSelection.Unsatisfiable() -> "none";
        };
    }
}
