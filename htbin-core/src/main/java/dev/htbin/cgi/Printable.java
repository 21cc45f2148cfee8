package dev.htbin.cgi;

/** Makes text from scripts and clients fit for a log line: one line, no control characters. */
final class Printable {
    private Printable() {}

    /** Returns the text with each control character but the tab, and each line separator, as an escape such as {@code \x1b}. */
    static String of(String text) {
        StringBuilder escaped = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c == '\t' || (!Character.isISOControl(c) && c != '\u2028' && c != '\u2029');
            if (!plain && escaped == null) {
                escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (escaped != null) {
                if (plain) {
                    escaped.append(c);
                } else {
                    escaped.append(c < 0x100 ? "\\x%02x".formatted((int) c) : "\\u%04x".formatted((int) c));
                }
            }
        }
        return escaped == null ? text : escaped.toString();
    }
}
