package dev.htbin.jetty.tls;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The files of a TLS listener, all PEM. They are read when the listener binds, and again when they change.
 *
 * @param certificate the server's certificate, followed by those that its issuer signed it with, the root left out (Python: tls-cert)
 * @param key the private key, RSA, EC or EdDSA, as PKCS#1, PKCS#8 or SEC1; may be the file of the certificate (Python: tls-key)
 * @param passwordFile a file with the password of an encrypted key, white space around it left out (Python: tls-password-file)
 * @param clients what is asked of clients; empty: no certificate
 */
public record TlsConfig(Path certificate, Path key, Optional<Path> passwordFile, Optional<ClientCertificates> clients) {
    public TlsConfig {
        requireNonNull(certificate, "certificate");
        requireNonNull(key, "key");
        requireNonNull(passwordFile, "passwordFile");
        requireNonNull(clients, "clients");
    }

    /** Returns the configuration of a key that is not encrypted, for clients without certificates. */
    public static TlsConfig of(Path certificate, Path key) {
        return new TlsConfig(certificate, key, Optional.empty(), Optional.empty());
    }

    /** Returns this configuration with a file that has the key's password. */
    public TlsConfig withPasswordFile(Path file) {
        return new TlsConfig(certificate, key, Optional.of(file), clients);
    }

    /** Returns this configuration with certificates of clients. */
    public TlsConfig withClients(ClientCertificates wanted) {
        return new TlsConfig(certificate, key, passwordFile, Optional.of(wanted));
    }

    /**
     * Which certificates clients may show.
     *
     * @param authorities a file with the certificates of those who sign them
     * @param required whether a client without a certificate is refused in the handshake; one with a bad certificate always is
     * @param user which name of the certificate becomes the user's
     */
    public record ClientCertificates(Path authorities, boolean required, UserName user) {
        public ClientCertificates {
            requireNonNull(authorities, "authorities");
            requireNonNull(user, "user");
        }
    }

    /** Which name of a client's certificate is that of the user. */
    public enum UserName {
        /** None: the certificate lets the client in and says nothing more. */
        NONE,
        /** The subject's last common name ({@code CN}). */
        COMMON_NAME,
        /** The whole subject, as RFC 2253 writes it. */
        SUBJECT
    }
}
