package dev.htbin.http;

import static java.util.Objects.requireNonNull;

/** The client's fault, or a refusal that it is told of: a status and a sentence that may be shown. Caught once, where the exchange is handled. */
public final class HttpException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final String RETRY_AFTER_SECONDS = "5";

    private final int status;
    private final transient Fields fields;

    /**
     * Creates a refusal.
     *
     * @param status 400 to 599
     * @param publicMessage one sentence for the client, in plain text
     */
    public HttpException(int status, String publicMessage) {
        this(status, publicMessage, Fields.empty());
    }

    /**
     * Creates a refusal with fields that its response needs, for example {@code Retry-After}.
     *
     * @param status 400 to 599
     * @param publicMessage one sentence for the client, in plain text
     * @param fields fields of the response
     */
    public HttpException(int status, String publicMessage, Fields fields) {
        super(requireNonNull(publicMessage, "publicMessage"));
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: %d (expected: 400 to 599)".formatted(status));
        }
        this.status = status;
        this.fields = requireNonNull(fields, "fields");
    }

    /**
     * Returns the refusal of what may succeed later: 503 with {@code Retry-After: 5}.
     *
     * @param publicMessage one sentence for the client, in plain text
     * @spec https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4 RFC 9110 section 15.6.4
     */
    public static HttpException busy(String publicMessage) {
        return new HttpException(503, publicMessage, Fields.of(new Field("Retry-After", RETRY_AFTER_SECONDS)));
    }

    /** Returns the status of the response. */
    public int status() {
        return status;
    }

    /** Returns the sentence for the client. */
    public String publicMessage() {
        return String.valueOf(getMessage());
    }

    /** Returns fields of the response. */
    public Fields fields() {
        return fields;
    }
}
