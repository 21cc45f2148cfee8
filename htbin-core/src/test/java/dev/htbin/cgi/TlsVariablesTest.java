package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Peer;
import dev.htbin.http.Tls;
import java.io.InputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table: what a script gets to know of TLS, as mod_ssl tells it. */
class TlsVariablesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTPS | on",
                "REQUEST_SCHEME | https",
                "SSL_PROTOCOL | TLSv1.2",
                "SSL_CIPHER | ECDHE-ECDSA-AES128-GCM-SHA256",
                "SSL_CIPHER_USEKEYSIZE | 128",
                "SSL_SESSION_ID | 0aff",
                "SSL_TLS_SNI | www.example.org",
                "SSL_SERVER_S_DN | CN=localhost,O=htbin tests",
                "SSL_SERVER_S_DN_CN | localhost",
                "SSL_SERVER_S_DN_O | htbin tests",
                "SSL_SERVER_SAN_DNS_0 | localhost",
                "SSL_SERVER_A_KEY | EC",
                "SSL_SERVER_M_VERSION | 3",
                "SSL_CLIENT_VERIFY | SUCCESS",
                "SSL_CLIENT_M_SERIAL | 1234ABCD",
                "SSL_CLIENT_S_DN | emailAddress=ann@example.org,CN=ann,OU=Dep\\,t,O=htbin tests",
                "SSL_CLIENT_S_DN_CN | ann",
                "SSL_CLIENT_S_DN_OU | Dep,t",
                "SSL_CLIENT_S_DN_Email | ann@example.org",
                "SSL_CLIENT_I_DN_CN | Client CA",
                "SSL_CLIENT_SAN_Email_0 | ann@example.org",
                "SSL_CLIENT_SAN_DNS_0 | ann.example.org",
                "SSL_CLIENT_A_SIG | SHA256withECDSA",
            })
    void saysWhatModSslSays(String name, String value) {
        assertEquals(value, variables(List.of(certificate("ann.crt"))).get(name));
    }

    @Test
    void writesTimesAsOpenSslDoes() {
        String start = variables(List.of(certificate("ann.crt"))).get("SSL_CLIENT_V_START");
        assertTrue(start != null && start.matches("[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4} GMT"), start);
    }

    @Test
    void saysThatAClientShowedNoCertificate() {
        Map<String, String> variables = variables(List.of());
        assertEquals("NONE", variables.get("SSL_CLIENT_VERIFY"));
        assertNull(variables.get("SSL_CLIENT_S_DN"));
    }

    @Test
    void saysNothingOfTlsWhereThereIsNone() {
        Map<String, String> variables = CgiEnvironment.of(
                        CgiRequests.get("/", "SSL-Client-Verify: SUCCESS").make(), new LinkedHashMap<>())
                .variables();
        assertTrue(variables.keySet().stream().noneMatch(name -> name.startsWith("SSL_")), variables.toString());
    }

    private static Map<String, String> variables(List<X509Certificate> client) {
        CgiRequests plain = CgiRequests.get("/");
        var tls = new Tls(
                "TLSv1.2",
                "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                128,
                "0aff",
                Optional.of("www.example.org"),
                List.of(certificate("ec.crt")),
                client,
                Optional.empty());
        var peer = new Peer(plain.peer().client(), plain.peer().local(), true, Optional.empty(), Optional.of(tls));
        return CgiEnvironment.of(
                        new CgiRequests(plain.request(), peer, "", plain.contentLength()).make(), new LinkedHashMap<>())
                .variables();
    }

    private static X509Certificate certificate(String name) {
        try (InputStream in = Objects.requireNonNull(TlsVariablesTest.class.getResourceAsStream(name), name)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
