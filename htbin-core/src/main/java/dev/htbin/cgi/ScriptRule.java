package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.process.Profile;
import dev.htbin.process.WarmModules;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * How the scripts at a URL path and below it are run.
 *
 * @param path the path, decoded, an octet string: it begins with a slash and does not end with one; empty: all scripts
 * @param profile what they may do, and as whom. If it names a user, their files must be that user's own: {@link OwnerCheck}
 * @param environment variables that they get beside those of every script; octet strings. A variable of the request always wins
 * @param passAuthorization whether they get the {@code Authorization} field of requests, as {@code HTTP_AUTHORIZATION}
 * @param warm present if warm interpreters serve them where they can: what those import
 */
public record ScriptRule(
        String path,
        Profile profile,
        SequencedMap<String, String> environment,
        boolean passAuthorization,
        Optional<WarmModules> warm) {
    public ScriptRule {
        environment = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(environment));
        requireNonNull(path, "path");
        requireNonNull(profile, "profile");
        requireNonNull(warm, "warm");
        if (!path.isEmpty() && (!path.startsWith("/") || path.endsWith("/") || path.contains("//"))) {
            throw new IllegalArgumentException(
                    "path: '%s' (expected: empty, or a URL path such as /cgi-bin, without a slash at its end)"
                            .formatted(path));
        }
    }

    /** Creates a rule without variables of its own, whose scripts get no credentials and are executed. */
    public ScriptRule(String path, Profile profile) {
        this(path, profile, new LinkedHashMap<>(), false, Optional.empty());
    }

    /** Tells whether a script is at the path or below it, by whole names. */
    boolean covers(String scriptName) {
        return scriptName.startsWith(path)
                && (scriptName.length() == path.length() || scriptName.charAt(path.length()) == '/');
    }
}
