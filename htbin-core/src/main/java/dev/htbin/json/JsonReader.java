package dev.htbin.json;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads JSON texts, strictly: objects as maps, arrays as lists, whole numbers as {@code Long}, others as {@code Double}, null as an empty {@code Optional}. */
public final class JsonReader {
    private static final int DEEPEST = 64;

    private final String text;
    private int at;
    private int depth;

    private JsonReader(String text) {
        this.text = requireNonNull(text, "text");
    }

    /** A text that is not JSON. The message says where and what was expected. */
    public static final class JsonException extends Exception {
        private static final long serialVersionUID = 1L;

        JsonException(String message) {
            super(message);
        }
    }

    /**
     * Reads a text that is one value.
     *
     * @throws JsonException if it is not
     * @spec https://www.rfc-editor.org/rfc/rfc8259 RFC 8259
     */
    public static Object read(String text) throws JsonException {
        var reader = new JsonReader(text);
        Object value = reader.value();
        reader.blanks();
        if (reader.at < text.length()) {
            throw reader.unexpected("the end");
        }
        return value;
    }

    private Object value() throws JsonException {
        blanks();
        if (++depth > DEEPEST) {
            throw unexpected("at most " + DEEPEST + " levels");
        }
        Object value = switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", Optional.empty());
            default -> number();
        };
        depth--;
        return value;
    }

    private Map<String, Object> object() throws JsonException {
        var members = new LinkedHashMap<String, Object>();
        expect('{');
        blanks();
        if (peek() == '}') {
            at++;
            return members;
        }
        while (true) {
            blanks();
            if (peek() != '"') {
                throw unexpected("a name in quotes");
            }
            String name = string();
            blanks();
            expect(':');
            if (members.put(name, value()) != null) {
                throw unexpected("the name '" + name + "' once");
            }
            blanks();
            if (peek() == '}') {
                at++;
                return members;
            }
            expect(',');
        }
    }

    private List<Object> array() throws JsonException {
        var elements = new ArrayList<Object>();
        expect('[');
        blanks();
        if (peek() == ']') {
            at++;
            return elements;
        }
        while (true) {
            elements.add(value());
            blanks();
            if (peek() == ']') {
                at++;
                return elements;
            }
            expect(',');
        }
    }

    private String string() throws JsonException {
        expect('"');
        var string = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return string.toString();
            }
            if (c < 0x20) {
                throw unexpected("no control character in a string");
            }
            string.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws JsonException {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = Character.digit(next(), 16);
                    if (digit < 0) {
                        throw unexpected("four hexadecimal digits");
                    }
                    code = code << 4 | digit;
                }
                yield (char) code;
            }
            default -> throw unexpected("an escape");
        };
    }

    private Object number() throws JsonException {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String number = text.substring(start, at);
        if (number.matches("-?(0|[1-9][0-9]{0,17})")) {
            return Long.parseLong(number);
        }
        if (number.matches("-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")) {
            return Double.parseDouble(number);
        }
        at = start;
        throw unexpected("a value");
    }

    private Object word(String word, Object value) throws JsonException {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
        return value;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() throws JsonException {
        if (at >= text.length()) {
            throw unexpected("more");
        }
        return text.charAt(at);
    }

    private char next() throws JsonException {
        char c = peek();
        at++;
        return c;
    }

    private void expect(char c) throws JsonException {
        if (peek() != c) {
            throw unexpected("'" + c + "'");
        }
        at++;
    }

    private JsonException unexpected(String expected) {
        return new JsonException(
                at >= text.length()
                        ? "it ends at character %d (expected: %s)".formatted(at, expected)
                        : "character %d (expected: %s)".formatted(at, expected));
    }
}
