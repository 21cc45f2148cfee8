package dev.htbin.http;

import static java.util.Objects.requireNonNull;

/**
 * Status line and header fields of a response.
 *
 * <p>The engine frames the body: a {@code Content-Length} in the fields is held to, without one the body is chunked (HTTP/1.1) or ends with the
 * connection (HTTP/1.0). {@code Connection: close} makes the engine close the connection after the response. Other hop-by-hop fields do not belong here.
 *
 * @param status 200 to 599
 * @param reason the reason phrase, an octet string; sent on HTTP/1.x only. Empty: the engine takes the registered phrase
 * @param fields the fields; {@code Date} and {@code Server} are added by the engine when they are missing
 */
public record ResponseHead(int status, String reason, Fields fields) {
    public ResponseHead {
        requireNonNull(reason, "reason");
        requireNonNull(fields, "fields");
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: %d (expected: 200 to 599)".formatted(status));
        }
    }

    /** Returns a head with the registered reason phrase. */
    public static ResponseHead of(int status, Fields fields) {
        return new ResponseHead(status, "", fields);
    }

    /** Tells whether a response of this status has no body: 204 and 304. */
    public boolean bodiless() {
        return status == 204 || status == 304;
    }
}
