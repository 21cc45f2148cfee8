package dev.htbin.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Octets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Table: the lines of htpasswd files, made by Apache's htpasswd and by argon2, and those that are refused. */
class HtpasswdTest {
    private static final long HEAP = 64L << 20;
    private static final String BCRYPT = "$2y$05$t2uwbbHv3zYwR8dhnoXhoedK4a6owChdTDAroWSrQpmPHdoQznaR.";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$apr1$tgeUlkQr$D.hCXDaqU3HbCGBtett/U1",
                BCRYPT,
                "$5$dclu3nU6XF04D7BN$Ddy/6S0auNQf6okti4Iw/ISFh3L4EbzxVVEvBHwRqV.",
                "$6$pYo3kOgj1MGQeyJ.$0QYvx08r7ntjHpr/8dr01aW3kXPt2EwN0FndXd0XhfbDAc4KnEOOyBhUDCYwROFWIUuwFXXHauxhCm6j1WeQl1",
                "$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$5fWUFPxh3TPcMxvs+Gl2oSqZlEHGO1HNBik1Z6Kt3dQ"
            })
    void takesWhatProgramsWrite(String hash) throws Exception {
        PasswordHash read = Htpasswd.parse("u:" + hash + "\n", HEAP).hashOf("u").orElseThrow();
        assertTrue(read.matches("pw".getBytes(UTF_8)));
        assertTrue(read.matches("pw".getBytes(UTF_8)), "a second time");
        assertFalse(read.matches("Pw".getBytes(UTF_8)));
        assertFalse(read.matches(new byte[0]));
        assertFalse(read.toString().contains(hash.substring(8)), "a hash is not shown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"$2a$", "$2b$", "$2y$"})
    void takesEachSpellingOfBcrypt(String prefix) throws Exception {
        String line = "u:" + Site.bcrypt("pass word\u00E9").replace("$2y$", prefix);
        assertTrue(Htpasswd.parse(line, HEAP).hashOf("u").orElseThrow().matches("pass word\u00E9".getBytes(UTF_8)));
    }

    @Test
    void readsCommentsEmptyLinesAndNamesOfUtf8() throws Exception {
        String name = Octets.ofText("Zo\u00EB");
        Htpasswd users =
                Htpasswd.parse("# a comment\r\n\r\n  \nu:" + BCRYPT + ":a comment\r\n" + name + ":" + BCRYPT, HEAP);
        assertEquals(2, users.size());
        assertTrue(users.hashOf(name).isPresent());
        assertTrue(users.hashOf("U").isEmpty(), "names are compared with case");
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("secret", "plain text"),
                Arguments.of("aCk5c/fPwqvn.", "plain text, or by the old crypt"),
                Arguments.of("{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM=", "{SHA}"),
                Arguments.of("{SSHA}GpHWL3ymc5liWkNopqtdSjuqYHM=", "{SHA} or alike"),
                Arguments.of("$1$tgeUlkQr$D.hCXDaqU3HbCGBtett/U1", "MD5 crypt"),
                Arguments.of("", "no password"),
                Arguments.of("*", "plain text"),
                Arguments.of(BCRYPT.substring(1), "plain text"),
                Arguments.of(BCRYPT + "x", "damaged"),
                Arguments.of(BCRYPT.replace("$05$", "$31$"), "bcrypt cost: 31 (expected: 4 to 17)"),
                Arguments.of(BCRYPT.replace("$05$", "$03$"), "bcrypt cost: 3 (expected: 4 to 17)"),
                Arguments.of(BCRYPT.replace("$2y$", "$2x$"), "damaged or of an unknown kind"),
                Arguments.of(
                        "$5$rounds=999999999$dclu3nU6XF04D7BN$Ddy/6S0auNQf6okti4Iw/ISFh3L4EbzxVVEvBHwRqV.",
                        "rounds: 999999999 (expected: 1000 to 1000000)"),
                Arguments.of("$6$dclu3nU6XF04D7BN$Ddy/6S0auNQf6okti4Iw/ISFh3L4EbzxVVEvBHwRqV.", "damaged"),
                Arguments.of(
                        "$argon2i$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$5fWUFPxh3TPcMxvs+Gl2oSqZlEHGO1HNBik1Z6Kt3dQ",
                        "argon2i"),
                Arguments.of(
                        "$argon2id$v=19$m=999999999,t=3,p=1$c2FsdHNhbHQ$5fWUFPxh3TPcMxvs+Gl2oSqZlEHGO1HNBik1Z6Kt3dQ",
                        "argon2id memory (m): 999999999 KiB (expected: 8 to 65536; more with a larger heap, -Xmx)"),
                Arguments.of(
                        "$argon2id$v=19$m=4096,t=9999,p=1$c2FsdHNhbHQ$5fWUFPxh3TPcMxvs+Gl2oSqZlEHGO1HNBik1Z6Kt3dQ",
                        "argon2id passes (t): 9999"),
                Arguments.of(
                        "$argon2id$v=19$m=4096,t=3,p=0$c2FsdHNhbHQ$5fWUFPxh3TPcMxvs+Gl2oSqZlEHGO1HNBik1Z6Kt3dQ",
                        "argon2id lanes (p): 0"));
    }

    @ParameterizedTest
    @MethodSource
    void refused(String hash, String why) {
        var refused = assertThrows(
                PasswordHash.Refused.class, () -> Htpasswd.parse("ok:" + BCRYPT + "\nu:" + hash + "\n", HEAP));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith("line 2: ") && message.contains(why), message);
        assertTrue(message.contains("expected: "), message);
        if (hash.length() > 1 && !hash.contains("{")) {
            assertFalse(message.contains(hash), "nothing of a password is told: " + message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", ":" + BCRYPT, "a\tb:" + BCRYPT, "ok:" + BCRYPT})
    void refusesLinesWithoutAUsableName(String line) {
        var refused = assertThrows(
                PasswordHash.Refused.class, () -> Htpasswd.parse("ok:" + BCRYPT + "\n#\n" + line + "\n", HEAP));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith("line 3: "), message);
        assertFalse(message.contains("hunter2"), message);
    }

    @Test
    void aDecoyIsAlwaysTheSameAndOneOfTheFilesOwn() throws Exception {
        Htpasswd users = Htpasswd.parse("a:" + BCRYPT + "\nb:$apr1$tgeUlkQr$D.hCXDaqU3HbCGBtett/U1", HEAP);
        assertEquals(users.hashOf("a"), users.decoy(0));
        assertEquals(users.hashOf("b"), users.decoy(-1));
        assertEquals(users.decoy(7), users.decoy(7));
        assertTrue(Htpasswd.parse("", HEAP).decoy(0).isEmpty());
    }
}
