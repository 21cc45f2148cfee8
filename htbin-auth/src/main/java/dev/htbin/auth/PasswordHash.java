package dev.htbin.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Md5Crypt;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** What an htpasswd file keeps of a password. Its text is as secret as a password and is never shown. */
sealed interface PasswordHash {
    /** The most that verifying may cost; a line that asks for more is refused, since a few such requests would keep the server busy. */
    int MOST_BCRYPT_COST = 17;

    int MOST_SHA_ROUNDS = 1_000_000;
    int MOST_ARGON2_PASSES = 64;
    int MOST_ARGON2_LANES = 64;
    int LEAST_ARGON2_OCTETS = 12;

    /** What a file ought to have instead. */
    String REMEDY = "a line that 'htpasswd -B FILE NAME' writes";

    Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(?<cost>[0-9]{2})\\$[./A-Za-z0-9]{53}");
    Pattern ARGON2 = Pattern.compile(
            "\\$argon2id\\$v=(?<version>16|19)\\$m=(?<memory>[0-9]{1,9}),t=(?<passes>[0-9]{1,6}),p=(?<lanes>[0-9]{1,4})"
                    + "\\$(?<salt>[A-Za-z0-9+/]{11,86})\\$(?<hash>[A-Za-z0-9+/]{16,172})");
    Pattern SHA_CRYPT = Pattern.compile(
            "\\$(?<kind>[56])\\$(?:rounds=(?<rounds>[0-9]{1,9})\\$)?[./A-Za-z0-9]{1,16}\\$(?<hash>[./A-Za-z0-9]{43}|[./A-Za-z0-9]{86})");
    Pattern APR1 = Pattern.compile("\\$apr1\\$[./A-Za-z0-9]{1,8}\\$[./A-Za-z0-9]{22}");
    Pattern DES = Pattern.compile("[./A-Za-z0-9]{13}");

    /** Tells whether this is the hash of a password; takes as long for a wrong one as for the right one. */
    boolean matches(byte[] password);

    /** Returns the text in the file. */
    String text();

    /** A line that can't be used, and why; the message has nothing of the line. */
    final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /**
     * Reads what stands after the colon.
     *
     * @param heapBytes how much memory there is at most for the verifications that run at once
     * @throws Refused if it is none of these, is weaker than any of them, or costs too much to verify
     */
    static PasswordHash parse(String text, long heapBytes) throws Refused {
        Matcher bcrypt = BCRYPT.matcher(text);
        if (bcrypt.matches()) {
            atMost("bcrypt cost", bcrypt.group("cost"), 4, MOST_BCRYPT_COST);
            return new Bcrypt(text);
        }
        if (text.startsWith("$argon2")) {
            return Argon2.parse(text, heapBytes);
        }
        Matcher sha = SHA_CRYPT.matcher(text);
        if (sha.matches() && sha.group("hash").length() == (sha.group("kind").equals("5") ? 43 : 86)) {
            if (sha.group("rounds") != null) {
                atMost("rounds", sha.group("rounds"), 1000, MOST_SHA_ROUNDS);
            }
            return new Crypt(text, sha.group("kind").equals("5") ? Sha2Crypt::sha256Crypt : Sha2Crypt::sha512Crypt);
        }
        if (APR1.matcher(text).matches()) {
            return new Crypt(text, Md5Crypt::apr1Crypt);
        }
        throw new Refused(kindOfUseless(text) + " (expected: " + REMEDY + ")");
    }

    private static String kindOfUseless(String text) {
        if (text.isEmpty()) {
            return "there is no password";
        }
        if (text.startsWith("{")) {
            return "the password is kept as {SHA} or alike, which is guessed at billions a second";
        }
        if (text.startsWith("$2") || text.startsWith("$5$") || text.startsWith("$6$") || text.startsWith("$apr1$")) {
            return "the password's hash is damaged or of an unknown kind";
        }
        if (text.startsWith("$1$")) {
            return "the password is kept as MD5 crypt of another make";
        }
        return DES.matcher(text).matches()
                ? "the password is kept in plain text, or by the old crypt that looks at 8 characters only"
                : "the password is kept in plain text, or in an unknown way";
    }

    private static int atMost(String what, String number, int least, int most) throws Refused {
        int value = Integer.parseInt(number);
        if (value < least || value > most) {
            throw new Refused("%s: %d (expected: %d to %d)".formatted(what, value, least, most));
        }
        return value;
    }

    /** Tells whether guessing passwords for a hash of this kind is cheap today. */
    default boolean weak() {
        return text().startsWith("$apr1$");
    }

    /** bcrypt, in its three spellings. As everywhere, the first 72 octets of a password count. */
    record Bcrypt(String text) implements PasswordHash {
        @Override
        public boolean matches(byte[] password) {
            return OpenBSDBCrypt.checkPassword(text, password);
        }

        @Override
        public String toString() {
            return "bcrypt";
        }
    }

    /** What {@code crypt} and Apache make of SHA-2 and MD5: {@code $5$}, {@code $6$}, {@code $apr1$}. */
    record Crypt(String text, BiFunction<byte[], String, String> function) implements PasswordHash {
        @Override
        public boolean matches(byte[] password) {
            // The library clears the octets that it is given.
            String made = function.apply(password.clone(), text);
            return MessageDigest.isEqual(made.getBytes(US_ASCII), text.getBytes(US_ASCII));
        }

        @Override
        public String toString() {
            return "crypt";
        }
    }

    /** argon2id. */
    record Argon2(String text, Argon2Parameters parameters, String base64) implements PasswordHash {
        static Argon2 parse(String text, long heapBytes) throws Refused {
            Matcher matcher = ARGON2.matcher(text);
            if (!matcher.matches()) {
                throw new Refused("the password's hash is argon2i, argon2d, or damaged (expected: argon2id, as in"
                        + " 'argon2 SALT -id -e' with a salt of at least 8 characters, or " + REMEDY + ")");
            }
            int lanes = atMost("argon2id lanes (p)", matcher.group("lanes"), 1, MOST_ARGON2_LANES);
            int passes = atMost("argon2id passes (t)", matcher.group("passes"), 1, MOST_ARGON2_PASSES);
            int kibibytes = Integer.parseInt(matcher.group("memory"));
            if (kibibytes < 8 * lanes || kibibytes > heapBytes / 1024) {
                throw new Refused("argon2id memory (m): %d KiB (expected: %d to %d; more with a larger heap, -Xmx)"
                        .formatted(kibibytes, 8 * lanes, heapBytes / 1024));
            }
            try {
                var parameters = new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Integer.parseInt(matcher.group("version")))
                        .withMemoryAsKB(kibibytes)
                        .withIterations(passes)
                        .withParallelism(lanes)
                        .withSalt(Base64.getDecoder().decode(matcher.group("salt")))
                        .build();
                String hash = matcher.group("hash");
                if (Base64.getDecoder().decode(hash).length < LEAST_ARGON2_OCTETS) {
                    throw new IllegalArgumentException("too short");
                }
                return new Argon2(text, parameters, hash);
            } catch (IllegalArgumentException | IllegalStateException e) {
                throw new Refused("the password's hash is damaged (expected: " + REMEDY + ")");
            }
        }

        @Override
        public boolean matches(byte[] password) {
            byte[] hash = Base64.getDecoder().decode(base64);
            var made = new byte[hash.length];
            var generator = new Argon2BytesGenerator();
            generator.init(parameters);
            generator.generateBytes(password, made);
            return MessageDigest.isEqual(made, hash);
        }

        @Override
        public String toString() {
            return "argon2id";
        }
    }
}
