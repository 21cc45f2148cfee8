package dev.htbin.auth;

import static java.util.Objects.requireNonNull;

import dev.htbin.handler.AccessLog;
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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for a name and a password before requests are handled, before their bodies are read, and again for whatever a handler answers in their place: Basic
 * authentication, which is no secret to whoever reads the connection.
 *
 * <p>Wrong ones get 401, too many of them 429 ({@link AttemptLimits}). A user that something before this has found, such as {@link ProxyUser}, is let in. Safe for
 * use by several threads.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc7617 RFC 7617
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-11 RFC 9110 section 11
 */
public final class BasicAuthentication implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(BasicAuthentication.class);
    private static final String FIELD = "Authorization";
    private static final String SCHEME = "Basic";

    private final HttpHandler next;
    private final AuthRules rules;
    private final Passwords passwords;

    private BasicAuthentication(HttpHandler next, AuthRules rules, Passwords passwords) {
        this.next = requireNonNull(next, "next");
        this.rules = requireNonNull(rules, "rules");
        this.passwords = passwords;
    }

    /** Puts the question before a handler, with {@link AttemptLimits#defaults()}. */
    public static BasicAuthentication before(HttpHandler next, AuthRules rules) {
        return before(next, rules, AttemptLimits.defaults());
    }

    /**
     * Puts the question before a handler.
     *
     * @param next gets what passes
     * @param rules who may make which requests
     * @param limits how many wrong passwords are put up with
     */
    public static BasicAuthentication before(HttpHandler next, AuthRules rules, AttemptLimits limits) {
        return before(next, rules, limits, System::nanoTime);
    }

    /** Puts the question before a handler, by another clock than the machine's. */
    static BasicAuthentication before(HttpHandler next, AuthRules rules, AttemptLimits limits, LongSupplier nanos) {
        return new BasicAuthentication(next, rules, new Passwords(limits, nanos));
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        var access = new RuledAccess(exchange);
        try {
            access.authenticate(exchange.request()).ifPresent(RequestNotes::add);
        } catch (HttpException refusal) {
            BaseHttpRequestHandler.refuse(exchange, refusal);
            return;
        }
        next.handle(new ExchangeWithAccess(exchange, exchange.request(), access));
    }

    /** Returns how many passwords were verified so far; those that were remembered are not among them. */
    long verified() {
        return passwords.verified();
    }

    private final class RuledAccess implements Access {
        private final Access outer;
        private final Peer peer;

        RuledAccess(Exchange exchange) {
            this.outer = exchange.access();
            this.peer = exchange.peer();
        }

        @Override
        public Optional<Authentication> authenticate(Request request) {
            // What is no path is for the whole server.
            UrlPath path = request.target().equals("*") ? UrlPath.parse("/") : UrlPath.parse(request.rawPath());
            return admit(request, path);
        }

        @Override
        public void checkPlace(Request request, UrlPath place) {
            outer.checkPlace(request, place);
            admit(request, place);
        }

        private Optional<Authentication> admit(Request request, UrlPath path) {
            Optional<Authentication> known = outer.authenticate(request);
            if (known.isPresent()) {
                return known;
            }
            Optional<AuthRule> rule = rules.of(request.method(), path, request.rawQuery());
            return rule.isEmpty() ? Optional.empty() : Optional.of(ask(rule.get(), request, peer));
        }
    }

    private Authentication ask(AuthRule rule, Request request, Peer peer) {
        List<String> fields = request.fields().all(FIELD);
        if (fields.size() > 1) {
            throw new HttpException(400, "The request has more than one Authorization field.");
        }
        Optional<Credentials> given = fields.isEmpty() ? Optional.empty() : Credentials.parse(fields.getFirst());
        if (given.isEmpty()) {
            throw challenge(rule, "This asks for a name and a password.");
        }
        Htpasswd users = rule.users().current();
        return switch (passwords.verify(users, given.get(), peer.client())) {
            case Passwords.Verdict.Right() ->
                new Authentication(SCHEME, given.get().user());
            case Passwords.Verdict.Wrong() -> {
                logWrong(users, given.get().user(), request, peer);
                throw challenge(rule, "The name or the password is wrong.");
            }
            case Passwords.Verdict.TooMany(Duration untilNext) -> throw tooMany(untilNext);
            case Passwords.Verdict.Busy() ->
                throw HttpException.busy("The server is busy with other passwords. Try again later.");
        };
    }

    /** People type passwords into the wrong box, so only names that exist are told. */
    private static void logWrong(Htpasswd users, String user, Request request, Peer peer) {
        LOG.warn(
                "wrong password of {} from {} for {}",
                users.hashOf(user).isPresent() ? "'" + AccessLog.escape(Octets.toText(user)) + "'" : "an unknown user",
                peer.clientAddress(),
                AccessLog.escape(request.rawPath()));
    }

    private static HttpException tooMany(Duration untilNext) {
        String seconds = Long.toString(untilNext.plusMillis(999).toSeconds());
        return new HttpException(
                429,
                "There were too many wrong passwords. Try again in %s seconds.".formatted(seconds),
                Fields.of(new Field("Retry-After", seconds)));
    }

    private static HttpException challenge(AuthRule rule, String message) {
        String realm = Octets.ofText(rule.realm()).replace("\\", "\\\\").replace("\"", "\\\"");
        return new HttpException(
                401,
                message,
                Fields.of(new Field("WWW-Authenticate", "Basic realm=\"%s\", charset=\"UTF-8\"".formatted(realm))));
    }
}
