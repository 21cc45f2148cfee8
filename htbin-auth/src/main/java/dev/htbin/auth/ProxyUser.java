package dev.htbin.auth;

import static java.util.Objects.requireNonNull;

import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.http.Access;
import dev.htbin.http.Authentication;
import dev.htbin.http.Exchange;
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
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

/**
 * Takes the user from a field that a trusted proxy sets, for scripts ({@code REMOTE_USER}) and for {@link BasicAuthentication}, which asks no more then. The field is taken
 * out of every request, in every spelling that becomes the same variable, so that no script can believe it, whoever sent it.
 *
 * <p>A proxy is trusted whose word on the client counts: {@link Peer#proxy}. It must take the field out of its clients' requests before it sets it. {@code AUTH_TYPE} stays
 * unset: how the proxy asked is not known. Safe for use by several threads.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-4.1.11 RFC 3875 section 4.1.11
 */
public final class ProxyUser implements HttpHandler {
    /** What servers and scripts take a user from by themselves, or what has a meaning of its own: a proxy's word in it would be lost, or taken for something else. */
    private static final List<String> RESERVED =
            List.of("Host", "Authorization", "Connection", "Content-Length", "Cookie");

    private final HttpHandler next;
    private final String field;

    private ProxyUser(HttpHandler next, String field) {
        this.next = requireNonNull(next, "next");
        this.field = requireNonNull(field, "field");
    }

    /**
     * Puts this before a handler.
     *
     * @param next gets every request
     * @param field the name of the field, for example {@code X-Remote-User}
     * @throws IllegalArgumentException as {@link #requireName}
     */
    public static ProxyUser before(HttpHandler next, String field) {
        return new ProxyUser(next, requireName(field));
    }

    /**
     * Returns the name of a field if it can be that of a user.
     *
     * @throws IllegalArgumentException if it is no token, has an underscore, which many servers can't tell from a hyphen, or means something else
     */
    public static String requireName(String field) {
        if (!Field.isToken(field)
                || field.indexOf('_') >= 0
                || RESERVED.stream().anyMatch(field::equalsIgnoreCase)) {
            throw new IllegalArgumentException(
                    "field: '%s' (expected: the name of a header field, without _)".formatted(field));
        }
        return field;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Request request = exchange.request();
        boolean trusted = exchange.peer().proxy().isPresent();
        List<String> names = trusted ? request.fields().all(field) : List.of();
        Request rest = without(request, field);
        if (names.size() > 1) {
            BaseHttpRequestHandler.refuse(
                    exchange, new HttpException(400, "The request has more than one %s field.".formatted(field)));
        } else if (!names.isEmpty() && names.getFirst().chars().anyMatch(c -> Octets.isControl((char) c))) {
            BaseHttpRequestHandler.refuse(
                    exchange, new HttpException(400, "The %s field has a control character.".formatted(field)));
        } else if (names.isEmpty() || names.getFirst().isEmpty()) {
            next.handle(new ExchangeWithAccess(exchange, rest, exchange.access()));
        } else {
            var user = new Authentication("", names.getFirst());
            RequestNotes.add(user);
            next.handle(new ExchangeWithAccess(exchange, rest, new NamedAccess(exchange.access(), user)));
        }
    }

    /** Returns a request without a field, also where its name is spelled with underscores, of which many servers and scripts make hyphens. */
    public static Request without(Request request, String field) {
        return request.with(Fields.of(request.fields().stream()
                .filter(each -> !each.name().replace('_', '-').equalsIgnoreCase(field))
                .toList()));
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
