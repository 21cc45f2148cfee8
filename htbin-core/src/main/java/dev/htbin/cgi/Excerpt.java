package dev.htbin.cgi;

/** The beginning of octets, made printable for one line of a log. */
final class Excerpt {
    private static final int LENGTH = 100;

    private Excerpt() {}

    /**
     * Returns what is around an octet, which stands between {@code >>>} and {@code <<<}.
     *
     * @param octets the line, an octet string
     * @param at which octet, from 0; beyond the end: the line's end
     */
    static String marked(String octets, int at) {
        int from = Math.max(0, at - LENGTH / 2);
        int mark = Math.min(at, octets.length());
        String octet = mark < octets.length() ? octets.substring(mark, mark + 1) : "\n";
        String rest = octets.substring(Math.min(octets.length(), mark + 1));
        return (from > 0 ? "..." : "") + of(octets.substring(from, mark)) + ">>>" + of(octet) + "<<<" + of(rest);
    }

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
