package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a TLS connection.
 *
 * @param protocol the version, for example {@code TLSv1.3}
 * @param cipher the cipher suite as IANA names it, for example {@code TLS_AES_128_GCM_SHA256}
 * @param keyBits how long its key is
 * @param sessionId what names the session, in hexadecimal digits; empty when it has no name
 * @param serverName the host name that the client asked for (SNI); empty when it named none
 * @param server the certificates that the server showed, its own first
 * @param client the certificates that the client showed and the server verified, its own first; empty when it showed none
 * @param user the name of the user in the client's certificate; empty without one, or when no name was asked for
 */
public record Tls(
        String protocol,
        String cipher,
        int keyBits,
        String sessionId,
        Optional<String> serverName,
        List<X509Certificate> server,
        List<X509Certificate> client,
        Optional<String> user) {
    public Tls {
        requireNonNull(protocol, "protocol");
        requireNonNull(cipher, "cipher");
        requireNonNull(sessionId, "sessionId");
        requireNonNull(serverName, "serverName");
        server = List.copyOf(server);
        client = List.copyOf(client);
        requireNonNull(user, "user");
    }
}
