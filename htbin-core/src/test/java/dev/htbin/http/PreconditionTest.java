package dev.htbin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table of preconditions against a file with the tag "a" that was modified on 6 November 1994 at 08:49:37. */
class PreconditionTest {
    private static final Validators CURRENT = new Validators("\"a\"", Instant.parse("1994-11-06T08:49:37Z"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PROCEED|",
                "NOT_MODIFIED|If-None-Match: \"a\"",
                "NOT_MODIFIED|If-None-Match: W/\"a\"",
                "NOT_MODIFIED|If-None-Match: *",
                "NOT_MODIFIED|If-None-Match: \"b\", \"a\"",
                "NOT_MODIFIED|If-None-Match: \"b\" ,, W/\"a\"",
                "NOT_MODIFIED|If-None-Match: \"x,y\",\"a\"",
                "NOT_MODIFIED|If-None-Match: \"b\";If-None-Match: \"a\"",
                "PROCEED|If-None-Match: \"b\"",
                "PROCEED|If-None-Match: \"\"",
                "PROCEED|If-None-Match: a",
                "PROCEED|If-None-Match: \"b,\"a\"",
                "PROCEED|If-None-Match: w/\"a\"",
                "PROCEED|If-None-Match: \"A\"",
                "NOT_MODIFIED|If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
                "NOT_MODIFIED|If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT",
                "NOT_MODIFIED|If-Modified-Since: Sun Nov  6 08:49:37 1994",
                "NOT_MODIFIED|If-Modified-Since: Mon, 07 Nov 1994 08:49:37 GMT",
                "PROCEED|If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT",
                "PROCEED|If-Modified-Since: yesterday",
                "PROCEED|If-None-Match: \"b\";If-Modified-Since: Mon, 07 Nov 1994 08:49:37 GMT",
                "NOT_MODIFIED|If-None-Match: \"a\";If-Modified-Since: Sat, 05 Nov 1994 08:49:37 GMT",
                "PROCEED|If-Match: \"a\"",
                "PROCEED|If-Match: *",
                "PROCEED|If-Match: \"b\", \"a\"",
                "FAILED|If-Match: \"b\"",
                "FAILED|If-Match: W/\"a\"",
                "FAILED|If-Match: nonsense",
                "PROCEED|If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
                "FAILED|If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT",
                "PROCEED|If-Unmodified-Since: never",
                "PROCEED|If-Match: \"a\";If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT",
                "NOT_MODIFIED|If-Match: \"a\";If-None-Match: \"a\"",
                "FAILED|If-Match: \"b\";If-None-Match: \"a\"",
                "PROCEED|If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT;If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
                "PROCEED|If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT;If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT",
            })
    void followsTheOrderOfTheRfc(Precondition expected, @org.jspecify.annotations.Nullable String fields) {
        assertEquals(expected, Precondition.of(fields(fields), CURRENT));
    }

    @Test
    void weakTagNeverFulfilsIfMatch() {
        var weak = new Validators("W/\"a\"", CURRENT.lastModified());
        assertEquals(Precondition.FAILED, Precondition.of(fields("If-Match: W/\"a\""), weak));
        assertEquals(Precondition.FAILED, Precondition.of(fields("If-Match: \"a\""), weak));
        assertEquals(Precondition.NOT_MODIFIED, Precondition.of(fields("If-None-Match: \"a\""), weak));
    }

    static Fields fields(@org.jspecify.annotations.Nullable String text) {
        var fields = new ArrayList<Field>();
        for (String line : text == null ? List.<String>of() : List.of(text.split(";", -1))) {
            int colon = line.indexOf(':');
            fields.add(new Field(
                    line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return Fields.of(fields);
    }
}
