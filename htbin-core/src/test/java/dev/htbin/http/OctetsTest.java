package dev.htbin.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OctetsTest {
    @Test
    void textBecomesItsUtf8OctetsAndComesBack() {
        assertEquals("\u00C3\u00A4\u00F0\u009F\u0098\u0080", Octets.ofText("\u00E4\uD83D\uDE00"));
        assertEquals("\u00E4\uD83D\uDE00", Octets.toText(Octets.ofText("\u00E4\uD83D\uDE00")));
    }

    @Test
    void everyOctetSurvives() {
        var all = new StringBuilder();
        var bytes = new byte[256];
        for (int i = 0; i < 256; i++) {
            all.append((char) i);
            bytes[i] = (byte) i;
        }
        assertArrayEquals(bytes, Octets.bytes(all.toString()));
    }

    @Test
    void refusesCharsThatAreNoOctets() {
        var e = assertThrows(IllegalArgumentException.class, () -> Octets.bytes("a\u0100"));
        assertEquals("octets: char U+0100 at 1 (expected: U+0000 to U+00FF)", e.getMessage());
    }

    @Test
    void tellsUtf8FromOtherOctets() {
        assertTrue(Octets.isUtf8("plain"));
        assertTrue(Octets.isUtf8("\u00C3\u00A9"));
        assertFalse(Octets.isUtf8("\u00E9"));
        assertFalse(Octets.isUtf8("\u00C0\u00AF"), "an overlong slash");
        assertFalse(Octets.isUtf8("\u00ED\u00A0\u0080"), "a surrogate");
    }

    @Test
    void controlsAreBelowSpaceAndDelete() {
        assertTrue(Octets.isControl('\t') && Octets.isControl('\u001F') && Octets.isControl('\u007F'));
        assertFalse(Octets.isControl(' ') || Octets.isControl('~') || Octets.isControl('\u0085'));
    }
}
