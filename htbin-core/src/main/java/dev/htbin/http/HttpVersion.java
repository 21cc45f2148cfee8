package dev.htbin.http;

/** A version of HTTP that a request can have. */
public enum HttpVersion {
    HTTP_1_0("HTTP/1.0"),
    HTTP_1_1("HTTP/1.1"),
    HTTP_2("HTTP/2.0");

    private final String text;

    HttpVersion(String text) {
        this.text = text;
    }

    /** Returns the version as {@code SERVER_PROTOCOL} has it, for example {@code HTTP/1.1}. */
    public String text() {
        return text;
    }

    /** Tells whether the response has a status line, and with it a reason phrase. */
    public boolean hasStatusLine() {
        return this != HTTP_2;
    }
}
