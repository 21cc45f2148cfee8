package dev.htbin.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The users of an htpasswd file and their passwords' hashes. A value.
 *
 * <p>A line is a name, a colon and a hash; what follows a second colon is a comment. Empty lines, and lines that begin with {@code #}, say nothing. Kinds of
 * hashes: bcrypt ({@code $2y$}, {@code $2b$}, {@code $2a$}), {@code $argon2id$}, SHA-crypt ({@code $5$}, {@code $6$}), and {@code $apr1$}, which is weak.
 */
final class Htpasswd {
    private static final int MOST_NAME_OCTETS = 255;

    private final Map<String, PasswordHash> users;
    private final List<PasswordHash> hashes;
    private final int weak;

    private Htpasswd(Map<String, PasswordHash> users) {
        this.users = Map.copyOf(users);
        // In the order of the names, so that the same file always gives the same decoys.
        this.hashes = users.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
        this.weak = (int) hashes.stream().filter(PasswordHash::weak).count();
    }

    /**
     * Reads a file's text.
     *
     * @param octets an octet string
     * @param heapBytes how much memory one verification may take
     * @throws PasswordHash.Refused if a line can't be used; the message has its number, what is wrong, and what to do, but nothing of a password
     */
    static Htpasswd parse(String octets, long heapBytes) throws PasswordHash.Refused {
        var users = new HashMap<String, PasswordHash>();
        var lines = new HashMap<String, Integer>();
        int number = 0;
        for (String line : octets.split("\r?\n", -1)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            try {
                String user = userOf(line);
                String hash = line.substring(user.length() + 1);
                int comment = hash.indexOf(':');
                Integer before = lines.putIfAbsent(user, number);
                if (before != null) {
                    throw new PasswordHash.Refused(
                            "the name is that of line %d, too (expected: one line for each name)".formatted(before));
                }
                users.put(user, PasswordHash.parse(comment < 0 ? hash : hash.substring(0, comment), heapBytes));
            } catch (PasswordHash.Refused e) {
                throw new PasswordHash.Refused("line %d: %s".formatted(number, e.getMessage()));
            }
        }
        return new Htpasswd(users);
    }

    private static String userOf(String line) throws PasswordHash.Refused {
        int colon = line.indexOf(':');
        if (colon < 1) {
            throw new PasswordHash.Refused("no name and colon (expected: " + PasswordHash.REMEDY + ")");
        }
        String user = line.substring(0, colon);
        if (user.chars().anyMatch(c -> c < 0x20 || c == 0x7F) || colon > MOST_NAME_OCTETS) {
            throw new PasswordHash.Refused(
                    "the name has a control character or is longer than %d octets".formatted(MOST_NAME_OCTETS));
        }
        return user;
    }

    /** Returns the hash of a user's password; empty if there is no such user. */
    Optional<PasswordHash> hashOf(String user) {
        return Optional.ofNullable(users.get(user));
    }

    /**
     * Returns a hash for a user that does not exist: verifying against it takes as long as for one that does. It is that of another user, always the same one for
     * a name, so that files whose hashes cost differently don't give away which names they have. Its result must not be looked at.
     *
     * @param mark a number that is always the same for the name and that clients can't know
     * @return empty if there is no user at all
     */
    Optional<PasswordHash> decoy(int mark) {
        return hashes.isEmpty() ? Optional.empty() : Optional.of(hashes.get(Math.floorMod(mark, hashes.size())));
    }

    /** Returns how many users there are. */
    int size() {
        return users.size();
    }

    /** Returns how many of them have a hash of a weak kind. */
    int weak() {
        return weak;
    }

    /** Returns the octets that a hash's text is. */
    static byte[] octets(PasswordHash hash) {
        return hash.text().getBytes(US_ASCII);
    }
}
