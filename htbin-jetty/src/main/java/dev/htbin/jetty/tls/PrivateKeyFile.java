package dev.htbin.jetty.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;

/** Reads a private key: PKCS#8, PKCS#1 or SEC1, encrypted or not. */
final class PrivateKeyFile {
    private static final Map<ASN1ObjectIdentifier, String> ALGORITHMS = Map.of(
            PKCSObjectIdentifiers.rsaEncryption, "RSA",
            PKCSObjectIdentifiers.id_RSASSA_PSS, "RSASSA-PSS",
            X9ObjectIdentifiers.id_ecPublicKey, "EC",
            EdECObjectIdentifiers.id_Ed25519, "Ed25519",
            EdECObjectIdentifiers.id_Ed448, "Ed448");

    private final PemFile file;
    private final Optional<Path> passwordFile;

    PrivateKeyFile(PemFile file, Optional<Path> passwordFile) {
        this.file = file;
        this.passwordFile = passwordFile;
    }

    /**
     * Returns the first private key of the file.
     *
     * @throws IOException if there is none, it can't be decrypted, or the JDK has no such algorithm or curve
     */
    PrivateKey read() throws IOException {
        for (Object block : file.blocks()) {
            Optional<PrivateKeyInfo> key = key(block);
            if (key.isPresent()) {
                return key(key.get());
            }
        }
        throw file.refused(
                "it has no private key",
                "a -----BEGIN PRIVATE KEY-----, RSA PRIVATE KEY, EC PRIVATE KEY or ENCRYPTED PRIVATE KEY block; --tls-key names the file when the certificate's has none");
    }

    private Optional<PrivateKeyInfo> key(Object block) throws IOException {
        return switch (block) {
            case PrivateKeyInfo plain -> Optional.of(plain);
            case PEMKeyPair pair -> Optional.of(pair.getPrivateKeyInfo());
            case PKCS8EncryptedPrivateKeyInfo encrypted -> Optional.of(decrypt(encrypted));
            case PEMEncryptedKeyPair encrypted -> Optional.of(decrypt(encrypted));
            default -> Optional.empty();
        };
    }

    private PrivateKeyInfo decrypt(PKCS8EncryptedPrivateKeyInfo key) throws IOException {
        char[] password = password();
        try {
            return key.decryptPrivateKeyInfo(new JcePKCSPBEInputDecryptorProviderBuilder()
                    .setProvider(new BouncyCastleProvider())
                    .build(password));
        } catch (PKCSException | RuntimeException e) {
            throw wrongPassword(e);
        }
    }

    private PrivateKeyInfo decrypt(PEMEncryptedKeyPair key) throws IOException {
        char[] password = password();
        try {
            return key.decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                            .setProvider(new BouncyCastleProvider())
                            .build(password))
                    .getPrivateKeyInfo();
        } catch (IOException | RuntimeException e) {
            throw wrongPassword(e);
        }
    }

    private IOException wrongPassword(Exception cause) {
        return PemFile.refused(
                file.option(),
                file.path(),
                "the password in '%s' does not decrypt its key".formatted(passwordFile.orElseThrow()),
                "the password that the key was encrypted with",
                cause);
    }

    private char[] password() throws IOException {
        if (passwordFile.isEmpty()) {
            throw file.refused(
                    "its key is encrypted",
                    "--tls-password-file with the password, or a key that is not encrypted, as 'openssl pkey -in KEY -out NEW' writes it");
        }
        String password =
                PemFile.text("--tls-password-file", passwordFile.get()).strip();
        if (password.isEmpty()) {
            throw PemFile.refused(
                    "--tls-password-file", passwordFile.get(), "it is empty", "the password of the key", null);
        }
        return password.toCharArray();
    }

    private PrivateKey key(PrivateKeyInfo info) throws IOException {
        ASN1ObjectIdentifier identifier = info.getPrivateKeyAlgorithm().getAlgorithm();
        String algorithm = ALGORITHMS.get(identifier);
        if (algorithm == null) {
            throw file.refused(
                    "its key is of the algorithm %s".formatted(identifier), "an RSA, EC, Ed25519 or Ed448 key");
        }
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw PemFile.refused(
                    file.option(),
                    file.path(),
                    "its %s key can't be used: %s".formatted(algorithm, e.getMessage()),
                    "RSA, EC on P-256, P-384 or P-521, Ed25519 or Ed448",
                    e);
        }
    }
}
