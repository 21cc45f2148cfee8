package dev.htbin.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Table of patterns. */
class CacheRulesTest {
    @ParameterizedTest
    @CsvSource({
        "*.css, a.css, true",
        "*.css, dir/a.css, true",
        "*.css, a.css.map, false",
        "*.css, acss, false",
        "a?.js, ab.js, true",
        "a?.js, a/.js, false",
        "static/*, static/a, true",
        "/static/*, static/a, true",
        "static/*, static/a/b, false",
        "static/*, x/static/a, false",
        "static/**, static/a/b, true",
        "**, a/b/c, true",
        "**/x.js, x.js, true",
        "**/x.js, a/b/x.js, true",
        "**/x.js, a/bx.js, false",
        "'a[b].js', a[b].js, true",
        "'a[b].js', ab.js, false",
        "'a{b,c}', ab, false",
        "a+b, aab, false",
    })
    void matches(String glob, String path, boolean matches) {
        assertEquals(
                matches ? "x" : "",
                CacheRules.none().plus(new CacheRule(glob, "x")).valueFor(path));
    }

    @Test
    void firstRuleCounts() {
        CacheRules rules = CacheRules.none().plus(new CacheRule("*.html", "")).plus(new CacheRule("**", "max-age=60"));
        assertEquals("", rules.valueFor("a.html"));
        assertEquals("max-age=60", rules.valueFor("a.txt"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb: c", "\u00e9", "a\u0000", "a\tb"})
    void refusesValuesThatAreNoField(String value) {
        var e = assertThrows(IllegalArgumentException.class, () -> new CacheRule("*", value));
        assertTrue(String.valueOf(e.getMessage()).contains("expected: printable ASCII"), e.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/"})
    void refusesPatternsOfNothing(String glob) {
        assertThrows(IllegalArgumentException.class, () -> new CacheRule(glob, "x"));
    }
}
