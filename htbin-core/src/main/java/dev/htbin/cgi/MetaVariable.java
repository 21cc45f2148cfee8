package dev.htbin.cgi;

import dev.htbin.http.Authentication;
import dev.htbin.http.Mount;
import dev.htbin.http.Octets;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every variable that a script gets beside those of header fields: its section of RFC 3875, if it has one, and its rule.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-4.1 RFC 3875 section 4.1
 */
enum MetaVariable {
    /** The scheme, if the server itself authenticated the client; never from the {@code Authorization} field, which anyone can send. */
    AUTH_TYPE("4.1.1", r -> r.authentication().map(Authentication::scheme).filter(s -> !s.isEmpty())),
    /** The length of the body without its transfer coding; unset without a body. */
    CONTENT_LENGTH(
            "4.1.2",
            r -> r.contentLength().isPresent()
                    ? Optional.of(Long.toString(r.contentLength().getAsLong()))
                    : Optional.empty()),
    /** The field of the request; unset without it, never guessed. */
    CONTENT_TYPE("4.1.3", r -> r.request().fields().first("Content-Type").filter(v -> !v.isEmpty())),
    GATEWAY_INTERFACE("4.1.4", r -> Optional.of("CGI/1.1")),
    /** What follows the script's name, decoded once; unset if nothing does. */
    PATH_INFO("4.1.5", r -> Optional.of(r.script().pathInfo()).filter(p -> !p.isEmpty())),
    /** {@code PATH_INFO} as a file, through the mapping that files go through; need not exist. Unset without {@code PATH_INFO}. */
    PATH_TRANSLATED(
            "4.1.6", r -> r.pathTranslated().filter(p -> !r.script().pathInfo().isEmpty())),
    /** Raw, and empty rather than unset. */
    QUERY_STRING("4.1.7", r -> Optional.of(r.request().rawQuery())),
    REMOTE_ADDR("4.1.8", r -> Optional.of(r.peer().clientAddress())),
    /** The address again, as the section allows: no request waits for DNS. */
    REMOTE_HOST("4.1.9", r -> Optional.of(r.peer().clientAddress())),
    /** Never set: nobody speaks RFC 1413. Here so that no configuration can set it. */
    REMOTE_IDENT("4.1.10", r -> Optional.empty()),
    REMOTE_USER("4.1.11", r -> r.authentication().map(Authentication::user)),
    REQUEST_METHOD("4.1.12", r -> Optional.of(r.request().method())),
    SCRIPT_NAME("4.1.13", r -> Optional.of(r.script().scriptName())),
    /** The host of the request's {@code Host} field if it is one, else the server's own name. */
    SERVER_NAME("4.1.14", r -> Optional.of(hostName(r))),
    /** The port on which the request was received, whatever the {@code Host} field says. */
    SERVER_PORT("4.1.15", r -> Optional.of(Integer.toString(r.peer().local().getPort()))),
    SERVER_PROTOCOL("4.1.16", r -> Optional.of(r.request().version().text())),
    SERVER_SOFTWARE("4.1.17", r -> Optional.of(r.server().software())),

    /** The raw request target. */
    REQUEST_URI("", r -> Optional.of(r.request().target())),
    DOCUMENT_ROOT(
            "", r -> Optional.of(Octets.ofText(r.mounts().root().directory().toString()))),
    /** For a script below a mounted directory, as Apache has it for an alias: the URL path of the mount. */
    CONTEXT_PREFIX("", r -> r.context().map(Mount::urlPath)),
    /** The directory that is mounted there. */
    CONTEXT_DOCUMENT_ROOT(
            "", r -> r.context().map(m -> Octets.ofText(m.root().directory().toString()))),
    SCRIPT_FILENAME("", r -> Optional.of(Octets.ofText(r.script().file().toString()))),
    REMOTE_PORT("", r -> Optional.of(Integer.toString(r.peer().client().getPort()))),
    SERVER_ADDR("", r -> Optional.of(r.peer().localAddress())),
    REQUEST_SCHEME("", r -> Optional.of(r.peer().secure() ? "https" : "http")),
    HTTPS("", r -> r.peer().secure() ? Optional.of("on") : Optional.empty()),
    /** {@code php-cgi} refuses to run without it. */
    REDIRECT_STATUS("", r -> Optional.of("200")),
    UNIQUE_ID("", r -> Optional.of(r.id()));

    private static final Pattern HOST = Pattern.compile(
            "(\\[[0-9A-Fa-f:.]{2,45}]|[0-9A-Za-z](?:[0-9A-Za-z._-]{0,253}[0-9A-Za-z._])?)(?::[0-9]{0,5})?");

    private final String section;

    @SuppressWarnings("ImmutableEnumChecker") // the rules capture nothing
    private final Function<CgiRequest, Optional<String>> rule;

    MetaVariable(String section, Function<CgiRequest, Optional<String>> rule) {
        this.section = section;
        this.rule = rule;
    }

    /** Returns the variable's value for a request, an octet string without NUL; empty if it is unset. */
    Optional<String> valueIn(CgiRequest request) {
        return rule.apply(request);
    }

    /** Returns the section of RFC 3875 that defines the variable; empty if none does. */
    String section() {
        return section;
    }

    /** Tells whether a name is that of a variable that RFC 3875 defines. */
    static boolean isOfRfc(String name) {
        for (MetaVariable variable : values()) {
            if (variable.name().equals(name)) {
                return !variable.section.isEmpty();
            }
        }
        return false;
    }

    private static String hostName(CgiRequest request) {
        Optional<String> host = request.request().fields().first("Host");
        if (host.isPresent()) {
            Matcher matcher = HOST.matcher(host.get());
            if (matcher.matches()) {
                return matcher.group(1);
            }
        }
        String own = Octets.ofText(request.server().name());
        return own.indexOf(':') >= 0 && !own.startsWith("[") ? "[" + own + "]" : own;
    }
}
