package dev.htbin.cgi;

/** The beginning of octets, made printable for one line of a log. */
final class Excerpt {
    private static final int LENGTH = 100;

    private Excerpt() {}

    /** Returns at most 100 octets of an octet string; what is not printable ASCII is escaped as {@code \xHH}. */
    static String of(String octets) {
        var text = new StringBuilder();
        for (int i = 0; i < Math.min(octets.length(), LENGTH); i++) {
            char c = octets.charAt(i);
            if (c >= 0x20 && c < 0x7F && c != '\\') {
                text.append(c);
            } else {
                text.append("\\x%02X".formatted((int) c));
            }
        }
        return octets.length() > LENGTH ? text + "..." : text.toString();
    }
}
