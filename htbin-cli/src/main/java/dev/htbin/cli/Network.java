package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.auth.ProxyUser;
import dev.htbin.http.IpNetwork;
import dev.htbin.http.TrustedProxies;
import dev.htbin.http.TrustedProxies.ProxyFields;
import dev.htbin.jetty.ListenAddress;
import dev.htbin.jetty.ListenerConfig;
import dev.htbin.jetty.tls.TlsConfig;
import dev.htbin.jetty.tls.TlsConfig.ClientCertificates;
import dev.htbin.jetty.tls.TlsConfig.UserName;
import dev.htbin.process.launch.InheritedSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where the server listens, what is spoken there, and who is believed there.
 *
 * @param places where to listen, as named
 * @param implied whether the only place is the one that nobody named: sockets that a service manager made take its place
 * @param tls the certificate of the places that speak TLS; empty: none does
 * @param redirect the port, beside the first place, that redirects to it; empty: none
 * @param proxyProtocol whether connections begin with a PROXY header
 * @param proxies who is believed when it says who the client is
 * @param userField the field in which they say who the user is; empty: in none
 */
record Network(
        List<ListenOption> places,
        boolean implied,
        Optional<TlsConfig> tls,
        OptionalInt redirect,
        boolean proxyProtocol,
        TrustedProxies proxies,
        Optional<String> userField) {
    Network {
        places = List.copyOf(places);
        requireNonNull(tls, "tls");
        requireNonNull(redirect, "redirect");
        requireNonNull(proxies, "proxies");
        requireNonNull(userField, "userField");
    }

    /**
     * Reads the options.
     *
     * @param bind the address or name to listen on with the port
     * @param port the port, if one is named
     * @throws UsageException if a value is not what its option expects, or lacks another one
     */
    static Network of(Arguments arguments, String bind, Optional<Integer> port, int standardPort) {
        Optional<TlsConfig> tls = tls(arguments);
        var places = new ArrayList<ListenOption>();
        boolean named = arguments.has(Option.BIND) || port.isPresent();
        if (named || !arguments.has(Option.LISTEN)) {
            places.add(new ListenOption.Tcp(bind, port.orElse(standardPort), tls.isPresent()));
        }
        for (String value : arguments.all(Option.LISTEN)) {
            places.add(ListenOption.of(value, tls.isPresent()));
        }
        OptionalInt redirect = redirect(arguments, places);
        TrustedProxies proxies = proxies(arguments);
        if (arguments.has(Option.PROXY_PROTOCOL) && proxies.isEmpty()) {
            throw UsageException.ofCombination(
                    "--proxy-protocol: without --trust-proxy (expected: the addresses of the proxies that send PROXY headers, for example --trust-proxy 10.0.0.0/8)");
        }
        return new Network(
                places,
                !named && !arguments.has(Option.LISTEN),
                tls,
                redirect,
                arguments.has(Option.PROXY_PROTOCOL),
                proxies,
                userField(arguments, proxies));
    }

    private static Optional<TlsConfig> tls(Arguments arguments) {
        Optional<Path> certificate = file(arguments, Option.TLS_CERT);
        if (certificate.isEmpty()) {
            for (Option option : List.of(
                    Option.TLS_KEY,
                    Option.TLS_PASSWORD_FILE,
                    Option.TLS_CLIENT_CA,
                    Option.TLS_CLIENT_OPTIONAL,
                    Option.TLS_CLIENT_USER,
                    Option.REDIRECT_HTTP)) {
                if (arguments.has(option)) {
                    throw UsageException.ofCombination(
                            "%s: without --tls-cert (expected: the certificate, too, for example --tls-cert server.crt)"
                                    .formatted(option.longName()));
                }
            }
            return Optional.empty();
        }
        var tls = new TlsConfig(
                certificate.get(),
                file(arguments, Option.TLS_KEY).orElse(certificate.get()),
                file(arguments, Option.TLS_PASSWORD_FILE),
                Optional.empty());
        Optional<Path> authorities = file(arguments, Option.TLS_CLIENT_CA);
        if (authorities.isPresent()) {
            return Optional.of(tls.withClients(new ClientCertificates(
                    authorities.get(), !arguments.has(Option.TLS_CLIENT_OPTIONAL), userName(arguments))));
        }
        if (arguments.has(Option.TLS_CLIENT_OPTIONAL) || arguments.has(Option.TLS_CLIENT_USER)) {
            throw UsageException.ofCombination(
                    "--tls-client-optional, --tls-client-user: without --tls-client-ca (expected: who signs the clients' certificates, for example --tls-client-ca ca.crt)");
        }
        return Optional.of(tls);
    }

    private static UserName userName(Arguments arguments) {
        String name = arguments.last(Option.TLS_CLIENT_USER).orElse("cn");
        return switch (name) {
            case "cn" -> UserName.COMMON_NAME;
            case "subject" -> UserName.SUBJECT;
            case "none" -> UserName.NONE;
            default -> throw Values.refused("--tls-client-user", name, "cn, subject or none");
        };
    }

    private static Optional<Path> file(Arguments arguments, Option option) {
        return arguments.last(option).map(value -> Values.file(option, value));
    }

    private static OptionalInt redirect(Arguments arguments, List<ListenOption> places) {
        Optional<String> port = arguments.last(Option.REDIRECT_HTTP);
        if (port.isEmpty()) {
            return OptionalInt.empty();
        }
        int number = Values.number("--redirect-http", port.get(), 0, 65_535);
        if (https(places).filter(place -> place.port() > 0).isEmpty()) {
            throw Values.refused("--redirect-http", port.get(), "a PORT of https beside it that is not 0");
        }
        return OptionalInt.of(number);
    }

    private static Optional<ListenOption.Tcp> https(List<ListenOption> places) {
        for (ListenOption place : places) {
            if (place instanceof ListenOption.Tcp tcp && tcp.tls()) {
                return Optional.of(tcp);
            }
        }
        return Optional.empty();
    }

    private static TrustedProxies proxies(Arguments arguments) {
        var networks = new ArrayList<IpNetwork>();
        boolean unix = false;
        for (String value : arguments.all(Option.TRUST_PROXY)) {
            if (value.equals("unix")) {
                unix = true;
                continue;
            }
            try {
                networks.add(IpNetwork.parse(value));
            } catch (IllegalArgumentException e) {
                throw Values.refused("--trust-proxy", value, "an IP address, a block of them, or unix");
            }
        }
        String fields = arguments.last(Option.PROXY_FIELDS).orElse("x-forwarded");
        ProxyFields sent = switch (fields) {
            case "x-forwarded" -> ProxyFields.X_FORWARDED;
            case "forwarded" -> ProxyFields.FORWARDED;
            default -> throw Values.refused("--proxy-fields", fields, "x-forwarded or forwarded");
        };
        return TrustedProxies.of(networks).withUnixSockets(unix).withFields(sent);
    }

    private static Optional<String> userField(Arguments arguments, TrustedProxies proxies) {
        Optional<String> field = arguments.last(Option.REMOTE_USER_HEADER);
        if (field.isEmpty()) {
            return field;
        }
        try {
            ProxyUser.requireName(field.get());
        } catch (IllegalArgumentException e) {
            throw Values.refused(
                    "--remote-user-header", field.get(), "the name of a field that only the proxy sets, without _");
        }
        if (proxies.isEmpty()) {
            throw UsageException.ofCombination(
                    "--remote-user-header: without --trust-proxy, anybody could say to be anybody (expected: the addresses of the proxies that set the field, for example --trust-proxy 10.0.0.0/8)");
        }
        return field;
    }

    /** Returns the port that requests are explained for: the first one, 80 when there is none. */
    int port() {
        for (ListenOption place : places) {
            if (place instanceof ListenOption.Tcp tcp) {
                return tcp.port();
            }
        }
        return 80;
    }

    /**
     * Returns the listeners, names resolved.
     *
     * @param inherited the sockets that a service manager made
     * @throws IOException if a name has no address, or a socket is none
     */
    List<ListenerConfig> listeners(List<Integer> inherited) throws IOException {
        var listeners = new ArrayList<ListenerConfig>();
        for (int descriptor : inherited) {
            boolean unix = InheritedSockets.addressOf(descriptor) instanceof UnixDomainSocketAddress;
            listeners.add(listener(new ListenAddress.Inherited(descriptor), tls.isPresent() && !unix));
        }
        if (inherited.isEmpty() || !implied) {
            for (ListenOption place : places) {
                switch (place) {
                    case ListenOption.Tcp tcp ->
                        listeners.add(listener(
                                new ListenAddress.Tcp(new InetSocketAddress(resolve(tcp.host()), tcp.port())),
                                tcp.tls()));
                    case ListenOption.Unix unix -> listeners.add(listener(unix.address(), false));
                }
            }
        }
        Optional<ListenOption.Tcp> https = https(places);
        if (redirect.isPresent() && https.isPresent()) {
            var address = new InetSocketAddress(resolve(https.get().host()), redirect.getAsInt());
            listeners.add(listener(new ListenAddress.Tcp(address), false)
                    .redirectingTo(https.get().port()));
        }
        return listeners;
    }

    private ListenerConfig listener(ListenAddress address, boolean secured) {
        ListenerConfig listener = ListenerConfig.of(address).withProxyProtocol(proxyProtocol);
        return secured ? listener.withTls(tls.orElseThrow()) : listener;
    }

    private static InetAddress resolve(String host) throws IOException {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IOException(
                    "--bind: '%s' is no address and no name that can be resolved (expected: for example 127.0.0.1, ::1 or 0.0.0.0)"
                            .formatted(host),
                    e);
        }
    }
}
