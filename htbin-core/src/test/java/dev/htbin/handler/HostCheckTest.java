package dev.htbin.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import dev.htbin.http.ResponseHead;
import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Table of hosts that pass, are refused and are none. */
class HostCheckTest {
    private static final HttpHandler NEXT =
            exchange -> exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.allocate(0));

    private static int statusFor(String host, Set<String> allowed) {
        String response =
                MemoryExchange.answer(HostCheck.before(NEXT, allowed), "GET / HTTP/1.1\nHost: " + host + "\n\n");
        return Integer.parseInt(response.substring(9, 12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost:8000",
                "localhost.",
                "localhost.:80",
                "a.b.localhost",
                "127.0.0.1",
                "127.0.0.1:8000",
                "192.168.1.5",
                "[::1]",
                "[::1]:8000",
                "[FE80::1]",
                "dev.example",
                "DEV.example:1",
                "dev.example.",
                ""
            })
    void passesThisMachineAddressesAndNamedHosts(String host) {
        assertEquals(200, statusFor(host, Set.of("Dev.Example")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.com",
                "evil.com:8000",
                "localhost.evil.com",
                "xlocalhost",
                "127.0.0.1.evil.com",
                "1.2.3",
                "1.2.3.4.5",
                "999.0.0.1",
                "dev.example.evil.com",
                "evildev.example",
                "2130706433",
                "*"
            })
    void misdirectsOtherNames(String host) {
        assertEquals(421, statusFor(host, Set.of("dev.example")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b",
                "localhost/",
                "localhost:80:80",
                "localhost:x",
                "user@localhost",
                "[::1",
                "[::1]x",
                "[1.2.3.4]",
                "[:]",
                "a\\b",
                "a%zz",
                "localhost:123456",
                "h\u00E9",
                "<script>"
            })
    void refusesWhatIsNoHost(String host) {
        assertEquals(400, statusFor(host, Set.of("*")));
    }

    @Test
    void starLetsEveryNamePass() {
        assertEquals(200, statusFor("evil.com", Set.of("*")));
    }

    @Test
    void namesTheRemedy() {
        String response =
                MemoryExchange.answer(HostCheck.before(NEXT, Set.of()), "GET / HTTP/1.1\nHost: Evil.com:80\n\n");
        assertTrue(response.startsWith("HTTP/1.1 421 Misdirected Request\r\n"), response);
        assertTrue(response.contains("start it with --allow-host evil.com."), response);
    }

    @Test
    void hostMayBeMissingInHttp10Only() {
        HostCheck check = HostCheck.before(NEXT, Set.of());
        assertTrue(MemoryExchange.answer(check, "GET / HTTP/1.0\n\n").startsWith("HTTP/1.1 200"));
        assertTrue(MemoryExchange.answer(check, "GET / HTTP/1.1\n\n").startsWith("HTTP/1.1 400"));
    }

    @Test
    void refusesTwoHosts() {
        String raw = "GET / HTTP/1.1\nHost: localhost\nHost: localhost\n\n";
        assertTrue(MemoryExchange.answer(HostCheck.before(NEXT, Set.of()), raw).startsWith("HTTP/1.1 400"));
    }

    @Test
    void refusalsAreInTheAccessLog() {
        try (var lines = new AccessLines()) {
            statusFor("evil.com", Set.of());
            assertEquals(1, lines.requests().size());
            assertTrue(lines.requests().getFirst().endsWith("\"GET / HTTP/1.1\" 421 -"));
        }
    }
}
