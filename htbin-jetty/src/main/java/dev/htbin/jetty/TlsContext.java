package dev.htbin.jetty;

import dev.htbin.jetty.tls.TlsConfig;
import dev.htbin.jetty.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS of a listener, which follows its files: connections that are open keep what they were made with, new ones get what the files say now. Safe for use by
 * several threads.
 */
final class TlsContext {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

    /** What Mozilla's intermediate configuration has and the JDK knows: forward secrecy and authenticated encryption only. */
    private static final String[] CIPHERS = {
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    };

    private final TlsConfig config;
    private final SslContextFactory.Server factory;
    private List<Stamp> inForce;
    private List<Stamp> seen;

    /** What tells one version of a file from another. */
    private record Stamp(
            Path path,
            @Nullable FileTime modified,
            long size,
            @Nullable Object key) {
        static Stamp of(Path path) {
            try {
                var attributes = Files.readAttributes(path, BasicFileAttributes.class);
                return new Stamp(path, attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
            } catch (IOException e) {
                return new Stamp(path, null, -1, null);
            }
        }
    }

    private TlsContext(TlsConfig config, SslContextFactory.Server factory, List<Stamp> stamps) {
        this.config = config;
        this.factory = factory;
        this.inForce = stamps;
        this.seen = stamps;
    }

    /**
     * Reads the files.
     *
     * @throws IOException if they can't be used; the message says why
     */
    static TlsContext read(TlsConfig config) throws IOException {
        List<Stamp> stamps = stamps(config);
        TlsIdentity identity = TlsIdentity.read(config);
        var factory = new SslContextFactory.Server();
        factory.setIncludeProtocols("TLSv1.2", "TLSv1.3");
        factory.setExcludeProtocols();
        factory.setIncludeCipherSuites(CIPHERS);
        factory.setExcludeCipherSuites();
        factory.setUseCipherSuitesOrder(true);
        factory.setRenegotiationAllowed(false);
        config.clients().ifPresent(clients -> {
            factory.setNeedClientAuth(clients.required());
            factory.setWantClientAuth(!clients.required());
        });
        use(identity, factory);
        return new TlsContext(config, factory, stamps);
    }

    TlsConfig config() {
        return config;
    }

    SslContextFactory.Server factory() {
        return factory;
    }

    /** Reads the files again if they changed and were then left alone: certificate and key are not replaced at one moment. */
    synchronized void follow() {
        List<Stamp> now = stamps(config);
        boolean settled = now.equals(seen);
        seen = now;
        if (settled && !now.equals(inForce)) {
            reload(now);
        }
    }

    /** Reads the files again, changed or not; what can't be used is logged, and what was in force stays. */
    synchronized void reload() {
        reload(stamps(config));
    }

    private void reload(List<Stamp> stamps) {
        inForce = stamps;
        try {
            TlsIdentity identity = TlsIdentity.read(config);
            factory.reload(_ -> use(identity, factory));
            LOG.info("the certificate in '{}' is in force from now on", config.certificate());
        } catch (Exception e) {
            LOG.error("{}; the certificate that was read before stays in force", e.getMessage());
            LOG.debug("not reloaded", e);
        }
    }

    private static void use(TlsIdentity identity, SslContextFactory.Server factory) {
        identity.warning(Clock.systemUTC()).ifPresent(LOG::warn);
        try {
            factory.setKeyStore(identity.keyStore());
            factory.setKeyStorePassword(TlsIdentity.keyStorePassword());
            if (!identity.authorities().isEmpty()) {
                factory.setTrustStore(identity.trustStore());
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the JDK refuses a certificate that it has read: " + e.getMessage(), e);
        }
    }

    private static List<Stamp> stamps(TlsConfig config) {
        var paths = new ArrayList<Path>(List.of(config.certificate(), config.key()));
        config.passwordFile().ifPresent(paths::add);
        config.clients().ifPresent(clients -> paths.add(clients.authorities()));
        return paths.stream().map(Stamp::of).toList();
    }
}
