package dev.htbin.http;

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
        } else if (modifiedAfter(request, "If-Unmodified-Since", current.lastModified())
                .orElse(false)) {
            return FAILED;
        }
        List<String> ifNoneMatch = request.all("If-None-Match");
        if (!ifNoneMatch.isEmpty()) {
            return EntityTags.parse(ifNoneMatch).matchesWeakly(current.etag()) ? NOT_MODIFIED : PROCEED;
        }
        return modifiedAfter(request, "If-Modified-Since", current.lastModified())
                        .orElse(true)
                ? PROCEED
                : NOT_MODIFIED;
    }

    /**
     * Tells whether the client has the current state of something that was made for this request: by {@code If-None-Match}, else by
     * {@code If-Modified-Since}.
     *
     * @param etag its entity tag, strong or weak, if it has one
     * @param lastModified when it last changed, if that is known
     */
    public static boolean notModified(Fields request, Optional<String> etag, Optional<Instant> lastModified) {
        List<String> ifNoneMatch = request.all("If-None-Match");
        if (!ifNoneMatch.isEmpty()) {
            return etag.filter(EntityTags.parse(ifNoneMatch)::matchesWeakly).isPresent();
        }
        return lastModified
                .flatMap(time -> modifiedAfter(request, "If-Modified-Since", time))
                .map(modified -> !modified)
                .orElse(false);
    }

    private static Optional<Boolean> modifiedAfter(Fields request, String name, Instant lastModified) {
        List<String> values = request.all(name);
        // More than one is no date (RFC 9110 section 13.1.3).
        return (values.size() == 1 ? Optional.of(values.getFirst()) : Optional.<String>empty())
                .flatMap(text -> HttpDate.parse(text, Instant.now()))
                .map(lastModified::isAfter);
    }
}
