package dev.htbin.http;

import static java.util.Objects.requireNonNull;

/**
 * The head of a request, as it came.
 *
 * @param method the method, a token, case kept
 * @param target the request target in origin-form (path, then {@code ?} and query if there is one) or {@code *}; raw: percent-encoding is kept, an octet
 *     string. An engine reduces absolute-form to this after it has checked the authority
 * @param version the version of this request
 * @param fields the header fields; trailers never become part of it
 * @spec https://www.rfc-editor.org/rfc/rfc9112#section-3 RFC 9112 section 3
 */
public record Request(String method, String target, HttpVersion version, Fields fields) {
    public Request {
        requireNonNull(method, "method");
        requireNonNull(target, "target");
        requireNonNull(version, "version");
        requireNonNull(fields, "fields");
    }

    /** Returns the raw path: the target up to the first {@code ?}. */
    public String rawPath() {
        int mark = target.indexOf('?');
        return mark < 0 ? target : target.substring(0, mark);
    }

    /** Returns the raw query, after the first {@code ?}; empty when there is none. */
    public String rawQuery() {
        int mark = target.indexOf('?');
        return mark < 0 ? "" : target.substring(mark + 1);
    }

    /** Tells whether the method is HEAD. */
    public boolean isHead() {
        return method.equals("HEAD");
    }

    /** Returns this request with another method and target and the same fields. */
    public Request with(String otherMethod, String otherTarget) {
        return new Request(otherMethod, otherTarget, version, fields);
    }

    /** Returns this request with other fields. */
    public Request with(Fields others) {
        return new Request(method, target, version, others);
    }
}
