package dev.htbin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.htbin.http.TrustedProxies.ProxyFields;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables: who the client is, by what trusted proxies say. */
class ForwardingTest {
    private static final int CASES = 20_000;
    private static final TrustedProxies PROXIES =
            TrustedProxies.of(List.of(IpNetwork.parse("10.0.0.0/8"), IpNetwork.parse("fd00::/8")));

    /** From, fields (~ between them), what is seen: client, scheme, Host, port of the server. The connection is to port 8000. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Nobody else is believed.
                "192.0.2.9 | X-Forwarded-For: 1.2.3.4~X-Forwarded-Proto: https~X-Forwarded-Host: b | 192.0.2.9 http a 8000",
                "10.0.0.1 | | 10.0.0.1 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 1.2.3.4 | 1.2.3.4 http a 8000",
                // The rightmost address that is no proxy's.
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6, 1.2.3.4 | 1.2.3.4 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.0.0.2 | 1.2.3.4 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6~X-Forwarded-For: 1.2.3.4,10.0.0.2 | 1.2.3.4 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 10.0.0.3, 10.0.0.2 | 10.0.0.3 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 2001:db8::1, fd00::2 | 2001:db8::1 http a 8000",
                // With ports and brackets, as some write them.
                "10.0.0.1 | X-Forwarded-For: 1.2.3.4:567 | 1.2.3.4 http a 8000",
                "10.0.0.1 | X-Forwarded-For: [2001:db8::1]:567 | 2001:db8::1 http a 8000",
                "10.0.0.1 | X-Forwarded-For: [2001:db8::1] | 2001:db8::1 http a 8000",
                "10.0.0.1 | X-Forwarded-For: ::ffff:1.2.3.4 | 1.2.3.4 http a 8000",
                // What is no address ends the list.
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6, unknown | 10.0.0.1 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6, unknown, 10.0.0.2 | 10.0.0.2 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6, | 10.0.0.1 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 1.2.3 | 10.0.0.1 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 1.2.3.256 | 10.0.0.1 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 0x7f.1 | 10.0.0.1 http a 8000",
                "10.0.0.1 | X-Forwarded-For: localhost | 10.0.0.1 http a 8000",
                "10.0.0.1 | X-Forwarded-For: fe80::1%eth0 | 10.0.0.1 http a 8000",
                // Scheme, host and port.
                "10.0.0.1 | X-Forwarded-For: 1.2.3.4~X-Forwarded-Proto: https | 1.2.3.4 https a 443",
                "10.0.0.1 | X-Forwarded-Proto: https | 10.0.0.1 https a 443",
                "10.0.0.1 | X-Forwarded-Proto: HTTPS~X-Forwarded-Port: 8443 | 10.0.0.1 https a 8443",
                "10.0.0.1 | X-Forwarded-Proto: gopher | 10.0.0.1 http a 80",
                "10.0.0.1 | X-Forwarded-Host: www.example.org | 10.0.0.1 http www.example.org 80",
                "10.0.0.1 | X-Forwarded-Host: www.example.org:81 | 10.0.0.1 http www.example.org:81 81",
                "10.0.0.1 | X-Forwarded-Host: www.example.org:81~X-Forwarded-Port: 82 | 10.0.0.1 http www.example.org:81 82",
                "10.0.0.1 | X-Forwarded-Host: b/c | 10.0.0.1 http a 8000",
                "10.0.0.1 | X-Forwarded-Port: 99999 | 10.0.0.1 http a 8000",
                "10.0.0.1 | X-Forwarded-Port: 0 | 10.0.0.1 http a 8000",
                // A list as long as that of the addresses belongs to it; else the last member alone is a proxy's word.
                "10.0.0.1 | X-Forwarded-For: 1.2.3.4, 10.0.0.2~X-Forwarded-Proto: https, http | 1.2.3.4 https a 443",
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6, 1.2.3.4~X-Forwarded-Proto: https, http | 1.2.3.4 http a 80",
                "10.0.0.1 | X-Forwarded-For: 1.2.3.4~X-Forwarded-Proto: https, http | 1.2.3.4 http a 80",
                "10.0.0.1 | X-Forwarded-For: 1.2.3.4~X-Forwarded-Host: evil, www.example.org | 1.2.3.4 http www.example.org 80",
                // The other kind of field is the client's own word.
                "10.0.0.1 | Forwarded: for=6.6.6.6;proto=https;host=b | 10.0.0.1 http a 8000",
                "10.0.0.1 | Forwarded: for=6.6.6.6~X-Forwarded-For: 1.2.3.4 | 1.2.3.4 http a 8000",
            })
    void believesTheFieldsOfTrustedProxies(String from, String fields, String seen) {
        assertEquals(seen, seen(from, fields, PROXIES));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.9 | Forwarded: for=1.2.3.4 | 192.0.2.9 http a 8000",
                "10.0.0.1 | Forwarded: for=1.2.3.4 | 1.2.3.4 http a 8000",
                "10.0.0.1 | Forwarded: For=\"[2001:db8::1]:4711\"; Proto=https ;by=10.0.0.1 | 2001:db8::1 https a 443",
                "10.0.0.1 | Forwarded: for=1.2.3.4;host=\"www.example.org:81\" | 1.2.3.4 http www.example.org:81 81",
                "10.0.0.1 | Forwarded: for=6.6.6.6;proto=https, for=1.2.3.4;proto=http | 1.2.3.4 http a 80",
                "10.0.0.1 | Forwarded: for=1.2.3.4;proto=https,for=10.0.0.2;proto=http | 1.2.3.4 https a 443",
                "10.0.0.1 | Forwarded: for=6.6.6.6~Forwarded: for=1.2.3.4 | 1.2.3.4 http a 8000",
                "10.0.0.1 | Forwarded: for=6.6.6.6, for=unknown | 10.0.0.1 http a 8000",
                "10.0.0.1 | Forwarded: for=6.6.6.6, for=_hidden;proto=https | 10.0.0.1 https a 443",
                "10.0.0.1 | Forwarded: for=\"6.6.6.6, for=1.2.3.4 | 1.2.3.4 http a 8000",
                "10.0.0.1 | Forwarded: for=\"~Forwarded: for=\"[2001:db8::1]\" | 2001:db8::1 http a 8000",
                "10.0.0.1 | Forwarded: for=1.2.3.4;host=\"b,for=6.6.6.6\" | 1.2.3.4 http a 8000",
                "10.0.0.1 | Forwarded: for=1.2.3.4;host=\"b,for=\\\"6.6.6.6\" | 1.2.3.4 http a 8000",
                "10.0.0.1 | Forwarded: for=6.6.6.6 for=1.2.3.4 | 10.0.0.1 http a 8000",
                "10.0.0.1 | Forwarded: for=6.6.6.6, ;, for=1.2.3.4; | 1.2.3.4 http a 8000",
                "10.0.0.1 | Forwarded: for=\"1.2.3.4, for=6.6.6.6\" | 10.0.0.1 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6~Forwarded: for=1.2.3.4 | 1.2.3.4 http a 8000",
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6 | 10.0.0.1 http a 8000",
            })
    void believesForwardedWhereThatIsWhatProxiesSend(String from, String fields, String seen) {
        assertEquals(seen, seen(from, fields, PROXIES.withFields(ProxyFields.FORWARDED)));
    }

    @Test
    void believesWhoeverConnectsToAUnixSocketIfThatIsTrusted() {
        String fields = "X-Forwarded-For: 1.2.3.4";
        assertEquals("localhost http a 8000", seen("", fields, PROXIES));
        assertEquals("1.2.3.4 http a 8000", seen("", fields, PROXIES.withUnixSockets(true)));
    }

    @Test
    void keepsThePortOfTheClient() {
        Forwarding forwarding = Forwarding.of(request("X-Forwarded-For: 1.2.3.4:567"), peer("10.0.0.1"), PROXIES);
        assertEquals(567, forwarding.peer().client().getPort());
    }

    @Test
    void touchesNothingWhereNobodyIsTrusted() {
        Request request = request("X-Forwarded-For: 1.2.3.4~X-Forwarded-Host: b");
        Peer peer = peer("10.0.0.1");
        Forwarding forwarding = Forwarding.of(request, peer, TrustedProxies.none());
        assertSame(request, forwarding.request());
        assertSame(peer, forwarding.peer());
    }

    /** Whatever a client writes before what the proxy adds, the client is the one that the proxy saw. */
    @Test
    void noWordOfTheClientChangesItsAddress() {
        Random random = Seed.random(ForwardingTest.class, CASES);
        for (int i = 0; i < CASES; i++) {
            String shown = Seed.join(
                            random,
                            12,
                            "6.6.6.6",
                            ",",
                            ", ",
                            ";",
                            "for=",
                            "\"",
                            "\\",
                            "[",
                            "]",
                            ":",
                            "10.0.0.9",
                            "proto=https",
                            " ",
                            "=")
                    .replaceAll("[~\r\n\\x00]", "");
            assertEquals("1.2.3.4", address(PROXIES, "X-Forwarded-For: " + shown + ", 1.2.3.4"), Seed.shown(i, shown));
            for (String added : List.of("for=1.2.3.4", "for=\"1.2.3.4:80\";host=\"b\"")) {
                String all = "Forwarded: " + shown + "," + added;
                assertEquals("1.2.3.4", address(PROXIES.withFields(ProxyFields.FORWARDED), all), Seed.shown(i, all));
            }
        }
    }

