package dev.htbin.http;

/** Text in HTML. */
public final class Html {
    /** The {@code Content-Security-Policy} of pages that the server makes: no script, nothing loaded, a style in the page. */
    public static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'";

    private Html() {}

    /** Escapes a text so that it is only text, between tags and in a quoted attribute. */
    public static String escape(String text) {
        var escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#x27;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
