package dev.htbin.cgi;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpException;
import dev.htbin.http.ResponseHead;
import dev.htbin.http.UrlPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a script's head, and what they mean together.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-6.3 RFC 3875 section 6.3
 */
final class CgiHead {
    private static final Pattern STATUS = Pattern.compile("(103|[2-5][0-9]{2})(?:[ \t]+(.*))?");
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/[0-9]\\.[0-9] +(103|[2-5][0-9]{2})(?: (.*))?");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final Set<String> CGI_FIELDS = Set.of("status", "location", "content-type", "content-length");
    private static final int EARLY_HINTS = 103;
    private static final Set<String> HOP_BY_HOP =
            Set.of("connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade");

    private final int maxFields;
    private final boolean nph;
    private final List<Field> fields = new ArrayList<>();
    private final int firstLine;
    private final List<String> warnings;
    private int lines;
    private @Nullable Status status;
    private @Nullable String location;
    private boolean contentType;
    private OptionalLong contentLength = OptionalLong.empty();

    private record Status(int code, String reason) {}

    CgiHead(int maxFields, boolean nph) {
        this(maxFields, nph, 1, new ArrayList<>());
    }

    private CgiHead(int maxFields, boolean nph, int firstLine, List<String> warnings) {
        this.maxFields = maxFields;
        this.nph = nph;
        this.firstLine = firstLine;
        this.warnings = warnings;
    }

    /** Returns the head that follows this one, which was {@linkplain #earlyHints early hints}. */
    CgiHead next(int number) {
        return new CgiHead(maxFields, nph, number, warnings);
    }

    /** A line that makes the whole head unusable. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private static final int WHOLE_LINE = -1;

        private final Cause cause;
        private final int at;

        Refusal(Cause cause, String reason) {
            this(cause, reason, WHOLE_LINE);
        }

        /** Creates the refusal of one octet of the line, from 0. */
        Refusal(Cause cause, String reason, int at) {
            super(reason);
            this.cause = cause;
            this.at = at;
        }

        /** Returns the excerpt of a line, the octet marked that was refused. */
        String excerpt(String line) {
            return at < 0 ? Excerpt.of(line) : Excerpt.marked(line, at);
        }

        Cause cause() {
            return cause;
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    /** Takes a line that is not empty, without its end and without control characters but tabs. */
    void add(String line, int number) throws Refusal {
        if (nph && number == firstLine) {
            Matcher matcher = STATUS_LINE.matcher(line);
            if (!matcher.matches()) {
                throw new Refusal(
                        Cause.NO_STATUS_LINE,
                        "an nph- script must begin with a status line such as 'HTTP/1.1 200 OK', 200 to 599 or 103; rename the script if it writes CGI fields");
            }
            status = statusOf(matcher);
            return;
        }
        lines++;
        if (lines > maxFields) {
            throw new Refusal(Cause.HEAD_TOO_LONG, "the head has more than %d lines".formatted(maxFields));
        }
        if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
            throw new Refusal(
                    Cause.FOLDED_LINE,
                    "the line begins with white space; CGI has no folded lines, write the field on one line",
                    0);
        }
        int colon = line.indexOf(':');
        if (colon < 0) {
            throw new Refusal(
                    line.startsWith("HTTP/") ? Cause.STATUS_LINE : Cause.NO_FIELD_LINE,
                    line.startsWith("HTTP/")
                            ? "a status line; write 'Status: 200 OK', or name the script nph-..."
                            : "no header field ('Name: value'); is the blank line before the body missing, or a message printed first?",
                    tokenLength(line));
        }
        String name = line.substring(0, colon);
        if (!Field.isToken(name)) {
            warnings.add("line %d of the head was dropped, for its name is no token: %s"
                    .formatted(number, Excerpt.of(line)));
            return;
        }
        addField(name, trim(line.substring(colon + 1)));
    }

    /** Returns where a line stops being the name of a field: there a colon was expected. */
    private static int tokenLength(String line) {
        int length = 0;
        while (length < line.length() && Field.isToken(line.substring(length, length + 1))) {
            length++;
        }
        return length;
    }

    /**
     * Returns the fields of an interim response, after the blank line; empty if these lines are the response's own.
     *
     * @spec https://www.rfc-editor.org/rfc/rfc8297 RFC 8297
     */
    Optional<Fields> earlyHints() {
        if (status == null || status.code != EARLY_HINTS) {
            return Optional.empty();
        }
        return Optional.of(Fields.of(fields).without("Content-Type").without("Location"));
    }

