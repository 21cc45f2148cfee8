package dev.htbin.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * Octet strings: strings whose every char, 0 to 255, stands for one octet.
 *
 * <p>What a client sends is octets, not text, and reaches a script unchanged. An octet string carries it through Java without a decoder that could lose
 * or refuse a byte (Python's WSGI does the same, PEP 3333). Text, such as a file name, becomes an octet string as its UTF-8 form.
 */
public final class Octets {
    private Octets() {}

    /** Returns the UTF-8 form of a text as an octet string. */
    public static String ofText(String text) {
        return new String(requireNonNull(text, "text").getBytes(UTF_8), ISO_8859_1);
    }

    /** Returns the text whose UTF-8 form the octets are; octets that are no UTF-8 become U+FFFD. */
    public static String toText(String octets) {
        return new String(bytes(octets), UTF_8);
    }

    /** Tells whether the octets are well-formed UTF-8. */
    public static boolean isUtf8(String octets) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(octets)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /**
     * Returns the bytes of an octet string.
     *
     * @throws IllegalArgumentException if a char is above 255
     */
    public static byte[] bytes(String octets) {
        for (int i = 0; i < octets.length(); i++) {
            if (octets.charAt(i) > 0xFF) {
                throw new IllegalArgumentException(
                        "octets: char U+%04X at %d (expected: U+0000 to U+00FF)".formatted((int) octets.charAt(i), i));
            }
        }
        return octets.getBytes(ISO_8859_1);
    }

    /** Tells whether an octet is a control character: 0 to 31 or 127. */
    public static boolean isControl(char octet) {
        return octet < 0x20 || octet == 0x7F;
    }
}
