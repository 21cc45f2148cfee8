package dev.htbin.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.UrlPath;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Table: which requests a pattern means. */
class RequestPatternTest {
    private static final String REFS = "GET */info/refs?service=git-upload-pack";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*                    | PUT  | /a",
                "GET                  | GET  | /a",
                "GET                  | HEAD | /a",
                "GET,OPTIONS          | OPTIONS | /a",
                "*/b                  | PUT  | /a/b",
                "*/b/c                | PUT  | /a/b/c",
                "*/b                  | PUT  | /b",
                "?x=y                 | PUT  | /a?x=y",
                "?x=                  | PUT  | /a?x=",
                REFS + " | GET | /g/p.git/info/refs?service=git-upload-pack",
                REFS + " | GET | /g/p.git/info/refs?a&service=git-upload%2Dpack&b=c",
                "POST */git-upload-pack | POST | /g/p.git/git-upload-pack",
                "POST */git-upload-pack | POST | /g/p.git/%67it-upload-pack?service=x",
            })
    void means(String pattern, String method, String target) {
        assertTrue(matches(pattern, method, target));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET                  | POST | /a",
                "GET                  | get  | /a",
                "POST                 | HEAD | /a",
                "*/b                  | PUT  | /a/bb",
                "*/b                  | PUT  | /a/b/c",
                "*/b/c                | PUT  | /c",
                "*/b                  | PUT  | /a/B",
                "?x=y                 | PUT  | /a",
                "?x=y                 | PUT  | /a?x=yy",
                "?x=y                 | PUT  | /a?x",
                "?x=y                 | PUT  | /a?x=y&x=z",
                "?x=y                 | PUT  | /a?x=y&x=y",
                "?x=y                 | PUT  | /a?x=y&%78=z",
                "?x=y                 | PUT  | /a?x=y&X=z",
                "?x=y                 | PUT  | /a?x=y&+x=z",
                "?x=y                 | PUT  | /a?x=y&x",
                "?x=y                 | PUT  | /a?a=b;x=z&x=y",
                "?x=y                 | PUT  | /a?x=y%00",
                "?x=y                 | PUT  | /a?x=y&b=%zz",
                REFS + " | GET  | /g/p.git/info/refs",
                REFS + " | GET  | /g/p.git/info/refs?service=git-receive-pack",
                REFS + " | GET  | /g/p.git/info/refs?service=git-upload-pack&service=git-receive-pack",
                REFS + " | POST | /g/p.git/git-receive-pack?service=git-upload-pack",
                REFS + " | GET  | /g/p.git/HEAD?service=git-upload-pack",
                "POST */git-upload-pack | POST | /g/p.git/git-receive-pack",
                "POST */git-upload-pack | POST | /g/p.git/git-upload-pack/x",
            })
    void doesNotMean(String pattern, String method, String target) {
        assertEquals(false, matches(pattern, method, target));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "GET,",
                ",GET",
                "G T */x",
                "/a",
                "*/",
                "*//a",
                "*a",
                "GET*/a",
                "?",
                "?x",
                "?=y",
                "?x=y&a=b",
                "*/a?",
                "GET /a"
            })
    void refuses(String text) {
        assertTrue(RequestPattern.parse(text).isEmpty(), text);
    }

    private static boolean matches(String pattern, String method, String target) {
        int mark = target.indexOf('?');
        UrlPath path = UrlPath.parse(mark < 0 ? target : target.substring(0, mark));
        return RequestPattern.parse(pattern)
                .orElseThrow()
                .matches(method, path.names(), mark < 0 ? "" : target.substring(mark + 1));
    }
}
