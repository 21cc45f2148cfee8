package dev.htbin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {
    private static final Fields THREE =
            Fields.of(new Field("A", "1"), new Field("Set-Cookie", "x"), new Field("set-cookie", "y"));

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", "a\r", "\u00E9", "a(b", "a\"", "a/b", "[a]", "a\u0000"})
    void refusesNamesThatAreNoTokens(String name) {
        assertThrows(IllegalArgumentException.class, () -> new Field(name, "v"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "X-Foo_Bar.Baz", "!#$%&'*+-.^_`|~", "0"})
    void acceptsTokens(String name) {
        assertTrue(new Field(name, "").is(name.toUpperCase(java.util.Locale.ROOT)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r", "\nb", "\u0000", "\u0100"})
    void refusesValuesThatCouldSplitAResponse(String value) {
        assertThrows(IllegalArgumentException.class, () -> new Field("A", value));
    }

    @Test
    void findsFieldsWithoutRegardToCaseAndInOrder() {
        assertEquals(Optional.of("x"), THREE.first("SET-COOKIE"));
        assertEquals(List.of("x", "y"), THREE.all("Set-Cookie"));
        assertEquals(Optional.empty(), THREE.first("B"));
        assertTrue(THREE.contains("a"));
    }

    @Test
    void withReplacesInPlaceAndLeavesOne() {
        assertEquals(
                "[Field[name=A, value=1], Field[name=Set-Cookie, value=z]]",
                THREE.with("Set-Cookie", "z").toString());
        assertEquals(4, THREE.with("B", "2").size());
    }

    @Test
    void withoutRemovesAllOfAName() {
        assertEquals(Fields.of(new Field("A", "1")), THREE.without("SET-cookie"));
        assertSame(THREE, THREE.without("B"));
        assertEquals(3, THREE.size());
        assertFalse(Fields.empty().iterator().hasNext());
    }
}
