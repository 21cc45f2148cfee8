package dev.htbin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlPathTest {
    // The vectors of CPython's test_url_collapse_path that are paths; what is collapsed there is what the names join to
    // here.
    @ParameterizedTest
    @CsvSource({
        "/, /",
        "//, /",
        "/\\, /\\",
        "/.//, /",
        "/cgi-bin/file1.py, /cgi-bin/file1.py",
        "/a, /a",
        "//a, /a",
        "/./a, /a",
        "/./C:/, /C:/",
        "/a/b, /a/b",
        "/a/b/, /a/b/",
        "/a/b/., /a/b/",
        "/a/b/c/.., /a/b/",
        "/a/b/c/../d, /a/b/d",
        "/a/b/c/../d/e/../f, /a/b/d/f",
        "/a/b/c/../d/e/../../f, /a/b/f",
        "/a/b/c/../d/e/../../../f, /a/f",
        "/a/b/c/../d/e/../../../../f, /f",
        "/a/b/c/../d/e/../../../../f/.., /",
        "/a/b/c/../d/e/../../../../f/../., /"
    })
    void collapsesAsPythonDoes(String raw, String collapsed) {
        UrlPath path = UrlPath.parse(raw);
        String joined = "/" + String.join("/", path.names());
        assertEquals(collapsed, path.directory() && !path.names().isEmpty() ? joined + "/" : joined);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "cgi-bin/file1.py",
                "*",
                "..",
                "/..",
                "/a/../..",
                "/a/%2e%2e/%2E./x",
                "/.%2e/x",
                "/a/b/c/../d/e/../../../../../f",
                "/%",
                "/%4",
                "/%zz",
                "/%4g",
                "/a%0ab",
                "/a%00",
                "/a%7F",
                "/%1b",
                "/a\tb",
                "/a\u0000b"
            })
    void refusesWhatIsNoPathWith400(String raw) {
        assertEquals(
                400, assertThrows(HttpException.class, () -> UrlPath.parse(raw)).status());
    }

    @ParameterizedTest
    @CsvSource({
        "/a%2Fb/c, a/b|c, /a/b/c",
        "/%63gi-bin/x, cgi-bin|x, /cgi-bin/x",
        "/%252e%252e/x, %2e%2e|x, /%2e%2e/x",
        "/a//b, a||b, /a//b",
        "/a///, a||, /a///",
        "/x/..%2f, x|../, /x/../",
        "/A%20b;p=1, A b;p=1, /A b;p=1"
    })
    void splitsFirstAndDecodesEachSegmentOnce(String raw, String segments, String decoded) {
        UrlPath path = UrlPath.parse(raw);
        assertEquals(List.of(segments.split("\\|", -1)), path.segments());
        assertEquals(decoded, path.decoded());
    }

    @Test
    void keepsOctetsThatAreNoUtf8() {
        assertEquals(List.of("\u00E9"), UrlPath.parse("/%E9").segments());
        assertEquals("/%E9/%C3%A4%20b", UrlPath.encode("/\u00E9/\u00C3\u00A4 b"));
    }

    @Test
    void aDotSegmentTakesAnEmptyOneAway() {
        assertEquals("/a/f", UrlPath.parse("/a//../f").decoded());
        assertEquals(
                "/a/b/d/f", UrlPath.parse("/a/b/c/../d/e/.././././..//../d/f").decoded());
    }

    @Test
    void anyInputIsRefusedOrHasNoDotSegmentAndSurvivesEncoding() {
        long seed = Long.getLong("htbin.seed", 20261122L);
        var random = new Random(seed);
        String[] pieces = {
            "/", "/", "/", ".", "..", "%2e", "%2F", "%", "a", "cgi-bin", "%00", "%E9", "\u00FF", " ", "%25"
        };
        for (int i = 0; i < 20_000; i++) {
            var raw = new StringBuilder("/");
            for (int n = random.nextInt(12); n > 0; n--) {
                raw.append(pieces[random.nextInt(pieces.length)]);
            }
            String shown = "seed %d, case %d: %s".formatted(seed, i, raw);
            UrlPath path;
            try {
                path = UrlPath.parse(raw.toString());
            } catch (HttpException e) {
                assertEquals(400, e.status(), shown);
                continue;
            }
            for (String segment : path.segments()) {
                assertTrue(!segment.equals(".") && !segment.equals(".."), shown);
                assertTrue(segment.chars().noneMatch(c -> Octets.isControl((char) c) || c > 0xFF), shown);
            }
            var again = new StringBuilder();
            path.segments()
                    .forEach(s -> again.append('/').append(UrlPath.encode(s).replace("/", "%2F")));
            again.append(path.directory() ? "/" : "");
            assertEquals(path, UrlPath.parse(again.toString()), shown);
        }
    }
}
