package dev.htbin.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request as the client made it, before the proxies that carried it here: its address, scheme, host and port. Only what trusted proxies say counts. Each adds the
 * address that it saw, so the list is read from its end, and the first address that is not a trusted proxy's own is the client's; what stands before it, anyone can
 * have written.
 *
 * @param request the request, with the {@code Host} that the client named
 * @param peer the client's and the server's end, as the client sees them, and the proxy between
 * @spec https://www.rfc-editor.org/rfc/rfc7239 RFC 7239
 */
public record Forwarding(Request request, Peer peer) {
    /** An address with an optional port: {@code 192.0.2.1:80}, {@code [2001:db8::1]:80}, {@code 2001:db8::1}. */
    private static final Pattern NODE = Pattern.compile(
            "\\[(?<six>[^]]*)](?::(?<port6>[0-9]{1,5}))?|(?<four>[0-9.]+)(?::(?<port4>[0-9]{1,5}))?|(?<bare>[0-9A-Fa-f:.]+)");

    private static final Pattern HOST =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._-]+)(?::(?<port>[0-9]{1,5}))?");

    /** One pair of a {@code Forwarded} element, and what separates it from the next one. Addresses need quotes by the RFC, and not everybody knows. */
    private static final Pattern PAIR = Pattern.compile(
            "\\s*+(?<name>[A-Za-z]++)=(?:\"(?<quoted>(?:[^\"\\\\]|\\\\.)*+)\"|(?<token>[-!#$%&'*+.^_`|~0-9A-Za-z:\\[\\]]*+))\\s*+(?:;|$)|\\s*+;");

    /** In how many commas an element may lie that has some between quotes. */
    private static final int MOST_COMMAS = 16;

    private static final int MOST_HOPS = 64;

    /** What one proxy says of the request that it got; a part that it does not say is empty. */
    private record Hop(String node, String proto, String host, String port) {}

    /**
     * Finds the client.
     *
     * @param request as it arrived
     * @param connected the connection that it arrived on
     */
    public static Forwarding of(Request request, Peer connected, TrustedProxies proxies) {
        if (proxies.isEmpty() || !proxies.trusts(connected.client())) {
            return new Forwarding(request, connected);
        }
        Peer peer = connected.withProxy(connected.client());
        List<Hop> hops = switch (proxies.fields()) {
            case X_FORWARDED -> byLists(request.fields());
            case FORWARDED -> byElements(request.fields().all("Forwarded"));
        };
        InetSocketAddress client = peer.client();
        Optional<Hop> seen = Optional.empty();
        for (int i = hops.size() - 1; i >= 0 && proxies.trusts(client); i--) {
            Hop hop = hops.get(i);
            // What a proxy says of scheme and host holds also where it does not say who asked.
            seen = Optional.of(hop);
            Optional<InetSocketAddress> node = node(hop.node);
            if (node.isEmpty()) {
                break;
            }
            client = node.get();
        }
        return seen.isEmpty() ? new Forwarding(request, peer) : seenBy(seen.get(), client, request, peer);
    }

    private static Forwarding seenBy(Hop hop, InetSocketAddress client, Request request, Peer peer) {
        Matcher host = HOST.matcher(hop.host);
        boolean named = host.matches();
        Request asked = named ? request.with(request.fields().with("Host", hop.host)) : request;
        boolean secure = switch (hop.proto.toLowerCase(Locale.ROOT)) {
            case "https" -> true;
            case "http" -> false;
            default -> peer.secure();
        };
        OptionalInt port = port(hop.port);
        if (port.isEmpty() && named && host.group("port") != null) {
            port = port(host.group("port"));
        }
        if (port.isEmpty() && (named || !hop.proto.isEmpty())) {
            port = OptionalInt.of(secure ? 443 : 80);
        }
        InetSocketAddress local = peer.local();
        if (port.isPresent()) {
            local = local.getAddress() == null
                    ? InetSocketAddress.createUnresolved(local.getHostString(), port.getAsInt())
                    : new InetSocketAddress(local.getAddress(), port.getAsInt());
        }
        return new Forwarding(asked, new Peer(client, local, secure, peer.connection(), peer.tls(), peer.proxy()));
    }

    /** Reads {@code X-Forwarded-*}. Where a list is as long as that of the addresses, its members belong together; else only its last member is a proxy's word. */
    private static List<Hop> byLists(Fields fields) {
        List<String> nodes = members(fields, "X-Forwarded-For");
        List<String> protos = members(fields, "X-Forwarded-Proto");
        List<String> hosts = members(fields, "X-Forwarded-Host");
        List<String> ports = members(fields, "X-Forwarded-Port");
        int count = Math.max(nodes.size(), 1);
        var hops = new ArrayList<Hop>();
        for (int i = Math.max(0, count - MOST_HOPS); i < count; i++) {
            hops.add(new Hop(
                    nodes.isEmpty() ? "" : nodes.get(i),
                    member(protos, i, count),
                    member(hosts, i, count),
                    member(ports, i, count)));
        }
        return hops;
    }

    private static String member(List<String> list, int index, int count) {
        if (list.isEmpty()) {
            return "";
        }
        return list.size() == count ? list.get(index) : list.getLast();
    }

    private static List<String> members(Fields fields, String name) {
        var members = new ArrayList<String>();
        for (String value : fields.all(name)) {
            for (String member : value.split(",", -1)) {
                members.add(member.strip());
            }
        }
        return members;
    }

    /**
     * Reads {@code Forwarded} from its end, so that quotes that a client left open can't swallow what a proxy added. What is malformed, and all before it, is not there.
     */
    private static List<Hop> byElements(List<String> values) {
        var hops = new ArrayList<Hop>();
        String list = String.join(",", values);
        int end = list.length();
        while (end >= 0 && hops.size() < MOST_HOPS) {
            int comma = list.lastIndexOf(',', end - 1);
            Optional<Hop> hop = element(list.substring(comma + 1, end));
            for (int i = 0; i < MOST_COMMAS && hop.isEmpty() && comma >= 0; i++) {
                comma = list.lastIndexOf(',', comma - 1);
                hop = element(list.substring(comma + 1, end));
            }
            if (hop.isEmpty()) {
                break;
            }
            hops.addFirst(hop.get());
            end = comma;
        }
        return hops;
    }

    private static Optional<Hop> element(String text) {
        Hop hop = new Hop("", "", "", "");
        String rest = text.strip();
        Matcher pair = PAIR.matcher(rest);
        int at = 0;
        while (at < rest.length()) {
            if (!pair.region(at, rest.length()).lookingAt()) {
                return Optional.empty();
            }
            hop = pair.group("name") == null ? hop : with(hop, pair);
            at = pair.end();
        }
        return Optional.of(hop);
    }

    private static Hop with(Hop hop, Matcher pair) {
        String value = pair.group("quoted") == null
                ? pair.group("token")
                : pair.group("quoted").replaceAll("\\\\(.)", "$1");
        return switch (pair.group("name").toLowerCase(Locale.ROOT)) {
            case "for" -> new Hop(value, hop.proto, hop.host, hop.port);
            case "proto" -> new Hop(hop.node, value, hop.host, hop.port);
            case "host" -> new Hop(hop.node, hop.proto, value, hop.port);
            default -> hop;
        };
    }

    private static Optional<InetSocketAddress> node(String text) {
        Matcher node = NODE.matcher(text);
        if (!node.matches()) {
            return Optional.empty();
        }
        String literal = node.group("six") != null
                ? node.group("six")
                : node.group("four") != null ? node.group("four") : node.group("bare");
        String port = node.group("port6") != null ? node.group("port6") : node.group("port4");
        Optional<InetAddress> address = IpNetwork.addressOf(literal);
        return address.map(
                a -> new InetSocketAddress(a, port(port == null ? "" : port).orElse(0)));
    }

    private static OptionalInt port(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 0xFFFF) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(Integer.parseInt(text));
    }
}
