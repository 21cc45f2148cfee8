package dev.htbin.jetty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables: the files that are taken, and what is said of those that are not. */
class TlsIdentityTest {
    @TempDir
    private static Path folder;

    @ParameterizedTest
    @CsvSource({
        "rsa.crt, rsa.key, -, RSA",
        "rsa.crt, rsa.pkcs1.key, -, RSA",
        "rsa.crt, rsa.pkcs1.encrypted.key, sesame, RSA",
        "rsa.crt, rsa.pkcs8.encrypted.key, sesame, RSA",
        "rsa.crt, rsa.pkcs8.pbe1.key, sesame, RSA",
        "rsa.crt, rsa.pkcs8.scrypt.key, sesame, RSA",
        "rsa.crt, rsa.key, sesame, RSA",
        "rsa.both.pem, rsa.both.pem, -, RSA",
        "ec.crt, ec.key, -, EC",
        "ec.crt, ec.sec1.key, -, EC",
        "ec.crt, ec.sec1.encrypted.key, sesame, EC",
        "ec.crt, ec.pkcs8.encrypted.key, sesame, EC",
        "ed25519.crt, ed25519.key, -, EdDSA",
        "ed25519.crt, ed25519.pkcs8.encrypted.key, sesame, EdDSA",
        "leaf.chain.crt, leaf.key, -, EC",
    })
    void readsKeysAndTheirCertificates(String certificate, String key, String password, String algorithm)
            throws IOException {
        TlsIdentity identity = TlsIdentity.read(config(certificate, key, password));
        assertEquals(algorithm, identity.key().getAlgorithm());
        assertEquals(Optional.empty(), identity.warning(Clock.systemUTC()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rsa.crt | ec.key | - | --tls-key | its EC key is not that of the certificate for CN=localhost,O=htbin tests",
                "ec.crt | leaf.key | - | --tls-key | (expected: the key that the certificate was issued for)",
                "leaf.backwards.crt | leaf.key | - | --tls-cert | is that of its certificate 2, not of the first (expected: the server's own certificate first",
                "rsa.crt | rsa.pkcs8.encrypted.key | - | --tls-key | its key is encrypted (expected: --tls-password-file",
                "rsa.crt | rsa.pkcs1.encrypted.key | - | --tls-key | its key is encrypted (expected: --tls-password-file",
                "rsa.crt | rsa.pkcs8.encrypted.key | wrong | --tls-key | does not decrypt its key (expected: the password",
                "rsa.crt | rsa.pkcs1.encrypted.key | wrong | --tls-key | does not decrypt its key (expected: the password",
                "ec.crt | ec.sec1.encrypted.key | wrong | --tls-key | does not decrypt its key (expected: the password",
                "rsa.crt | rsa.pkcs8.scrypt.key | wrong | --tls-key | does not decrypt its key (expected: the password",
                "rsa.crt | rsa.pkcs8.encrypted.key | ' ' | --tls-password-file | it is empty (expected: the password of the key)",
                "rsa.crt | rsa.crt | - | --tls-cert | it has no private key (expected: a -----BEGIN PRIVATE KEY-----",
                "rsa.crt | ec.crt | - | --tls-key | it has no private key (expected: a -----BEGIN PRIVATE KEY-----",
                "rsa.key | rsa.key | - | --tls-cert | it has no certificate (expected: a -----BEGIN CERTIFICATE----- block)",
                "README.md | rsa.key | - | --tls-cert | it is not PEM (expected: -----BEGIN",
                "absent | rsa.key | - | --tls-cert | there is no such file (expected: a file that exists)",
                "rsa.crt | absent | - | --tls-key | there is no such file (expected: a file that exists)",
                ". | rsa.key | - | --tls-cert | it is a directory (expected: a file)",
                "cut | rsa.key | - | --tls-cert | a block of it is damaged",
                "scrambled | rsa.key | - | --tls-cert | is damaged",
            })
    void saysWhatIsWrongWithAFile(String certificate, String key, String password, String option, String reason)
            throws IOException {
        TlsConfig config = config(certificate, key, password);
        var failure = assertThrows(IOException.class, () -> TlsIdentity.read(config));
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.startsWith(option + ": '"), message);
        assertTrue(message.contains(reason), message);
        assertTrue(message.contains("(expected: "), message);
    }

    @Test
    void warnsOfACertificateThatHasExpired() throws IOException {
        TlsIdentity identity = TlsIdentity.read(config("ec.expired.crt", "ec.key", "-"));
        String warning = identity.warning(Clock.systemUTC()).orElseThrow();
        assertTrue(warning.contains("CN=localhost expired on 2001-01-01T00:00:00Z"), warning);
    }

    @Test
    void warnsOfACertificateThatIsNotValidYet() throws IOException {
        TlsIdentity identity = TlsIdentity.read(config("ec.expired.crt", "ec.key", "-"));
        Clock before = Clock.fixed(Instant.parse("1999-12-31T23:59:59Z"), ZoneOffset.UTC);
        assertTrue(identity.warning(before).orElseThrow().contains("is valid from 2000-01-01T00:00:00Z only"));
    }

    @Test
    void readsTheAuthoritiesOfClients() throws IOException {
        TlsConfig config = config("ec.crt", "ec.key", "-")
                .withClients(new TlsConfig.ClientCertificates(
                        TestFiles.path("ca.crt"), true, TlsConfig.UserName.COMMON_NAME));
        assertEquals(
                "CN=Client CA,O=htbin tests",
                TlsIdentity.read(config)
                        .authorities()
                        .getFirst()
                        .getSubjectX500Principal()
                        .getName());
    }

    private static TlsConfig config(String certificate, String key, String password) throws IOException {
        Path cert = file(certificate);
        TlsConfig config = TlsConfig.of(cert, key.equals(certificate) ? cert : file(key));
        return password.equals("-")
                ? config
                : config.withPasswordFile(Files.writeString(folder.resolve("password"), password + "\n"));
    }

    private static Path file(String name) throws IOException {
        return switch (name) {
            case "." -> folder;
            case "absent" -> folder.resolve("absent");
            case "cut" -> {
                String whole = Files.readString(TestFiles.path("rsa.crt"));
                yield Files.writeString(folder.resolve("cut"), whole.substring(0, whole.length() / 2));
            }
            case "scrambled" ->
                Files.writeString(
                        folder.resolve("scrambled"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
            default -> TestFiles.path(name);
        };
    }
}
