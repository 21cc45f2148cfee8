package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

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
        if (!isName(user)) {
            throw new IllegalArgumentException("user: (expected: a name without control characters)");
        }
    }

    /** Returns whom the client's certificate names, which the server verified; empty without one, when no name was asked of it, or when that can be no user's. */
    public static Optional<Authentication> byCertificate(Peer peer) {
        return peer.tls()
                .flatMap(Tls::user)
                .map(Octets::ofText)
                .filter(Authentication::isName)
                .map(user -> new Authentication("CLIENT_CERT", user));
    }

    private static boolean isName(String user) {
        return !user.isEmpty() && user.chars().noneMatch(c -> Octets.isControl((char) c));
    }
}
