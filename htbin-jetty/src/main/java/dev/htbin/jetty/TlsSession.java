package dev.htbin.jetty;

import dev.htbin.http.Tls;
import dev.htbin.jetty.tls.TlsConfig;
import dev.htbin.jetty.tls.TlsConfig.UserName;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.jspecify.annotations.Nullable;

/** Turns what the JDK knows of a TLS connection into htbin's value. */
final class TlsSession {
    private TlsSession() {}

    /**
     * Returns what is known of a connection's TLS, empty when it is in clear.
     *
     * @param layer the connection as HTTP has it, its handshake done
     */
    static Optional<Tls> of(@Nullable EndPoint layer, UserName user) {
        EndPoint endPoint = layer;
        while (endPoint != null) {
            if (endPoint instanceof SslConnection.SslEndPoint tls) {
                return Optional.of(of(tls.getSslConnection().getSSLEngine().getSession(), user));
            }
            endPoint = endPoint instanceof EndPoint.Wrapper wrapper ? wrapper.unwrap() : null;
        }
        return Optional.empty();
    }

    /** Returns which name of a client's certificate is the user's at a listener. */
    static UserName userName(ListenerConfig listener) {
        return listener.tls()
                .flatMap(TlsConfig::clients)
                .map(TlsConfig.ClientCertificates::user)
                .orElse(UserName.NONE);
    }

    private static Tls of(SSLSession session, UserName user) {
        List<X509Certificate> client = clientOf(session);
        Optional<String> name =
                client.isEmpty() ? Optional.empty() : nameIn(client.getFirst().getSubjectX500Principal(), user);
        return new Tls(
                session.getProtocol(),
                session.getCipherSuite(),
                keyBits(session.getCipherSuite()),
                HexFormat.of().formatHex(session.getId()),
                serverName(session),
                certificates(session.getLocalCertificates()),
                client,
                name);
    }

    private static List<X509Certificate> clientOf(SSLSession session) {
        try {
            return certificates(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            // It showed none.
            return List.of();
        }
    }

    private static List<X509Certificate> certificates(Certificate @Nullable [] all) {
        var certificates = new ArrayList<X509Certificate>();
        if (all != null) {
            for (Certificate certificate : all) {
                if (certificate instanceof X509Certificate x509) {
                    certificates.add(x509);
                }
            }
        }
        return certificates;
    }

    private static int keyBits(String cipher) {
        return cipher.contains("_128_") ? 128 : 256;
    }

    private static Optional<String> serverName(SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return Optional.of(host.getAsciiName());
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> nameIn(X500Principal subject, UserName wanted) {
        return switch (wanted) {
            case NONE -> Optional.empty();
            case SUBJECT -> Optional.of(subject.getName(X500Principal.RFC2253));
            case COMMON_NAME -> commonName(subject);
        };
    }

    private static Optional<String> commonName(X500Principal subject) {
        try {
            // The most specific name comes last in this list.
            for (Rdn rdn : new LdapName(subject.getName(X500Principal.RFC2253))
                    .getRdns()
                    .reversed()) {
                if (rdn.getType().equalsIgnoreCase("CN") && rdn.getValue() instanceof String name && !name.isEmpty()) {
                    return Optional.of(name);
                }
            }
        } catch (InvalidNameException e) {
            // Nothing that could be a user's name.
        }
        return Optional.empty();
    }
}
