package dev.htbin.json;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes values as JSON, indented, members in their order. */
public final class JsonWriter {
    private static final String INDENT = "  ";

    private JsonWriter() {}

    /**
     * Returns a value as a JSON text.
     *
     * @param value a {@code Map} with strings as keys, a {@code List}, a string, a number, a boolean, or an {@code Optional} of one, which is null when it is empty
     * @throws IllegalArgumentException if it is anything else
     * @spec https://www.rfc-editor.org/rfc/rfc8259 RFC 8259
     */
    public static String text(Object value) {
        var text = new StringBuilder();
        write(value, "\n", text);
        return text.append('\n').toString();
    }

    private static void write(Object value, String line, StringBuilder text) {
        switch (value) {
            case Map<?, ?> map -> writeMembers(map, line, text);
            case List<?> list -> writeElements(list, line, text);
            case String string -> writeString(string, text);
            case Number number -> text.append(number);
            case Boolean truth -> text.append(truth);
            case Optional<?> optional -> {
                if (optional.isPresent()) {
                    write(optional.get(), line, text);
                } else {
                    text.append("null");
                }
            }
            case OptionalLong number -> text.append(number.isPresent() ? "" + number.getAsLong() : "null");
            default -> throw new IllegalArgumentException("value: %s (expected: one of JSON's)".formatted(value));
        }
    }

    private static void writeMembers(Map<?, ?> map, String line, StringBuilder text) {
        if (map.isEmpty()) {
            text.append("{}");
            return;
        }
        String separator = "{";
        for (Map.Entry<?, ?> member : map.entrySet()) {
            text.append(separator).append(line).append(INDENT);
            writeString(member.getKey().toString(), text);
            text.append(": ");
            write(member.getValue(), line + INDENT, text);
            separator = ",";
        }
        text.append(line).append('}');
    }

    private static void writeElements(List<?> list, String line, StringBuilder text) {
        if (list.isEmpty()) {
            text.append("[]");
            return;
        }
        String separator = "[";
        for (Object element : list) {
            text.append(separator).append(line).append(INDENT);
            write(element, line + INDENT, text);
            separator = ",";
        }
        text.append(line).append(']');
    }

    private static void writeString(String string, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    // Also what a terminal would act on, and lone surrogates.
                    boolean plain = (c >= 0x20 && c < 0x7F)
                            || (c >= 0xA0 && !Character.isSurrogate(c) && c != '\u2028' && c != '\u2029');
                    boolean pair = Character.isHighSurrogate(c)
                            && i + 1 < string.length()
                            && Character.isLowSurrogate(string.charAt(i + 1));
                    if (pair) {
                        text.append(c).append(string.charAt(++i));
                    } else if (plain) {
                        text.append(c);
                    } else {
                        text.append("\\u%04x".formatted((int) c));
                    }
                }
            }
        }
        text.append('"');
    }
}
