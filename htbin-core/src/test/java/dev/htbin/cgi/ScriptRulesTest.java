package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Profile;
import dev.htbin.process.Profile.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Table: which rule a script has. */
class ScriptRulesTest {
    private static final ScriptRules RULES = new ScriptRules(List.of(
            rule("/cgi-bin/a", Kind.STRICT),
            rule("", Kind.STANDARD),
            rule("/cgi-bin/a/open.sh", Kind.OPEN),
            rule("/cgi-bin", Kind.READONLY)));

    @ParameterizedTest
    @CsvSource({
        "/htbin/x, STANDARD",
        "/cgi-binx/x, STANDARD",
        "/cgi-bin/x, READONLY",
        "/cgi-bin/ab, READONLY",
        "/cgi-bin/a, STRICT",
        "/cgi-bin/a/x, STRICT",
        "/cgi-bin/a/open.sh, OPEN",
        "/cgi-bin/a/open.sh2, STRICT",
        "/cgi-bin/A/x, READONLY"
    })
    void theLongestPathOfWholeNamesCounts(String scriptName, Kind kind) {
        assertEquals(kind, RULES.of(scriptName).profile().kind());
    }

    @Test
    void theProfileOfAllComesFirst() {
        assertEquals(Kind.STANDARD, RULES.profiles().getFirst().kind());
        assertEquals(4, RULES.profiles().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cgi-bin", "/", "/cgi-bin/", "//x"})
    void refusesWhatIsNoPath(String path) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> rule(path, Kind.OPEN));
        assertTrue(String.valueOf(refusal.getMessage()).contains("'" + path + "'"));
    }

    @Test
    void refusesTwoRulesForOnePathAndNoneForAll() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new ScriptRules(List.of(rule("", Kind.OPEN), rule("", Kind.STRICT))));
        assertThrows(IllegalArgumentException.class, () -> new ScriptRules(List.of(rule("/x", Kind.OPEN))));
    }

    private static ScriptRule rule(String path, Kind kind) {
        return new ScriptRule(path, Profile.of(kind));
    }
}
