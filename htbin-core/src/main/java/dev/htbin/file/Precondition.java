package dev.htbin.file;

import dev.htbin.http.Fields;
import dev.htbin.http.HttpDate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the preconditions of a GET or HEAD request come to.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2 RFC 9110 section 13.2.2
 */
public enum Precondition {
    /** The request is answered as if there were none. */
    PROCEED,
    /** 304: the client has the current state. */
    NOT_MODIFIED,
    /** 412: what the client relies on is no longer so. */
    FAILED;

    /**
     * Evaluates {@code If-Match}, {@code If-Unmodified-Since}, {@code If-None-Match} and {@code If-Modified-Since} in the order of the RFC. A date that is
     * none is ignored; an entity tag that is none matches nothing.
     */
    public static Precondition of(Fields request, Validators current) {
        List<String> ifMatch = request.all("If-Match");
        if (!ifMatch.isEmpty()) {
            if (!EntityTags.parse(ifMatch).matchesStrongly(current.etag())) {
                return FAILED;
            }
        } else if (modifiedAfter(request, "If-Unmodified-Since", current).orElse(false)) {
            return FAILED;
        }
        List<String> ifNoneMatch = request.all("If-None-Match");
        if (!ifNoneMatch.isEmpty()) {
            return EntityTags.parse(ifNoneMatch).matchesWeakly(current.etag()) ? NOT_MODIFIED : PROCEED;
        }
        return modifiedAfter(request, "If-Modified-Since", current).orElse(true) ? PROCEED : NOT_MODIFIED;
    }

    private static Optional<Boolean> modifiedAfter(Fields request, String name, Validators current) {
        return request.first(name)
                .flatMap(text -> HttpDate.parse(text, Instant.now()))
                .map(date -> current.lastModified().isAfter(date));
    }
}
