package dev.htbin.http;

import static java.util.Objects.requireNonNull;

/**
 * One header field.
 *
 * @param name the name as it came, a token; compared without regard to case
 * @param value the value as an octet string, without white space around it; never CR, LF or NUL
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-5 RFC 9110 section 5
 */
public record Field(String name, String value) {
    public Field {
        requireNonNull(name, "name");
        requireNonNull(value, "value");
        if (!isToken(name)) {
            throw new IllegalArgumentException(
                    "name: '%s' (expected: a token of RFC 9110 section 5.6.2)".formatted(name));
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\r' || c == '\n' || c == 0 || c > 0xFF) {
                throw new IllegalArgumentException(
                        "value of %s: char U+%04X at %d (expected: no CR, LF, NUL, nor a char above U+00FF)"
                                .formatted(name, (int) c, i));
            }
        }
    }

    /** Tells whether the field has this name, without regard to case. */
    public boolean is(String otherName) {
        return name.equalsIgnoreCase(otherName);
    }

    /**
     * Tells whether a string is a token: one or more of the letters, digits and {@code !#$%&'*+-.^_`|~}.
     *
     * @spec https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 RFC 9110 section 5.6.2
     */
    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
