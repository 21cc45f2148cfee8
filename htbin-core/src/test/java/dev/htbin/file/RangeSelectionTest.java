package dev.htbin.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.htbin.http.Fields;
import dev.htbin.http.Seed;
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
                "bytes=0-1,-1|0-9",
                "bytes=0-0,2-2|0-2",
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=0-1,500-501|0-1 500-501",
                "bytes=500-501,0-1|500-501 0-1",
                "bytes=0-1,-2|0-1 998-999",
                "bytes=0-1,500-501,0-0|0-1 500-501",
                "bytes=500-501,0-9,5-20|500-501 0-20",
                "bytes=0-9,500-501,8-495|0-501",
                "bytes=0-1,81-82|0-82",
                "bytes=0-1,82-83|0-1 82-83",
                "bytes=0-1,2000-|0-1",
                "bytes=0-400,500-999|whole",
                "bytes=0-99,200-299,400-499,600-699,800-899|0-99 200-299 400-499 600-699 800-899",
                "bytes=0-119,200-319,400-519,600-719,800-919|whole",
                "bytes=0-1,500-501,x|whole",
            })
    void selectsSeveralParts(String range, String expected) {
        assertEquals(expected, select(Fields.empty().plus("Range", range), 1000));
    }

    @Test
    void moreThanSixteenPartsGetTheWholeFile() {
        var ranges = new StringBuilder("bytes=0-0");
        for (int i = 1; i < RangeSelection.MAX_PARTS; i++) {
            ranges.append(',').append(i * 1000).append('-').append(i * 1000);
        }
        assertEquals(
                RangeSelection.MAX_PARTS,
                select(Fields.empty().plus("Range", ranges.toString()), 1_000_000)
                        .split(" ", -1)
                        .length);
        ranges.append(",900000-900000");
        assertEquals("whole", select(Fields.empty().plus("Range", ranges.toString()), 1_000_000));
    }

    /** Whatever is asked for: never more octets than the file has, every octet that is asked for, none twice. */
    @Test
    void partsOfRandomRangesCoverWhatIsAskedForOnce() {
        var random = Seed.random(RangeSelectionTest.class, 5_000);
        for (int turn = 0; turn < 5_000; turn++) {
            int bytes = 1 + random.nextInt(3000);
            var wanted = new java.util.BitSet();
            var ranges = new StringBuilder("bytes=");
            int count = 1 + random.nextInt(8);
            for (int i = 0; i < count; i++) {
                int first = random.nextInt(bytes);
                int last = first + random.nextInt(1 + random.nextInt(300));
                wanted.set(first, Math.min(last + 1, bytes));
                ranges.append(i == 0 ? "" : ",").append(first).append('-').append(last);
            }
            String selected = select(Fields.empty().plus("Range", ranges.toString()), bytes);
            if (selected.equals("whole")) {
                continue;
            }
            var covered = new java.util.BitSet();
            int sum = 0;
            for (String part : selected.split(" ", -1)) {
                int dash = part.indexOf('-');
                int first = Integer.parseInt(part.substring(0, dash));
                int last = Integer.parseInt(part.substring(dash + 1));
                covered.set(first, last + 1);
                sum += last + 1 - first;
            }
            assertEquals(covered.cardinality(), sum, ranges + " of " + bytes);
            wanted.andNot(covered);
            assertEquals(0, wanted.cardinality(), ranges + " of " + bytes);
        }
    }

    @Test
    void dateOfThisVerySecondIsNoValidatorForARange() {
        Fields request = Fields.empty().plus("Range", "bytes=0-4").plus("If-Range", "Sun, 06 Nov 1994 08:49:37 GMT");
        Instant modified = CURRENT.lastModified();
        assertEquals(new RangeSelection.Whole(), RangeSelection.of(request, CURRENT, 10, modified.plusMillis(999)));
        assertEquals(new RangeSelection.Part(0, 4), RangeSelection.of(request, CURRENT, 10, modified.plusSeconds(1)));
    }

    @Test
    void weakTagIsNoValidatorForARange() {
        var weak = new Validators("W/\"a\"", CURRENT.lastModified());
        Fields request = Fields.empty().plus("Range", "bytes=0-4").plus("If-Range", "W/\"a\"");
        assertEquals(new RangeSelection.Whole(), RangeSelection.of(request, weak, 10));
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
            case RangeSelection.Parts(var parts) ->
                parts.stream()
                        .map(part -> part.first() + "-" + part.last())
                        .collect(java.util.stream.Collectors.joining(" "));
            case RangeSelection.Unsatisfiable() -> "none";
        };
    }
}
