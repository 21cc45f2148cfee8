package dev.htbin.cgi;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The variables of a request's header fields, {@code HTTP_*}.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-4.1.18 RFC 3875 section 4.1.18
 */
final class ProtocolVariables {
    /** The variable of the client's credentials. */
    static final String AUTHORIZATION = "HTTP_AUTHORIZATION";

    private static final Map<String, String> NEVER = Map.ofEntries(
            Map.entry("proxy", "HTTP_PROXY would be taken for a proxy's address (CVE-2016-5385)"),
            Map.entry("authorization", "credentials are not for scripts, but for those of --pass-authorization"),
            Map.entry("proxy-authorization", "credentials are not for scripts"),
            Map.entry("content-type", "it is in CONTENT_TYPE"),
            Map.entry("content-length", "it is in CONTENT_LENGTH"),
            Map.entry("connection", "it concerns the connection alone"),
            Map.entry("proxy-connection", "it concerns the connection alone"),
            Map.entry("keep-alive", "it concerns the connection alone"),
            Map.entry("te", "it concerns the connection alone"),
            Map.entry("trailer", "it concerns the connection alone"),
            Map.entry("transfer-encoding", "it concerns the connection alone"),
            Map.entry("upgrade", "it concerns the connection alone"),
            Map.entry("expect", "the server has met it"));

    /** What {@code Connection} may not take away: a client could else hide what a proxy before this server has added (CVE-2022-31813). */
    private static final Set<String> END_TO_END =
            Set.of("host", "cookie", "cache-control", "forwarded", "via", "origin", "referer", "range");

    private ProtocolVariables() {}

    /**
     * Adds the variables of the fields; what is left out is added to {@code dropped}.
     *
     * @param passAuthorization whether a single {@code Authorization} field is passed on
     */
    static void add(
            Fields fields, boolean passAuthorization, Map<String, String> variables, List<DroppedField> dropped) {
        Set<String> ofConnection = namedByConnection(fields);
        for (Field field : fields) {
            if (passAuthorization && field.is("Authorization")) {
                passCredentials(field, fields, variables, dropped);
                continue;
            }
            Optional<String> reason = reasonToDrop(field, ofConnection);
            if (reason.isPresent()) {
                dropped.add(new DroppedField(field.name(), reason.get()));
            } else {
                String name = "HTTP_" + field.name().replace('-', '_').toUpperCase(Locale.ROOT);
                String separator = field.is("Cookie") ? "; " : ", ";
                variables.merge(name, field.value(), (first, next) -> first + separator + next);
            }
        }
    }

    /** Two fields of credentials could be read as one user's by whoever checked them and as another's by the script. */
    private static void passCredentials(
            Field field, Fields fields, Map<String, String> variables, List<DroppedField> dropped) {
        if (fields.all("Authorization").size() == 1) {
            variables.put(AUTHORIZATION, field.value());
        } else {
            dropped.add(new DroppedField(field.name(), "there is more than one"));
        }
    }

    private static Optional<String> reasonToDrop(Field field, Set<String> ofConnection) {
        String name = field.name().toLowerCase(Locale.ROOT);
        String never = NEVER.get(name);
        if (never != null) {
            return Optional.of(never);
        }
        if (ofConnection.contains(name)) {
            return Optional.of("Connection names it, so it concerns the connection alone");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') {
                return Optional.of("'%c' in a name could make it the variable of another field".formatted(c));
            }
        }
        if (field.value().startsWith("() {")) {
            return Optional.of("old shells would run its value (CVE-2014-6271)");
        }
        return Optional.empty();
    }

    private static Set<String> namedByConnection(Fields fields) {
        var names = new HashSet<String>();
        for (String value : fields.all("Connection")) {
            for (String option : value.split(",", -1)) {
                String name = option.strip().toLowerCase(Locale.ROOT);
                boolean endToEnd = END_TO_END.contains(name) || name.startsWith("x-");
                if (!endToEnd && !name.isEmpty()) {
                    names.add(name);
                }
            }
        }
        return names;
    }
}
