package dev.htbin.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import dev.htbin.http.Octets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name and a password, as a client sends them.
 *
 * @param user an octet string without colon; not empty
 * @param password an octet string; may be empty
 * @spec https://www.rfc-editor.org/rfc/rfc7617#section-2 RFC 7617 section 2
 */
record Credentials(String user, String password) {
    /** Longer ones are refused unseen: SHA-crypt takes time that grows with the square of the length. */
    static final int MOST_OCTETS = 512;

    private static final Pattern BASIC =
            Pattern.compile("basic +(?<token>[A-Za-z0-9+/]*={0,2})", Pattern.CASE_INSENSITIVE);

    Credentials {
        requireNonNull(user, "user");
        requireNonNull(password, "password");
    }

    /**
     * Reads the value of an {@code Authorization} field.
     *
     * @return empty if it is of another scheme, is damaged, has a control character or no name, or is too long
     */
    static Optional<Credentials> parse(String value) {
        Matcher matcher = BASIC.matcher(value);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String pair;
        try {
            pair = new String(Base64.getDecoder().decode(matcher.group("token")), ISO_8859_1);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        int colon = pair.indexOf(':');
        boolean control = pair.chars().anyMatch(c -> Octets.isControl((char) c));
        if (colon < 1 || control || colon > MOST_OCTETS || pair.length() - colon - 1 > MOST_OCTETS) {
            return Optional.empty();
        }
        return Optional.of(new Credentials(pair.substring(0, colon), pair.substring(colon + 1)));
    }

    /** Returns nothing of the name and the password: what is printed ends in logs. */
    @Override
    public String toString() {
        return "Credentials[not shown]";
    }
}
