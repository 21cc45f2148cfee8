package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Fields;
import dev.htbin.http.Request;
import dev.htbin.http.ResponseHead;
import java.util.List;
import java.util.OptionalLong;

/**
 * The head of a script's response, as one of the four kinds.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-6.2 RFC 3875 section 6.2
 */
public sealed interface CgiResponse {
    /** Returns what was odd and did not stop the response, sentences for the log. */
    List<String> warnings();

    /** A kind of response that goes to the client. */
    sealed interface ToClient extends CgiResponse permits Document, ClientRedirect, ClientRedirectWithDocument {
        /** Returns status, reason phrase and fields, without {@code Content-Length}. */
        ResponseHead head();

        /** Returns how many octets of body the script announced; the body is held to it. */
        OptionalLong contentLength();

        /** Returns the head with the announced length, if there is one, as {@code Content-Length}. */
        default ResponseHead headWithLength() {
            ResponseHead head = head();
            return contentLength().isPresent()
                    ? new ResponseHead(
                            head.status(),
                            head.reason(),
                            head.fields()
                                    .plus(
                                            "Content-Length",
                                            Long.toString(contentLength().getAsLong())))
                    : head;
        }
    }

    /**
     * A document: everything that is no redirect.
     *
     * @spec https://www.rfc-editor.org/rfc/rfc3875#section-6.2.1 RFC 3875 section 6.2.1
     */
    record Document(ResponseHead head, OptionalLong contentLength, List<String> warnings) implements ToClient {
        public Document {
            requireNonNull(head, "head");
            requireNonNull(contentLength, "contentLength");
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * The client is to get what another path of this server gives. What else the script wrote is not used.
     *
     * @param location path and query, percent-encoded; begins with one slash
     * @spec https://www.rfc-editor.org/rfc/rfc3875#section-6.2.2 RFC 3875 section 6.2.2
     */
    record LocalRedirect(String location, List<String> warnings) implements CgiResponse {
        public LocalRedirect {
            warnings = List.copyOf(warnings);
            if (!location.startsWith("/") || location.startsWith("//")) {
                throw new IllegalArgumentException("location: '%s' (expected: one slash first)".formatted(location));
            }
        }

        /**
         * Returns the request that takes the place of the one that the script answered: GET, or HEAD for HEAD, of the location, without the fields of a
         * body, which was the script's.
         */
        public Request follow(Request request) {
            Fields fields = Fields.of(request.fields().stream()
                    .filter(f -> !f.name().regionMatches(true, 0, "Content-", 0, "Content-".length()))
                    .filter(f -> !f.is("Transfer-Encoding") && !f.is("Trailer") && !f.is("Expect"))
                    .toList());
            return new Request(request.isHead() ? "HEAD" : "GET", location, request.version(), fields);
        }
    }

    /**
     * The client is to go elsewhere: {@code Location} without {@code Status}, so 302. If the script gives no body, the server supplies one.
     *
     * @spec https://www.rfc-editor.org/rfc/rfc3875#section-6.2.3 RFC 3875 section 6.2.3
     */
    record ClientRedirect(ResponseHead head, OptionalLong contentLength, List<String> warnings) implements ToClient {
        public ClientRedirect {
            requireNonNull(head, "head");
            requireNonNull(contentLength, "contentLength");
            warnings = List.copyOf(warnings);
        }

        /** Returns where to. */
        public String location() {
            return head.fields().first("Location").orElseThrow();
        }
    }

    /**
     * The client is to go elsewhere, with the script's own status and body.
     *
     * @spec https://www.rfc-editor.org/rfc/rfc3875#section-6.2.4 RFC 3875 section 6.2.4
     */
    record ClientRedirectWithDocument(ResponseHead head, OptionalLong contentLength, List<String> warnings)
            implements ToClient {
        public ClientRedirectWithDocument {
            requireNonNull(head, "head");
            requireNonNull(contentLength, "contentLength");
            warnings = List.copyOf(warnings);
        }

        /** Returns where to. */
        public String location() {
            return head.fields().first("Location").orElseThrow();
        }
    }
}