    private static String address(TrustedProxies proxies, String fields) {
        return Forwarding.of(request(fields), peer("10.0.0.1"), proxies).peer().clientAddress();
    }

    private static String seen(String from, @org.jspecify.annotations.Nullable String fields, TrustedProxies proxies) {
        Forwarding forwarding = Forwarding.of(request(fields == null ? "" : fields), peer(from), proxies);
        return "%s %s %s %d"
                .formatted(
                        forwarding.peer().clientAddress(),
                        forwarding.peer().secure() ? "https" : "http",
                        String.join(" and ", forwarding.request().fields().all("Host")),
                        forwarding.peer().local().getPort());
    }

    private static Request request(String text) {
        var fields = new ArrayList<Field>(List.of(new Field("Host", "a")));
        for (String field : text.isEmpty() ? new String[0] : text.split("~", -1)) {
            int colon = field.indexOf(": ");
            fields.add(new Field(field.substring(0, colon), field.substring(colon + 2)));
        }
        return new Request("GET", "/", HttpVersion.HTTP_1_1, Fields.of(fields));
    }

    private static Peer peer(String from) {
        var local = new InetSocketAddress("10.0.0.5", 8000);
        return new Peer(
                from.isEmpty()
                        ? InetSocketAddress.createUnresolved("localhost", 0)
                        : new InetSocketAddress(from, 50123),
                local,
                false,
                Optional.empty());
    }
}
