package dev.htbin.develop;

import dev.htbin.cgi.Kept;
import dev.htbin.http.Field;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A request as a command line of curl, for a POSIX shell. */
final class CurlCommand {
    private static final Set<String> CURLS_OWN = curlsOwn();
    private static final int LONGEST_BODY = 8 << 10;

    private CurlCommand() {}

    private static Set<String> curlsOwn() {
        var names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(List.of("Host", "Content-Length", "Connection", "Transfer-Encoding"));
        return names;
    }

    /**
     * Returns the command.
     *
     * @param body the request's body; one that is long or has NUL is left to be filled in
     */
    static String of(Request request, Kept body) {
        String host = request.fields().first("Host").orElse("localhost");
        var command = new StringBuilder("curl -i");
        switch (request.method()) {
            case "GET" -> {}
            case "HEAD" -> command.append(" -I");
            default -> command.append(" -X ").append(quoted(request.method()));
        }
        for (Field field : request.fields()) {
            if (!CURLS_OWN.contains(field.name())) {
                command.append(" -H ").append(quoted(field.name() + ": " + field.value()));
            }
        }
        if (body.bytes() > 0) {
            boolean fits = body.whole()
                    && body.octets().length() <= LONGEST_BODY
                    && body.octets().indexOf(0) < 0;
            command.append(" --data-binary ").append(fits ? quoted(body.octets()) : "@BODY");
        }
        return command.append(' ')
                .append(quoted("http://" + host + request.target()))
                .toString();
    }

    private static String quoted(String octets) {
        String text = Octets.toText(octets);
        return text.matches("[\\w./:@%+,=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
