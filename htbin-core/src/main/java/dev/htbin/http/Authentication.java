package dev.htbin.http;

import static java.util.Objects.requireNonNull;

/**
 * Who the server itself, never a header field alone, found the client to be.
 *
 * @param scheme the authentication scheme, a token such as {@code Basic}; empty when somebody else, such as a proxy, asked the client
 * @param user the user's name, an octet string without control characters; not empty
 */
public record Authentication(String scheme, String user) {
    public Authentication {
        requireNonNull(scheme, "scheme");
        requireNonNull(user, "user");
        if (!scheme.isEmpty() && !Field.isToken(scheme)) {
            throw new IllegalArgumentException("scheme: '%s' (expected: a token, or empty)".formatted(scheme));
        }
        if (user.isEmpty() || user.chars().anyMatch(c -> Octets.isControl((char) c))) {
            throw new IllegalArgumentException("user: (expected: a name without control characters)");
        }
    }
}
