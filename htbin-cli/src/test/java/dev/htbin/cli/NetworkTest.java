package dev.htbin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.TrustedProxies.ProxyFields;
import dev.htbin.jetty.tls.TlsConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table: the options of where the server listens, and who is believed there. */
class NetworkTest {
    private static Network network(String line) {
        Arguments arguments = Arguments.parse(line.isEmpty() ? new String[0] : line.split(" ", -1));
        return Settings.of(arguments, arguments.positionals().stream().findFirst(), Map.of())
                .network();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 127.0.0.1 port 8000",
                "9000 | 127.0.0.1 port 9000",
                "--bind 127.0.0.2 | 127.0.0.2 port 8000",
                "--listen 127.0.0.3:81 | 127.0.0.3 port 81",
                "--listen [::1]:81 9000 | 127.0.0.1 port 9000, 0:0:0:0:0:0:0:1 port 81",
                "--listen 127.0.0.1:81 --listen unix:/run/x | 127.0.0.1 port 81, unix:/run/x",
                "--tls-cert c 443 | 127.0.0.1 port 443 tls",
                "--tls-cert c --listen http://127.0.0.1:80 443 | 127.0.0.1 port 443 tls, 127.0.0.1 port 80",
                "--tls-cert c --listen https://127.0.0.1:444 --listen unix:/x | 127.0.0.1 port 444 tls, unix:/x",
                "--tls-cert c --redirect-http 80 443 | 127.0.0.1 port 443 tls, 127.0.0.1 port 80 to 443",
            })
    void listensWhereItIsTold(String line, String places) throws IOException {
        var listeners = network(line).listeners(List.of()).stream()
                .map(l -> l.address()
                        + (l.tls().isPresent() ? " tls" : "")
                        + (l.redirectPort().isPresent()
                                ? " to " + l.redirectPort().getAsInt()
                                : ""))
                .toList();
        assertEquals(places, String.join(", ", listeners).replace("localhost", "127.0.0.1"));
    }

    @Test
    void givesUnixSocketsModeAndOwner() {
        var unix = (ListenOption.Unix) network("--listen unix:/run/x,mode=0640,owner=a,group=b")
                .places()
                .getFirst();
        assertEquals(
                "rw-r-----",
                java.nio.file.attribute.PosixFilePermissions.toString(
                        unix.address().mode()));
        assertEquals(Optional.of("a"), unix.address().owner());
        assertEquals(Optional.of("b"), unix.address().group());
    }

    @Test
    void takesTheKeyFromTheCertificatesFileUnlessItIsNamed() {
        assertEquals(Path.of("/c"), network("--tls-cert /c").tls().orElseThrow().key());
        TlsConfig both = network("--tls-cert /c --tls-key /k --tls-password-file /p")
                .tls()
                .orElseThrow();
        assertEquals(Path.of("/k"), both.key());
        assertEquals(Optional.of(Path.of("/p")), both.passwordFile());
    }

    @Test
    void asksClientsForCertificates() {
        var clients = network("--tls-cert /c --tls-client-ca /a --tls-client-optional --tls-client-user subject")
                .tls()
                .flatMap(TlsConfig::clients)
                .orElseThrow();
        assertEquals(new TlsConfig.ClientCertificates(Path.of("/a"), false, TlsConfig.UserName.SUBJECT), clients);
        assertTrue(network("--tls-cert /c --tls-client-ca /a")
                .tls()
                .flatMap(TlsConfig::clients)
                .orElseThrow()
                .required());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--tls-cert c --tls-client-user cn | --tls-client-optional, --tls-client-user: without --tls-client-ca",
                "--tls-cert c --tls-client-ca a --tls-client-user dn | --tls-client-user: 'dn' (expected: cn, subject or none",
                "--tls-cert c --redirect-http 80 0 | --redirect-http: '80' (expected: a PORT of https beside it that is not 0",
                "--remote-user-header X-Remote-User | --remote-user-header: without --trust-proxy",
                "--trust-proxy unix --remote-user-header X_Remote_User | --remote-user-header: 'X_Remote_User' (expected: the name of a field",
                "--trust-proxy unix --remote-user-header Authorization | --remote-user-header: 'Authorization' (expected",
                "--tls-cert c --redirect-http 99999 | --redirect-http: '99999'",
            })
    void refusesWhatDoesNotGoTogether(String line, String message) {
        var refusal = assertThrows(UsageException.class, () -> network(line));
        assertTrue(String.valueOf(refusal.getMessage()).startsWith(message), refusal.getMessage());
    }

    @Test
    void believesNobodyUnlessItIsTold() {
        assertTrue(network("").proxies().isEmpty());
        var proxies = network("--trust-proxy 10.0.0.0/8 --trust-proxy ::1 --trust-proxy unix --proxy-fields forwarded")
                .proxies();
        assertEquals(2, proxies.networks().size());
        assertTrue(proxies.unixSockets());
        assertEquals(ProxyFields.FORWARDED, proxies.fields());
    }
}
