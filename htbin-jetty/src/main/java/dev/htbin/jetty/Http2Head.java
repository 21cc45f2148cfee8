package dev.htbin.jetty;

import static dev.htbin.jetty.RequestHead.refuse;

import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.server.Request;

/**
 * Checks what the head of an HTTP/2 request can say that no HTTP/1 parser would let through.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc9113#section-8.2 RFC 9113 section 8.2
 */
final class Http2Head {
    private static final Pattern TOKEN = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]+");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

    private Http2Head() {}

    /** Returns why a request is refused before it reaches the handler; empty when it is not. */
    static Optional<ErrorPage> refusal(Request request, EngineConfig.Limits limits) {
        if (!TOKEN.matcher(request.getMethod()).matches()) {
            return refuse(400, "The method is no token.");
        }
        if (request.getHttpURI().getPathQuery().chars().anyMatch(c -> c > 0x7E)) {
            return refuse(400, "The request target has an octet that must be percent-encoded.");
        }
        String authority = request.getHttpURI().getAuthority();
        boolean named = authority != null && !authority.isEmpty();
        int hosts = 0;
        int lengths = 0;
        for (HttpField field : request.getHeaders()) {
            String value = RequestHead.valueOf(field);
            if (value.chars().anyMatch(c -> (c < 0x20 && c != '\t') || c == 0x7F)) {
                return refuse(400, "A field of the request has a control character.");
            }
            switch (field.getHeader()) {
                case TRANSFER_ENCODING, CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, UPGRADE -> {
                    return refuse(400, "A field of the request concerns connections of HTTP/1.");
                }
                case CONTENT_LENGTH -> {
                    if (++lengths > 1 || !DIGITS.matcher(value).matches()) {
                        return refuse(400, "The Content-Length field is not one number.");
                    }
                }
                case HOST -> {
                    boolean other = named && !authority.equalsIgnoreCase(value);
                    if (++hosts > 1 || other || !RequestHead.isHost(value)) {
                        return refuse(400, "The Host field is not the one host that the request is for.");
                    }
                }
                case null, default -> {
                    // Nothing that could mislead.
                }
            }
        }
        if (named ? !RequestHead.isHost(authority) : hosts == 0) {
            return refuse(400, "The request names no host, or what is none.");
        }
        return request.getLength() > limits.bodyBytes()
                ? refuse(413, "The body of the request is too large.")
                : Optional.empty();
    }
}
