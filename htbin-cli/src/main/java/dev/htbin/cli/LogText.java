package dev.htbin.cli;

/** Makes texts safe to print on a terminal and into a log of lines. */
final class LogText {
    private LogText() {}

    /**
     * Escapes control characters (U+0000 to U+001F, U+007F to U+009F), line and paragraph separators and the controls of writing direction as
     * {@code \xNN} or <code>&#92;uNNNN</code>, so that no part of a request can forge a line or command a terminal.
     */
    static String escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUnsafe(text.charAt(i))) {
                return escapeFrom(i, text);
            }
        }
        return text;
    }

    private static String escapeFrom(int start, String text) {
        var escaped = new StringBuilder(text.length() + 16).append(text, 0, start);
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isUnsafe(c)) {
                escaped.append(c < 0x100 ? "\\x%02x".formatted((int) c) : "\\u%04x".formatted((int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static boolean isUnsafe(char c) {
        boolean control = c < 0x20 || (c >= 0x7F && c < 0xA0);
        boolean separator = c == 0x2028 || c == 0x2029;
        boolean direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        return control || separator || direction;
    }
}
