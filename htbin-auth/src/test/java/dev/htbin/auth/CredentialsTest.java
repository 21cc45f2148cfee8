package dev.htbin.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Table: the values of {@code Authorization} fields. */
class CredentialsTest {
    @ParameterizedTest
    @CsvSource({
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==, Aladdin, open sesame", // RFC 7617 section 2
        "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==, Aladdin, open sesame",
        "BASIC   QWxhZGRpbjpvcGVuIHNlc2FtZQ, Aladdin, open sesame",
        "Basic dGVzdDoxMjPCow==, test, 123\u00C2\u00A3", // RFC 7617 section 2.1
        "Basic YTpiOmM=, a, b:c",
        "Basic YTo=, a, ''"
    })
    void takes(String value, String user, String password) {
        assertEquals(Optional.of(new Credentials(user, password)), Credentials.parse(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic",
                "Basic ",
                "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
                "Digest username=\"a\"",
                "Basic QWxhZGRpbg==", // no colon
                "Basic OnBhc3N3b3Jk", // no name
                "Basic YQBiOmM=", // NUL
                "Basic YTpiCg==", // line feed
                "Basic !!!!",
                "Basic YTpi YTpi",
                "Basic YTpi, Basic YTpi",
                "BasicYTpi",
                "Basic YTpi=YTpi"
            })
    void refuses(String value) {
        assertEquals(Optional.empty(), Credentials.parse(value));
    }

    @Test
    void refusesWhatIsTooLong() {
        String longest = "p".repeat(Credentials.MOST_OCTETS);
        assertEquals(Optional.of(new Credentials("u", longest)), Credentials.parse(Site.basic("u:" + longest)));
        assertEquals(Optional.empty(), Credentials.parse(Site.basic("u:" + longest + "p")));
        assertEquals(Optional.empty(), Credentials.parse(Site.basic(longest + "p:u")));
    }

    @Test
    void whatIsPrintedShowsNothing() {
        String printed = new Credentials("name", "secret").toString();
        assertFalse(printed.contains("name") || printed.contains("secret"), printed);
    }

    @Test
    void randomOctetsAreTakenAsTheyAreOrNotAtAll() {
        var random = new Random(7617);
        for (int i = 0; i < 20_000; i++) {
            var octets = new byte[random.nextInt(12)];
            random.nextBytes(octets);
            if (octets.length > 2 && random.nextBoolean()) {
                octets[1] = ':';
            }
            String pair = new String(octets, ISO_8859_1);
            Optional<Credentials> read =
                    Credentials.parse("Basic " + Base64.getEncoder().encodeToString(octets));
            boolean usable = pair.indexOf(':') > 0 && pair.chars().noneMatch(c -> c < 0x20 || c == 0x7F);
            assertEquals(usable, read.isPresent(), pair);
            read.ifPresent(c -> assertEquals(pair, c.user() + ":" + c.password()));
        }
    }
}
