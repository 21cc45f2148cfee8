package dev.htbin.auth;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Who may make requests at a URL path and below it.
 *
 * @param path the path, decoded, an octet string: it begins with a slash and does not end with one; empty: everywhere
 * @param users who may
 * @param realm what clients are told that a name and a password are asked for, text without control characters
 * @param anonymous the requests that anybody may make
 */
public record AuthRule(String path, UserFile users, String realm, List<RequestPattern> anonymous) {
    public AuthRule {
        requireNonNull(users, "users");
        anonymous = List.copyOf(anonymous);
        if (!path.isEmpty() && (!path.startsWith("/") || path.endsWith("/") || path.contains("//"))) {
            throw new IllegalArgumentException(
                    "path: '%s' (expected: empty, or a URL path such as /cgi-bin, without a slash at its end)"
                            .formatted(path));
        }
        if (realm.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("realm: (expected: no control characters)");
        }
    }

    /** Returns the names of the path. */
    List<String> names() {
        return path.isEmpty() ? List.of() : List.of(path.substring(1).split("/", -1));
    }
}