    /** Returns what the lines mean, after the blank line. */
    CgiResponse complete(int number) throws Refusal {
        if (number == firstLine) {
            throw new Refusal(
                    Cause.NO_FIELDS, "the output begins with a blank line; the header fields must come first");
        }
        if (!nph && status == null && location == null && !contentType && fields.isEmpty()) {
            throw new Refusal(
                    Cause.NO_FIELDS,
                    "no header field before the blank line; Content-Type, Location or Status is needed");
        }
        if (status == null && location != null) {
            if (location.startsWith("/") && !location.startsWith("//")) {
                return localRedirect(location);
            }
            return new CgiResponse.ClientRedirect(
                    new ResponseHead(302, "", Fields.of(fields)), contentLength, warnings);
        }
        Status answer = status == null ? new Status(200, "") : status;
        var head = new ResponseHead(answer.code(), answer.reason(), Fields.of(fields));
        if (location != null && answer.code() / 100 == 3 && answer.code() != 304) {
            return new CgiResponse.ClientRedirectWithDocument(head, contentLength, warnings);
        }
        boolean empty = head.bodiless() || contentLength.equals(OptionalLong.of(0));
        if (!contentType && !empty) {
            warnings.add("the script gave no Content-Type; none is guessed");
        }
        return new CgiResponse.Document(head, contentLength, warnings);
    }

    private void addField(String name, String value) throws Refusal {
        String lower = name.toLowerCase(Locale.ROOT);
        if (value.isEmpty() && CGI_FIELDS.contains(lower)) {
            return; // section 6.3: a CGI field without a value is as good as none
        }
        switch (lower) {
            case "status" -> addStatus(value);
            case "location" -> {
                refuseSecond("Location", location != null);
                location = locationOf(value);
                fields.add(new Field(name, location));
            }
            case "content-type" -> {
                refuseSecond("Content-Type", contentType);
                contentType = true;
                fields.add(new Field(name, value));
            }
            case "content-length" -> addLength(value);
            case "transfer-encoding" ->
                throw new Refusal(
                        Cause.TRANSFER_ENCODING,
                        "Transfer-Encoding; a script writes its body as it is, the server frames it");
            default -> {
                if (HOP_BY_HOP.contains(lower)) {
                    warnings.add("%s was dropped: it concerns the connection, which is the server's".formatted(name));
                } else if (!lower.startsWith("x-cgi-")) {
                    fields.add(new Field(name, value));
                }
            }
        }
    }

    private void addStatus(String value) throws Refusal {
        if (nph) {
            warnings.add("Status was dropped: an nph- script has its status line");
            return;
        }
        refuseSecond("Status", status != null);
        Matcher matcher = STATUS.matcher(value);
        if (!matcher.matches()) {
            throw new Refusal(
                    Cause.BAD_STATUS, "Status must be three digits, 200 to 599, and may have a reason after a space");
        }
        status = statusOf(matcher);
    }

    private void addLength(String value) throws Refusal {
        if (!LENGTH.matcher(value).matches()) {
            throw new Refusal(Cause.BAD_LENGTH, "Content-Length must be digits alone, at most 18");
        }
        OptionalLong length = OptionalLong.of(Long.parseLong(value));
        refuseSecond("Content-Length", contentLength.isPresent() && !contentLength.equals(length));
        contentLength = length;
    }

    private static void refuseSecond(String name, boolean second) throws Refusal {
        if (second) {
            throw new Refusal(Cause.SECOND_FIELD, "a second %s; it may be given once".formatted(name));
        }
    }

    private static String locationOf(String value) throws Refusal {
        if (value.indexOf('\t') >= 0) {
            throw new Refusal(Cause.BAD_LOCATION, "Location has a tab");
        }
        return value;
    }

    private CgiResponse localRedirect(String value) throws Refusal {
        int fragment = value.indexOf('#');
        String target = encodeRest(fragment < 0 ? value : value.substring(0, fragment));
        int mark = target.indexOf('?');
        try {
            UrlPath.parse(mark < 0 ? target : target.substring(0, mark));
        } catch (HttpException e) {
            throw new Refusal(
                    Cause.BAD_LOCATION,
                    "Location %s is no path of this server: %s".formatted(Excerpt.of(value), e.publicMessage()));
        }
        if (fields.size() > 1 || contentLength.isPresent()) {
            warnings.add(
                    "a Location that is a path, without Status, is a local redirect: the script's other fields and its body are not used; add 'Status: 302 Found' to send it to the client");
        }
        return new CgiResponse.LocalRedirect(target, warnings);
    }

    /** Encodes what may not stand in a request target: white space and octets beyond ASCII. */
    private static String encodeRest(String location) {
        var target = new StringBuilder(location.length());
        for (int i = 0; i < location.length(); i++) {
            char c = location.charAt(i);
            if (c <= ' ' || c > '~' || "\"<>\\^`{|}".indexOf(c) >= 0) {
                target.append("%%%02X".formatted((int) c));
            } else {
                target.append(c);
            }
        }
        return target.toString();
    }

    private static Status statusOf(Matcher matcher) {
        String reason = Optional.ofNullable(matcher.group(2)).orElse("");
        return new Status(Integer.parseInt(matcher.group(1)), trim(reason));
    }

    private static String trim(String value) {
        int from = 0;
        int to = value.length();
        while (from < to && isBlank(value.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(value.charAt(to - 1))) {
            to--;
        }
        return value.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
