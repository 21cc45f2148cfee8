package dev.htbin.http;

import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a request belongs in a distributed trace, as its client says by the field {@code traceparent}.
 *
 * @param traceId the trace: 32 hexadecimal digits, not all 0
 * @param parentId the client's part of it: 16 hexadecimal digits, not all 0
 * @param value the whole value of the field
 * @spec https://www.w3.org/TR/trace-context/#traceparent-header W3C Trace Context section 3.2
 */
public record TraceParent(String traceId, String parentId, String value) {
    /** The field of a request. */
    public static final String FIELD = "traceparent";

    /** The field of a request with what vendors add to the trace; of no use without {@link #FIELD}. */
    public static final String STATE_FIELD = "tracestate";

    private static final Pattern FORM = Pattern.compile(
            "(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<parent>[0-9a-f]{16})-[0-9a-f]{2}(?<more>-.*)?");

    /** Returns what the fields of a request say; empty if they have no {@code traceparent}, several, or one that is not valid. */
    public static Optional<TraceParent> of(Fields fields) {
        if (fields.all(FIELD).size() != 1) {
            return Optional.empty();
        }
        return parse(fields.all(FIELD).getFirst());
    }

    /** Reads the value of a field; empty if it is not valid. */
    static Optional<TraceParent> parse(String value) {
        Matcher form = FORM.matcher(value);
        if (!form.matches()) {
            return Optional.empty();
        }
        String version = form.group("version");
        boolean known = version.equals("00");
        boolean zero = form.group("trace").matches("0+") || form.group("parent").matches("0+");
        if (version.equals("ff") || zero || (known && form.group("more") != null)) {
            return Optional.empty();
        }
        return Optional.of(new TraceParent(form.group("trace"), form.group("parent"), value));
    }

    /** Begins a trace, by chance; what belongs to it is asked to record it. */
    public static TraceParent next() {
        var random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        // Never all 0.
        String trace = hex.toHexDigits(random.nextLong() | 1) + hex.toHexDigits(random.nextLong());
        String parent = hex.toHexDigits(random.nextLong() | 1);
        return new TraceParent(trace, parent, "00-" + trace + "-" + parent + "-01");
    }
}
