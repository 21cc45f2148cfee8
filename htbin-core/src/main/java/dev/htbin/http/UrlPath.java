package dev.htbin.http;

import java.util.ArrayList;
import java.util.List;

/**
 * A URL path, split into segments, each percent-decoded once, with dot segments resolved.
 *
 * <p>The raw path is split first and decoded afterwards, so an encoded slash ({@code %2F}) stays inside its segment and never separates two. Empty
 * segments are kept: they mean nothing before a file's name and something in {@code PATH_INFO}. Dot segments are resolved after decoding ({@code %2e%2e} is
 * {@code ..}) and before anything else looks at the path, and take an empty segment away as they take any other.
 *
 * @param segments the decoded segments, octet strings; those of {@code /a//b/} are {@code a}, empty, {@code b}
 * @param directory whether the path ends in a slash (or in a dot segment)
 * @spec https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4 RFC 3986 section 5.2.4
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-9.8 RFC 3875 section 9.8
 */
public record UrlPath(List<String> segments, boolean directory) {
    public UrlPath {
        segments = List.copyOf(segments);
    }

    /**
     * Parses a raw path.
     *
     * @param rawPath percent-encoded, without query; begins with a slash
     * @throws HttpException with 400 if the path does not begin with a slash, has a percent sign without two hexadecimal digits, decodes to a control
     *     character, or leads above the root
     */
    public static UrlPath parse(String rawPath) {
        if (!rawPath.startsWith("/")) {
            throw new HttpException(400, "The path must begin with a slash.");
        }
        var segments = new ArrayList<String>();
        boolean directory = true;
        int start = 1;
        while (start <= rawPath.length()) {
            int end = rawPath.indexOf('/', start);
            boolean last = end < 0;
            String segment = decode(rawPath.substring(start, last ? rawPath.length() : end));
            directory = !last || segment.isEmpty() || segment.equals(".") || segment.equals("..");
            if (segment.equals("..")) {
                if (segments.isEmpty()) {
                    throw new HttpException(400, "The path leads above the root.");
                }
                segments.removeLast();
            } else if (!segment.equals(".") && !(last && segment.isEmpty())) {
                segments.add(segment);
            }
            start = last ? rawPath.length() + 1 : end + 1;
        }
        return new UrlPath(segments, directory);
    }

    /**
     * Decodes the percent-encoding of a string, once.
     *
     * @return the octets, an octet string
     * @throws HttpException with 400 if a percent sign has no two hexadecimal digits after it, or a control character is in the result
     */
    public static String decode(String raw) {
        var decoded = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                int high = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
                int low = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new HttpException(400, "The path has a percent sign without two hexadecimal digits.");
                }
                c = (char) (high << 4 | low);
                i += 2;
            }
            if (Octets.isControl(c)) {
                throw new HttpException(400, "The path has a control character.");
            }
            decoded.append(c);
        }
        return decoded.toString();
    }

    /**
     * Percent-encodes octets for use in a URL path; letters, digits, {@code -._~!$&'()*+,;=:@} and the slash stay as they are.
     *
     * @spec https://www.rfc-editor.org/rfc/rfc3986#section-3.3 RFC 3986 section 3.3
     */
    public static String encode(String octets) {
        var encoded = new StringBuilder(octets.length());
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (alphanumeric || "-._~!$&'()*+,;=:@/".indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append("%02X".formatted((int) c));
            }
        }
        return encoded.toString();
    }

    /** Returns the segments that are not empty: the names on the way to a file. */
    public List<String> names() {
        return segments.stream().filter(s -> !s.isEmpty()).toList();
    }

    /** Returns the path of a name below this one, an octet string. */
    public UrlPath child(String name) {
        var all = new ArrayList<String>(names());
        all.add(name);
        return new UrlPath(all, false);
    }

    /**
     * Returns where this path goes on below another one, by whole names, empty segments left out.
     *
     * @param above the names of the other path; none: every path is below it
     * @return the index in {@link #segments} of what follows them; -1 if this path is neither the other one nor below it
     */
    public int startBelow(List<String> above) {
        if (above.isEmpty()) {
            return 0;
        }
        int matched = 0;
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            if (segment.isEmpty()) {
                continue;
            }
            if (!segment.equals(above.get(matched))) {
                return -1;
            }
            matched++;
            if (matched == above.size()) {
                return i + 1;
            }
        }
        return -1;
    }

    /** Returns the decoded path, an octet string that begins with a slash; encoded slashes are slashes in it. */
    public String decoded() {
        String joined = "/" + String.join("/", segments);
        return directory && !segments.isEmpty() ? joined + "/" : joined;
    }
}
