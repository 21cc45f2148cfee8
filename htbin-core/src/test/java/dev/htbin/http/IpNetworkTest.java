package dev.htbin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables: blocks of addresses, and what lies in them. */
class IpNetworkTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/9, 10.127.0.1, true",
        "10.0.0.0/9, 10.128.0.1, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "0.0.0.0/0, 8.8.8.8, true",
        "0.0.0.0/0, ::1, false",
        "::/0, ::1, true",
        "::/0, 8.8.8.8, false",
        "fd00::/8, fdff::1, true",
        "fd00::/8, fe00::1, false",
        "2001:db8::1, 2001:db8::1, true",
        "10.0.0.0/8, ::ffff:10.0.0.1, true",
    })
    void knowsWhatLiesInIt(String network, String address, boolean inside) {
        assertEquals(
                inside,
                IpNetwork.parse(network).contains(IpNetwork.addressOf(address).orElseThrow()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/x",
                "10.0.0.1/8",
                "::1/129",
                "::1/0",
                "10.0.0",
                "10.0.0.256",
                "010.0.0.0/8x",
                "localhost",
                "10.0.0.0 /8",
                "fe80::1%lo",
                "[::1]",
                "1.2.3.4.5",
                "10.0.0.0/8/8",
                "0x0a.0.0.0"
            })
    void refusesWhatIsNone(String text) {
        var failure = assertThrows(IllegalArgumentException.class, () -> IpNetwork.parse(text));
        assertTrue(String.valueOf(failure.getMessage()).contains("(expected: "), failure.getMessage());
    }
}
