package dev.htbin.cgi;

import dev.htbin.http.Octets;
import dev.htbin.http.Tls;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The variables of a TLS connection, {@code SSL_*}, named and written as Apache's mod_ssl does.
 *
 * @see <a href="https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#envvars">mod_ssl, environment variables</a>
 */
final class TlsVariables {
    /** OpenSSL's names of the suites before TLS 1.3 that are spoken here. */
    private static final Map<String, String> OPENSSL_NAMES = Map.of(
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305");

    private static final Map<String, String> ATTRIBUTES =
            Map.of("1.2.840.113549.1.9.1", "emailAddress", "2.5.4.5", "serialNumber", "2.5.4.12", "title");

    /** The parts of a name that have variables of their own, as mod_ssl names them. */
    private static final Map<String, String> PARTS = Map.ofEntries(
            Map.entry("C", "C"),
            Map.entry("ST", "ST"),
            Map.entry("L", "L"),
            Map.entry("O", "O"),
            Map.entry("OU", "OU"),
            Map.entry("CN", "CN"),
            Map.entry("DC", "DC"),
            Map.entry("UID", "UID"),
            Map.entry("TITLE", "T"),
            Map.entry("EMAILADDRESS", "Email"));

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "MMM ppd HH:mm:ss yyyy 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private static final int EMAIL = 1;
    private static final int DNS = 2;

    private TlsVariables() {}

    /** Adds the variables of a connection; values that can't be in an environment are left out. */
    static void add(Tls tls, Map<String, String> variables) {
        put(variables, "SSL_PROTOCOL", tls.protocol());
        put(variables, "SSL_CIPHER", OPENSSL_NAMES.getOrDefault(tls.cipher(), tls.cipher()));
        put(variables, "SSL_CIPHER_USEKEYSIZE", Integer.toString(tls.keyBits()));
        put(variables, "SSL_CIPHER_ALGKEYSIZE", Integer.toString(tls.keyBits()));
        put(variables, "SSL_CIPHER_EXPORT", "false");
        put(variables, "SSL_COMPRESS_METHOD", "NULL");
        put(variables, "SSL_SECURE_RENEG", "true");
        put(variables, "SSL_VERSION_INTERFACE", "htbin");
        put(variables, "SSL_VERSION_LIBRARY", "JSSE/" + Runtime.version().feature());
        if (!tls.sessionId().isEmpty()) {
            put(variables, "SSL_SESSION_ID", tls.sessionId());
        }
        tls.serverName().ifPresent(name -> put(variables, "SSL_TLS_SNI", name));
        put(variables, "SSL_CLIENT_VERIFY", tls.client().isEmpty() ? "NONE" : "SUCCESS");
        certificate(variables, "SSL_SERVER_", tls.server());
        certificate(variables, "SSL_CLIENT_", tls.client());
        if (!tls.client().isEmpty()) {
            Duration left = Duration.between(
                    Instant.now(), tls.client().getFirst().getNotAfter().toInstant());
            put(variables, "SSL_CLIENT_V_REMAIN", Long.toString(Math.max(0, left.toDays())));
        }
    }

    private static void certificate(Map<String, String> variables, String prefix, List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            return;
        }
        X509Certificate certificate = chain.getFirst();
        put(variables, prefix + "M_VERSION", Integer.toString(certificate.getVersion()));
        String serial = certificate.getSerialNumber().toString(16).toUpperCase(Locale.ROOT);
        put(variables, prefix + "M_SERIAL", serial.length() % 2 == 0 ? serial : "0" + serial);
        name(variables, prefix + "S_DN", certificate.getSubjectX500Principal());
        name(variables, prefix + "I_DN", certificate.getIssuerX500Principal());
        put(
                variables,
                prefix + "V_START",
                TIME.format(certificate.getNotBefore().toInstant()));
        put(variables, prefix + "V_END", TIME.format(certificate.getNotAfter().toInstant()));
        put(variables, prefix + "A_SIG", certificate.getSigAlgName());
        put(variables, prefix + "A_KEY", certificate.getPublicKey().getAlgorithm());
        try {
            alternatives(variables, prefix, certificate.getSubjectAlternativeNames());
        } catch (CertificateParsingException e) {
            // Names that can't be read are none.
        }
    }

    private static void name(Map<String, String> variables, String variable, X500Principal name) {
        String text = name.getName(X500Principal.RFC2253, ATTRIBUTES);
        put(variables, variable, text);
        try {
            for (Rdn part : new LdapName(text).getRdns().reversed()) {
                String suffix = PARTS.get(part.getType().toUpperCase(Locale.ROOT));
                if (suffix != null && part.getValue() instanceof String value) {
                    put(variables, variable + "_" + suffix, value);
                }
            }
        } catch (InvalidNameException e) {
            // The whole name has to do.
        }
    }

    private static void alternatives(
            Map<String, String> variables, String prefix, @Nullable Collection<List<?>> alternatives) {
        int emails = 0;
        int hosts = 0;
        for (List<?> name : alternatives == null ? List.<List<?>>of() : alternatives) {
            if (name.get(0) instanceof Integer kind && name.get(1) instanceof String value) {
                if (kind == EMAIL) {
                    put(variables, prefix + "SAN_Email_" + emails++, value);
                } else if (kind == DNS) {
                    put(variables, prefix + "SAN_DNS_" + hosts++, value);
                }
            }
        }
    }

    /** Puts the first value of a name that has several, which is the most specific one. */
    private static void put(Map<String, String> variables, String name, String value) {
        if (value.indexOf(0) < 0) {
            variables.putIfAbsent(name, Octets.ofText(value));
        }
    }
}
