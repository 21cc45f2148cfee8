package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.process.Profile;

/**
 * How the scripts at a URL path and below it are run.
 *
 * @param path the path, decoded, an octet string: it begins with a slash and does not end with one; empty: all scripts
 * @param profile what they may do, and as whom. If it names a user, their files must be that user's own: {@link OwnerCheck}
 */
public record ScriptRule(String path, Profile profile) {
    public ScriptRule {
        requireNonNull(path, "path");
        requireNonNull(profile, "profile");
        if (!path.isEmpty() && (!path.startsWith("/") || path.endsWith("/") || path.contains("//"))) {
            throw new IllegalArgumentException(
                    "path: '%s' (expected: empty, or a URL path such as /cgi-bin, without a slash at its end)"
                            .formatted(path));
        }
    }

    /** Tells whether a script is at the path or below it, by whole names. */
    boolean covers(String scriptName) {
        return scriptName.startsWith(path)
                && (scriptName.length() == path.length() || scriptName.charAt(path.length()) == '/');
    }
}
