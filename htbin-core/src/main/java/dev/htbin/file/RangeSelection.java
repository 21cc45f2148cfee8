package dev.htbin.file;

import dev.htbin.http.Fields;
import dev.htbin.http.HttpDate;
import dev.htbin.http.Validators;
import java.time.Instant;
import java.util.ArrayList;
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

        boolean joins(Part other) {
            return first <= other.last + MIN_GAP && other.first <= last + MIN_GAP;
        }

        Part joined(Part other) {
            return new Part(Math.min(first, other.first), Math.max(last, other.last));
        }
    }

    /**
     * Several parts: 206 with {@code multipart/byteranges}.
     *
     * @param parts at least two, far enough from each other, in the order in which the client asked for them
     */
    record Parts(List<Part> parts) implements RangeSelection {
        public Parts {
            parts = List.copyOf(parts);
        }
    }

    /** Nothing that was asked for exists: 416. */
    record Unsatisfiable() implements RangeSelection {}

    /** The most ranges of a request that are looked at; a request for more gets the whole file (CVE-2011-3192). */
    int MAX_RANGES = 64;

    /** The most parts of one response; a request for more gets the whole file. */
    int MAX_PARTS = 16;

    /** Parts with a gap of fewer octets are sent as one: the head of another part is as long. */
    int MIN_GAP = 80;

    /**
     * Reads {@code Range} and {@code If-Range}. A range that is none, of another unit, or given twice is ignored. Parts that overlap or nearly touch are one; when
     * all of them together are not shorter than the file, it is sent as a whole.
     *
     * @param bytes how long the file is
     */
    static RangeSelection of(Fields request, Validators current, long bytes) {
        return of(request, current, bytes, Instant.now());
    }

    /** As {@link #of(Fields, Validators, long)}, at a time. */
    static RangeSelection of(Fields request, Validators current, long bytes, Instant now) {
        List<String> values = request.all("Range");
        if (values.size() != 1 || !ifRangeHolds(request, current, now)) {
            return new Whole();
        }
        return parse(values.getFirst()).map(specs -> select(specs, bytes)).orElse(new Whole());
    }

    /**
     * Tells whether the client has a part of this very state. A date tells that only when it was a second old: two modifications within one have the same.
     *
     * @spec https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2 RFC 9110 section 8.8.2.2
     */
    private static boolean ifRangeHolds(Fields request, Validators current, Instant now) {
        List<String> values = request.all("If-Range");
        if (values.isEmpty()) {
            return true;
        }
        String value = values.getFirst();
        boolean tag = value.startsWith("\"") && value.equals(current.etag());
        boolean date = !now.isBefore(current.lastModified().plusSeconds(1))
                && HttpDate.parse(value, now)
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
        return bytes == 0 ? new Whole() : joined(parts, bytes);
    }

    /** Joins parts that belong together; each stands where the first of them did. */
    private static RangeSelection joined(List<Part> asked, long bytes) {
        var parts = new ArrayList<Part>();
        for (Part next : asked) {
            Part whole = next;
            int place = parts.size();
            // What is joined may reach others: look again until nothing does.
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i).joins(whole)) {
                    whole = whole.joined(parts.remove(i));
                    place = Math.min(place, i);
                    i = -1;
                }
            }
            parts.add(Math.min(place, parts.size()), whole);
        }
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        long sum = parts.stream().mapToLong(part -> part.length() + MIN_GAP).sum();
        return parts.size() > MAX_PARTS || sum >= bytes ? new Whole() : new Parts(parts);
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
