package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.htbin.http.Fields;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Request;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
    @ParameterizedTest
    @CsvSource({
        "a, a",
        "a+b, a|b",
        "a%20b+c, a b|c",
        "a%2Bb, a+b",
        "a%3Db+c, a=b|c",
        "ls(1), ls(1)",
        "a-b+c-, a-b|c-",
        "x%C3%A4, x\u00C3\u00A4",
        "%C3%A9, \u00C3\u00A9",
        "%E9, \u00E9",
        "$(id)+;ls+`x`, $(id)|;ls|`x`"
    })
    void aQueryWithoutEqualsSignBecomesWords(String query, String words) {
        assertEquals(List.of(words.split("\\|")), words("GET", query));
        assertEquals(List.of(words.split("\\|")), words("HEAD", query));
        assertEquals(List.of(), words("POST", query));
        assertEquals(List.of(), words("get", query));
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "a=b",
        "a+b=c",
        "=",
        "-s",
        "a+-s",
        "%2ds",
        "-d+allow_url_include%3d1",
        "%ADs",
        "a+%ADd",
        "\u00ADs",
        "%E2%80%90s",
        "%E2%88%92s",
        "%EF%BC%8Ds",
        "%96s",
        "a+%00",
        "a%0ab",
        "%",
        "a+%4",
        "a+%zz",
        "+",
        "a+",
        "+a",
        "a++b",
        "a%7F",
        "%09"
    })
    void allWordsOrNone(String query) {
        assertEquals(List.of(), words("GET", query));
    }

    @Test
    void neverMoreThanAnOperatingSystemTakes() {
        assertEquals(1, words("GET", "a".repeat(CommandLine.MAX_OCTETS)).size());
        assertEquals(List.of(), words("GET", "a".repeat(CommandLine.MAX_OCTETS + 1)));
    }

    private static List<String> words(String method, String query) {
        return CommandLine.wordsOf(new Request(method, "/x?" + query, HttpVersion.HTTP_1_1, Fields.empty()));
    }
}
