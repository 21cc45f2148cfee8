package dev.htbin.handler;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Exchange;
import dev.htbin.http.HttpException;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Refuses requests for hosts that this server is not.
 *
 * <p>A web page that the user looks at can reach a server on the loopback address through a name of its own that resolves to it (DNS rebinding); only the
 * {@code Host} field gives it away. So a server bound to loopback answers to {@code localhost}, names below {@code .localhost}, IP addresses and the names
 * it was told, and to others with 421. A {@code Host} that is none gets 400.
 *
 * <p>Safe for use by several threads.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-7.2 RFC 9110 section 7.2
 */
public final class HostCheck implements HttpHandler {
    /** The name that stands for every name. */
    public static final String ANY = "*";

    private static final Pattern HOST = Pattern.compile(
            "(?<name>\\[[0-9A-Fa-f:.]+]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]{0,5})?");
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");

    private final HttpHandler next;
    private final Set<String> allowed;
    /** The value that passed last: clients of one server say the same again and again. */
    private volatile String passed = "localhost";

    private HostCheck(HttpHandler next, Set<String> allowed) {
        this.next = next;
        this.allowed = allowed;
    }

    /**
     * Puts the check before a handler.
     *
     * @param next gets what passes
     * @param allowedNames names that pass besides those of this machine, without port; {@link #ANY} lets every well-formed name pass
     */
    public static HostCheck before(HttpHandler next, Set<String> allowedNames) {
        requireNonNull(next, "next");
        return new HostCheck(
                next, allowedNames.stream().map(HostCheck::canonical).collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Optional<HttpException> refusal = refusal(exchange.request());
        if (refusal.isPresent()) {
            BaseHttpRequestHandler.refuse(exchange, refusal.get());
        } else {
            next.handle(exchange);
        }
    }

    @Override
    public boolean answerNow(Exchange exchange) throws IOException {
        return refusal(exchange.request()).isEmpty() && next.answerNow(exchange);
    }

    /** Returns why a request is refused; empty if it passes. */
    Optional<HttpException> refusal(Request request) {
        List<String> hosts = request.fields().all("Host");
        if (hosts.isEmpty()) {
            return request.version() == HttpVersion.HTTP_1_0
                    ? Optional.empty()
                    : Optional.of(new HttpException(400, "The request has no Host field."));
        }
        if (hosts.size() > 1) {
            return Optional.of(new HttpException(400, "The request has more than one Host field."));
        }
        String host = hosts.getFirst();
        if (host.equals(passed)) {
            return Optional.empty();
        }
        var matcher = HOST.matcher(host);
        if (!matcher.matches()) {
            return Optional.of(new HttpException(400, "The Host field is no host with an optional port."));
        }
        Optional<HttpException> refusal = judge(canonical(matcher.group("name")));
        if (refusal.isEmpty()) {
            passed = host;
        }
        return refusal;
    }

    private Optional<HttpException> judge(String name) {
        if (name.startsWith("[")) {
            return name.contains(":") && isAddress(name.substring(1, name.length() - 1))
                    ? Optional.empty()
                    : Optional.of(new HttpException(400, "The Host field has brackets without an IPv6 address."));
        }
        boolean passes = name.isEmpty()
                || name.equals("localhost")
                || name.endsWith(".localhost")
                || (IPV4.matcher(name).matches() && isAddress(name))
                || allowed.contains(name)
                || allowed.contains(ANY);
        return passes
                ? Optional.empty()
                : Optional.of(new HttpException(
                        421,
                        "This server is not %s. If it should be, start it with --allow-host %s".formatted(name, name)));
    }

    private static boolean isAddress(String text) {
        try {
            return InetAddress.ofLiteral(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String canonical(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") && lower.length() > 1 ? lower.substring(0, lower.length() - 1) : lower;
    }
}
