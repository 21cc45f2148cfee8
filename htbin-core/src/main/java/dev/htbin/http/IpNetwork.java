package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A block of IP addresses.
 *
 * @param address the first one
 * @param prefixBits how many of its bits all others share: 0 to 32, or 128 for IPv6
 * @spec https://www.rfc-editor.org/rfc/rfc4632#section-3.1 RFC 4632 section 3.1
 */
public record IpNetwork(InetAddress address, int prefixBits) {
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    public IpNetwork {
        requireNonNull(address, "address");
        byte[] octets = address.getAddress();
        if (prefixBits < 0 || prefixBits > octets.length * 8) {
            throw new IllegalArgumentException(
                    "prefixBits: %d (expected: 0 to %d)".formatted(prefixBits, octets.length * 8));
        }
        for (int bit = prefixBits; bit < octets.length * 8; bit++) {
            if ((octets[bit / 8] & (0x80 >> bit % 8)) != 0) {
                throw new IllegalArgumentException(
                        "address: %s has bits beyond its prefix of %d (expected: the first address of the block)"
                                .formatted(address.getHostAddress(), prefixBits));
            }
        }
    }

    /**
     * Reads a block as it is written: an address, or an address, a slash, and the number of bits.
     *
     * @throws IllegalArgumentException if it is none; the message says what was expected
     */
    public static IpNetwork parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = addressOf(slash < 0 ? text : text.substring(0, slash))
                .orElseThrow(() -> new IllegalArgumentException(
                        "'%s' (expected: an IP address or a block such as 10.0.0.0/8 or fd00::/8)".formatted(text)));
        if (slash < 0) {
            return new IpNetwork(address, address.getAddress().length * 8);
        }
        String bits = text.substring(slash + 1);
        if (!bits.matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException(
                    "'%s' (expected: a number of bits after the slash, such as 10.0.0.0/8)".formatted(text));
        }
        return new IpNetwork(address, Integer.parseInt(bits));
    }

    /** Reads an IP address, without a name, a zone, or the short forms of old; an IPv4 address inside an IPv6 one is IPv4. Empty if it is none. */
    public static Optional<InetAddress> addressOf(String literal) {
        boolean six = literal.indexOf(':') >= 0;
        if (!(six ? IPV6 : IPV4).matcher(literal).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    InetAddress.getByAddress(InetAddress.ofLiteral(literal).getAddress()));
        } catch (IllegalArgumentException | UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Tells whether the block has this address. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] its = other.getAddress();
        if (mine.length != its.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit++) {
            if (((mine[bit / 8] ^ its[bit / 8]) & (0x80 >> bit % 8)) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixBits;
    }
}
