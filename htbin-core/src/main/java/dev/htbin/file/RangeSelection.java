package dev.htbin.file;

import dev.htbin.http.Fields;
import dev.htbin.http.HttpDate;
import dev.htbin.http.Validators;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which part of a file a GET request gets.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-14.2 RFC 9110 section 14.2
 */
public sealed interface RangeSelection {
    /** The whole file: 200. */
    record Whole() implements RangeSelection {}

    /** A part: 206. Positions of the first and the last octet. */
    record Part(long first, long last) implements RangeSelection {
        public long length() {
            return last - first + 1;
        }
    }

    /** Nothing that was asked for exists: 416. */
    record Unsatisfiable() implements RangeSelection {}

    /** The most ranges of a request that are looked at; a request for more gets the whole file. */
    int MAX_RANGES = 64;

    /**
     * Reads {@code Range} and {@code If-Range}. A range that is none, of another unit, or given twice is ignored; several that together are not one part
     * get the whole file.
     *
     * @param bytes how long the file is
     */
    static RangeSelection of(Fields request, Validators current, long bytes) {
        List<String> values = request.all("Range");
        if (values.size() != 1 || !ifRangeHolds(request, current)) {
            return new Whole();
        }
        return parse(values.getFirst()).map(specs -> select(specs, bytes)).orElse(new Whole());
    }

    private static boolean ifRangeHolds(Fields request, Validators current) {
        List<String> values = request.all("If-Range");
        if (values.isEmpty()) {
            return true;
        }
        String value = values.getFirst();
        boolean tag = value.equals(current.etag());
        boolean date = HttpDate.parse(value, Instant.now())
                .filter(current.lastModified()::equals)
                .isPresent();
        return values.size() == 1 && (tag || date);
    }

    /**
     * One range as the client wrote it.
     *
     * @param first position of the first octet; -1: the last octets
     * @param last position of the last octet, or how many of the last octets
     */
    record Spec(long first, long last) {}

    private static Optional<List<Spec>> parse(String value) {
        int equals = value.indexOf('=');
        if (equals < 0 || !value.substring(0, equals).equalsIgnoreCase("bytes")) {
            return Optional.empty();
        }
        var specs = new ArrayList<Spec>();
        for (String text : value.substring(equals + 1).split(",", MAX_RANGES + 1)) {
            if (text.isBlank()) {
                continue;
            }
            Optional<Spec> spec = parseSpec(text.strip());
            if (spec.isEmpty() || specs.size() == MAX_RANGES) {
                return Optional.empty();
            }
            specs.add(spec.get());
        }
        return specs.isEmpty() ? Optional.empty() : Optional.of(specs);
    }

    private static Optional<Spec> parseSpec(String text) {
        int dash = text.indexOf('-');
        if (dash < 0 || !isDigits(text, 0, dash) || !isDigits(text, dash + 1, text.length()) || text.length() == 1) {
            return Optional.empty();
        }
        long last = dash + 1 == text.length() ? Long.MAX_VALUE : number(text.substring(dash + 1));
        if (dash == 0) {
            return Optional.of(new Spec(-1, last));
        }
        long first = number(text.substring(0, dash));
        return first > last ? Optional.empty() : Optional.of(new Spec(first, last));
    }

    private static RangeSelection select(List<Spec> specs, long bytes) {
        var parts = new ArrayList<Part>();
        for (Spec spec : specs) {
            if (spec.first() >= 0 && spec.first() < bytes) {
                parts.add(new Part(spec.first(), Math.min(spec.last(), bytes - 1)));
            } else if (spec.first() < 0 && spec.last() > 0) {
                parts.add(new Part(Math.max(0, bytes - spec.last()), bytes - 1));
            }
        }
        if (parts.isEmpty()) {
            return new Unsatisfiable();
        }
        parts.sort(Comparator.comparingLong(Part::first));
        Part joined = parts.getFirst();
        for (Part part : parts) {
            if (part.first() > joined.last() + 1) {
                return new Whole();
            }
            joined = new Part(joined.first(), Math.max(joined.last(), part.last()));
        }
        return bytes == 0 ? new Whole() : joined;
    }

    private static boolean isDigits(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** Returns the number, or the greatest there is when it is greater. */
    private static long number(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        return significant.length() > 18 ? Long.MAX_VALUE : Long.parseLong(significant);
    }
}
