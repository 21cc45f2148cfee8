package dev.htbin.jetty;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.jspecify.annotations.Nullable;

/** Checks what Jetty's parser lets through, and turns a head into htbin's values. */
final class RequestHead {
    /** What follows the target in a request line: a space, the version, and the line's end. */
    private static final int VERSION_BYTES = " HTTP/1.1\r\n".length();

    private static final String UNKNOWN = "-";

    private static final Pattern HOST = Pattern.compile(
            "(\\[[0-9A-Fa-f:.]+]|\\[v[0-9A-Fa-f]+\\.[-A-Za-z0-9._~!$&'()*+,;=:]+]|([-A-Za-z0-9._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(:(?<port>[0-9]{0,5}))?");

    /** The Host that was found valid last: clients of one server say the same again and again. */
    private static volatile String validHost = "localhost";

    private RequestHead() {}

    /** Returns why a request is refused before it reaches the handler; empty when it is not. */
    static Optional<ErrorPage> refusal(org.eclipse.jetty.server.Request request, EngineConfig config) {
        ClientEndPoint client = ClientEndPoint.of(
                request.getConnectionMetaData().getConnection().getEndPoint());
        if (client != null && client.firstLine().misspellsProtocol()) {
            return refuse(400, "The protocol's name is HTTP, in capital letters.");
        }
        Optional<ErrorPage> bad = badTarget(request, config.limits());
        if (bad.isPresent()) {
            return bad;
        }
        if (version(request) == HttpVersion.HTTP_2) {
            return Http2Head.refusal(request, config.limits());
        }
        boolean http10 =
                request.getConnectionMetaData().getHttpVersion() == org.eclipse.jetty.http.HttpVersion.HTTP_1_0;
        boolean coded = false;
        for (HttpField field : request.getHeaders()) {
            HttpHeader header = field.getHeader();
            if (header == HttpHeader.TRANSFER_ENCODING) {
                if (http10 || coded) {
                    return refuse(400, "The transfer coding of the request is not valid here.");
                }
                if (!"chunked".equalsIgnoreCase(field.getValue())) {
                    return refuse(501, "The only transfer coding that is understood here is chunked.");
                }
                coded = true;
            } else if (header == HttpHeader.CONTENT_LENGTH
                    && request.getLength() > config.limits().bodyBytes()) {
                return refuse(413, "The body of the request is too large.");
            } else if (header == HttpHeader.HOST && !isHost(valueOf(field))) {
                return refuse(400, "The Host field is not a host name or address with an optional port.");
            }
        }
        return Optional.empty();
    }

    static boolean isHost(String value) {
        if (value.equals(validHost)) {
            return true;
        }
        Matcher host = HOST.matcher(value);
        if (!host.matches()) {
            return false;
        }
        String port = host.group("port");
        boolean valid = port == null || port.isEmpty() || Integer.parseInt(port) <= 0xFFFF;
        if (valid) {
            validHost = value;
        }
        return valid;
    }

    private static Optional<ErrorPage> badTarget(org.eclipse.jetty.server.Request request, EngineConfig.Limits limits) {
        String method = request.getMethod();
        HttpURI uri = request.getHttpURI();
        if (method.equals("CONNECT")) {
            return refuse(501, "This server is no proxy.");
        }
        String target = uri.getPathQuery();
        if (target == null || !(target.startsWith("/") || (target.equals("*") && method.equals("OPTIONS")))) {
            return refuse(400, "The request target must begin with a slash.");
        }
        if (method.length() + 1 + target.length() + VERSION_BYTES > limits.requestLineBytes()) {
            return refuse(414, "The request line is too long.");
        }
        if (target.indexOf('\uFFFD') >= 0 || target.chars().anyMatch(c -> c <= ' ' || c == '#' || c == 0x7F)) {
            return refuse(400, "The request target has an octet that must be percent-encoded.");
        }
        String scheme = uri.getScheme();
        if (scheme != null && !scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
            return refuse(400, "The request target has a scheme that is not served here.");
        }
        return Optional.empty();
    }

    static Request of(org.eclipse.jetty.server.Request request) {
        var fields = new ArrayList<Field>(request.getHeaders().size() + 1);
        String authority = request.getHttpURI().getAuthority();
        if (version(request) == HttpVersion.HTTP_2
                && authority != null
                && !request.getHeaders().contains(HttpHeader.HOST)) {
            fields.add(new Field("Host", authority));
        }
        for (HttpField field : request.getHeaders()) {
            fields.add(new Field(field.getName(), valueOf(field)));
        }
        return new Request(request.getMethod(), target(request.getHttpURI()), version(request), Fields.of(fields));
    }

    /** Returns the head of a request that is refused; empty if it is none. */
    static Optional<Request> ofRefused(org.eclipse.jetty.server.Request request) {
        if (line(request).equals(UNKNOWN)) {
            return Optional.empty();
        }
        try {
            return Optional.of(of(request));
        } catch (IllegalArgumentException e) {
            // A field that is none may be why it is refused.
            return Optional.empty();
        }
    }

    /** Returns the request line as far as it is known, for the log. */
    static String line(org.eclipse.jetty.server.Request request) {
        String target =
                request.getHttpURI() == null ? null : request.getHttpURI().getPathQuery();
        if (target == null || target.equals("/badMessage") || target.equals("/badRequest")) {
            return UNKNOWN;
        }
        return "%s %s %s"
                .formatted(
                        request.getMethod(),
                        Octets.ofText(target),
                        version(request).text());
    }

    static HttpVersion version(org.eclipse.jetty.server.Request request) {
        return switch (request.getConnectionMetaData().getHttpVersion()) {
            case HTTP_0_9, HTTP_1_0 -> HttpVersion.HTTP_1_0;
            case HTTP_1_1 -> HttpVersion.HTTP_1_1;
            case HTTP_2, HTTP_3 -> HttpVersion.HTTP_2;
        };
    }

    /** Tells whether a list of tokens, as in {@code Connection}, has this one. */
    static boolean hasToken(@Nullable String list, String token) {
        if (list == null) {
            return false;
        }
        for (String element : list.toLowerCase(Locale.ROOT).split(",", -1)) {
            if (element.strip().equals(token)) {
                return true;
            }
        }
        return false;
    }

    private static String target(HttpURI uri) {
        String target = String.valueOf(uri.getPathQuery());
        for (int i = 0; i < target.length(); i++) {
            if (target.charAt(i) > 0x7F) {
                // Jetty decoded the octets as UTF-8.
                return Octets.ofText(target);
            }
        }
        return target;
    }

    static String valueOf(HttpField field) {
        return field.getValue() == null ? "" : field.getValue();
    }

    static Optional<ErrorPage> refuse(int status, String message) {
        return Optional.of(new ErrorPage(status, message));
    }
}
