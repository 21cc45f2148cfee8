package dev.htbin.file;

/**
 * A content coding, by which a file is sent in another form. In the order in which they are preferred when the client likes several as much.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1 RFC 9110 section 8.4.1
 */
public enum Coding {
    BROTLI("br", ".br"),
    ZSTANDARD("zstd", ".zst"),
    GZIP("gzip", ".gz");

    private final String token;
    private final String ending;

    Coding(String token, String ending) {
        this.token = token;
        this.ending = ending;
    }

    /** Returns the name that the coding has in header fields. */
    public String token() {
        return token;
    }

    /** Returns what is put after the name of a file for that of its coded form, dot included. */
    public String ending() {
        return ending;
    }
}
