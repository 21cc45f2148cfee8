package dev.htbin.auth;

import static java.util.Objects.requireNonNull;

import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.http.Access;
import dev.htbin.http.Authentication;
import dev.htbin.http.Exchange;
import dev.htbin.http.Field;
import dev.htbin.http.HttpException;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Octets;
import dev.htbin.http.Peer;
import dev.htbin.http.Request;
import dev.htbin.http.RequestNotes;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Takes the user from a field that a trusted proxy sets, for scripts ({@code REMOTE_USER}) and for {@link BasicAuthentication}, which asks no more then. From
 * anybody else the field is taken out of the request, so that no script can believe it either.
 *
 * <p>The proxy must take the field out of its clients' requests before it sets it. {@code AUTH_TYPE} stays unset: how the proxy asked is not known. Safe for use by
 * several threads.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-4.1.11 RFC 3875 section 4.1.11
 */
public final class ProxyUser implements HttpHandler {
    private final HttpHandler next;
    private final String field;
    private final Predicate<Peer> trusted;

    private ProxyUser(HttpHandler next, String field, Predicate<Peer> trusted) {
        this.next = requireNonNull(next, "next");
        this.field = requireNonNull(field, "field");
        this.trusted = requireNonNull(trusted, "trusted");
    }

    /**
     * Puts this before a handler.
     *
     * @param next gets every request
     * @param field the name of the field, for example {@code X-Remote-User}
     * @param trusted whether a request comes from a proxy that is believed: by whoever is at the other end of the connection, not by whom it speaks for
     * @throws IllegalArgumentException if the name is no token, or has an underscore, which many servers can't tell from a hyphen
     */
    public static ProxyUser before(HttpHandler next, String field, Predicate<Peer> trusted) {
        if (!Field.isToken(field) || field.indexOf('_') >= 0) {
            throw new IllegalArgumentException(
                    "field: '%s' (expected: the name of a header field, without _)".formatted(field));
        }
        return new ProxyUser(next, field, trusted);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Request request = exchange.request();
        List<String> names = request.fields().all(field);
        if (!trusted.test(exchange.peer())) {
            next.handle(
                    names.isEmpty()
                            ? exchange
                            : new ExchangeWithAccess(exchange, withoutField(request), exchange.access()));
            return;
        }
        if (names.size() > 1) {
            BaseHttpRequestHandler.refuse(
                    exchange, new HttpException(400, "The request has more than one %s field.".formatted(field)));
        } else if (names.isEmpty() || names.getFirst().isEmpty()) {
            next.handle(exchange);
        } else if (names.getFirst().chars().anyMatch(c -> Octets.isControl((char) c))) {
            BaseHttpRequestHandler.refuse(
                    exchange, new HttpException(400, "The %s field has a control character.".formatted(field)));
        } else {
            var user = new Authentication("", names.getFirst());
            RequestNotes.add(user);
            next.handle(new ExchangeWithAccess(exchange, request, new NamedAccess(exchange.access(), user)));
        }
    }

    private Request withoutField(Request request) {
        return new Request(
                request.method(),
                request.target(),
                request.version(),
                request.fields().without(field));
    }

    private record NamedAccess(Access outer, Authentication user) implements Access {
        @Override
        public Optional<Authentication> authenticate(Request request) {
            return outer.authenticate(request).or(() -> Optional.of(user));
        }

        @Override
        public void checkPlace(Request request, UrlPath place) {
            outer.checkPlace(request, place);
        }
    }
}
