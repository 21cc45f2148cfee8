package dev.htbin.jetty.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a server shows its clients, read from its files and checked.
 *
 * @param key the private key of the chain's first certificate
 * @param chain the certificates, the server's own first
 * @param authorities those whose certificates clients may show; empty when none is asked for
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> authorities) {
    /** The password of key stores in memory: the JDK wants one. */
    private static final char[] NO_SECRET = "in memory".toCharArray();

    public TlsIdentity {
        chain = List.copyOf(chain);
        authorities = List.copyOf(authorities);
    }

    /**
     * Reads the files of a configuration.
     *
     * @throws IOException if one can't be read, is not what it should be, or the key is not that of the certificate; the message names the option, the file, what
     *     was expected, and what to do
     */
    public static TlsIdentity read(TlsConfig config) throws IOException {
        PemFile certificates = PemFile.read("--tls-cert", config.certificate());
        List<X509Certificate> chain = certificates.certificates();
        PemFile keys =
                config.key().equals(config.certificate()) ? certificates : PemFile.read("--tls-key", config.key());
        PrivateKey key = new PrivateKeyFile(keys, config.passwordFile()).read();
        requireKeyOf(chain, key, certificates, keys);
        List<X509Certificate> authorities = config.clients().isEmpty()
                ? List.of()
                : PemFile.read("--tls-client-ca", config.clients().get().authorities())
                        .certificates();
        return new TlsIdentity(key, chain, authorities);
    }

    private static void requireKeyOf(List<X509Certificate> chain, PrivateKey key, PemFile certificates, PemFile keys)
            throws IOException {
        if (belongs(key, chain.getFirst())) {
            return;
        }
        for (X509Certificate other : chain) {
            if (belongs(key, other)) {
                throw certificates.refused(
                        "the key in '%s' is that of its certificate %d, not of the first"
                                .formatted(keys.path(), chain.indexOf(other) + 1),
                        "the server's own certificate first, then the one that signed it, and so on");
            }
        }
        throw keys.refused(
                "its %s key is not that of the certificate for %s in '%s'"
                        .formatted(
                                key.getAlgorithm(),
                                chain.getFirst().getSubjectX500Principal().getName(),
                                certificates.path()),
                "the key that the certificate was issued for");
    }

    private static boolean belongs(PrivateKey key, X509Certificate certificate) {
        PublicKey other = certificate.getPublicKey();
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "RSASSA-PSS" -> "RSASSA-PSS";
            default -> "EdDSA";
        };
        try {
            byte[] text = {1, 2, 3};
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            if (algorithm.equals("RSASSA-PSS")) {
                signature.setParameter(new java.security.spec.PSSParameterSpec(
                        "SHA-256", "MGF1", java.security.spec.MGF1ParameterSpec.SHA256, 32, 1));
            }
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(other);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Says what clients will complain of, such as that the certificate has expired; empty when all is well. */
    public Optional<String> warning(Clock clock) {
        Instant now = clock.instant();
        for (X509Certificate certificate : chain) {
            String subject = certificate.getSubjectX500Principal().getName();
            Instant from = certificate.getNotBefore().toInstant();
            Instant until = certificate.getNotAfter().toInstant();
            if (now.isAfter(until)) {
                return Optional.of("the certificate for %s expired on %s: clients will refuse it until it is renewed"
                        .formatted(subject, until));
            }
            if (now.isBefore(from)) {
                return Optional.of("the certificate for %s is valid from %s only: clients will refuse it until then"
                        .formatted(subject, from));
            }
        }
        return Optional.empty();
    }

    /** Returns a key store with the key and its chain. */
    public KeyStore keyStore() throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        store.setKeyEntry("server", key, NO_SECRET, chain.toArray(Certificate[]::new));
        return store;
    }

    /** Returns a key store with the authorities of clients. */
    public KeyStore trustStore() throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        int number = 0;
        for (X509Certificate authority : authorities) {
            store.setCertificateEntry("authority-" + number++, authority);
        }
        return store;
    }

    /** Returns the password of {@link #keyStore}. */
    public static String keyStorePassword() {
        return new String(NO_SECRET);
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
