package dev.htbin.jetty.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** The certificates and keys of the tests, and clients that take any certificate. */
public final class TestFiles {
    private TestFiles() {}

    /** Returns where a file of the tests is. */
    public static Path path(String name) {
        try {
            Path copy = Files.createTempFile("htbin", ".pem");
            copy.toFile().deleteOnExit();
            return copy(name, copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts a file of the tests somewhere. */
    public static Path copy(String name, Path target) throws IOException {
        try (InputStream in = Objects.requireNonNull(TestFiles.class.getResourceAsStream(name), name)) {
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
        return target;
    }

    /** Returns a context that believes every server, and shows no certificate. */
    public static SSLContext trusting() {
        return trusting(new KeyManager[0]);
    }

    /** Returns a context that believes every server, and shows it a certificate. */
    public static SSLContext showing(String certificate, String key) {
        try {
            TlsIdentity identity = TlsIdentity.read(TlsConfig.of(path(certificate), path(key)));
            return trusting(new Insistent(identity));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a factory of sockets that believe every server. */
    public static SSLSocketFactory sockets() {
        return trusting().getSocketFactory();
    }

    private static SSLContext trusting(KeyManager... keys) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {new Credulous()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Shows its certificate, whoever's the server wants. */
    private static final class Insistent extends X509ExtendedKeyManager {
        private final TlsIdentity identity;

        Insistent(TlsIdentity identity) {
            this.identity = identity;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, java.net.Socket socket) {
            return "client";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return identity.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return identity.key();
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"client"};
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, java.net.Socket socket) {
            return "";
        }
    }

    private static final class Credulous extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
