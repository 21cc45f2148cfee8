package dev.htbin.jetty.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.X509TrustedCertificateBlock;

/**
 * A file of PEM blocks.
 *
 * @param option what names the file, for messages
 * @param path where it is
 * @param blocks what it holds, in order, as Bouncy Castle's parser has it
 * @spec https://www.rfc-editor.org/rfc/rfc7468 RFC 7468
 */
record PemFile(String option, Path path, List<Object> blocks) {
    private static final long MOST_BYTES = 4 << 20;

    PemFile {
        blocks = List.copyOf(blocks);
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it can't be read or is not PEM; the message names option and file
     */
    static PemFile read(String option, Path path) throws IOException {
        String text = text(option, path);
        var blocks = new ArrayList<Object>();
        try (var parser = new PEMParser(new StringReader(text))) {
            for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
                blocks.add(block);
            }
        } catch (IOException | RuntimeException e) {
            throw refused(option, path, "a block of it is damaged: " + e.getMessage(), "complete PEM blocks", e);
        }
        if (blocks.isEmpty()) {
            throw refused(
                    option,
                    path,
                    "it is not PEM",
                    "-----BEGIN ...----- blocks; 'openssl x509 -inform DER' and 'openssl pkey -inform DER' convert others",
                    null);
        }
        return new PemFile(option, path, blocks);
    }

    /** Reads a file's text, its octets as chars. */
    static String text(String option, Path path) throws IOException {
        try {
            if (Files.isDirectory(path)) {
                throw refused(option, path, "it is a directory", "a file", null);
            }
            if (Files.size(path) > MOST_BYTES) {
                throw refused(option, path, "it is longer than 4 MiB", "a PEM file", null);
            }
            return Files.readString(path, ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw refused(option, path, "there is no such file", "a file that exists", e);
        } catch (AccessDeniedException e) {
            throw refused(
                    option,
                    path,
                    "it can't be read by user " + System.getProperty("user.name"),
                    "a file that this user may read",
                    e);
        }
    }

    /**
     * Returns the certificates, in the file's order.
     *
     * @throws IOException if there is none or one is damaged
     */
    List<X509Certificate> certificates() throws IOException {
        var certificates = new ArrayList<X509Certificate>();
        for (Object block : blocks) {
            if (block instanceof X509CertificateHolder holder) {
                certificates.add(certificate(holder));
            } else if (block instanceof X509TrustedCertificateBlock trusted) {
                certificates.add(certificate(trusted.getCertificateHolder()));
            }
        }
        if (certificates.isEmpty()) {
            throw refused("it has no certificate", "a -----BEGIN CERTIFICATE----- block");
        }
        return certificates;
    }

    private X509Certificate certificate(X509CertificateHolder holder) throws IOException {
        try {
            var encoded = new ByteArrayInputStream(holder.getEncoded());
            if (CertificateFactory.getInstance("X.509").generateCertificate(encoded)
                    instanceof X509Certificate certificate) {
                return certificate;
            }
            throw refused("a certificate of it is not X.509", "X.509 certificates");
        } catch (CertificateException e) {
            throw refused(option, path, "a certificate of it is damaged", "X.509 certificates", e);
        }
    }

    IOException refused(String problem, String expected) {
        return refused(option, path, problem, expected, null);
    }

    static IOException refused(
            String option,
            Path path,
            String problem,
            String expected,
            @org.jspecify.annotations.Nullable Exception cause) {
        return new IOException("%s: '%s': %s (expected: %s)".formatted(option, path, problem, expected), cause);
    }
}
