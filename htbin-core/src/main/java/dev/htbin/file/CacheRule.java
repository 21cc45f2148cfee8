package dev.htbin.file;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * What {@code Cache-Control} says of some files.
 *
 * @param glob a pattern for paths below the root, with slashes and without one at the beginning: {@code *} stands for any characters but the slash, {@code **} for
 *     any characters, {@code ?} for one character but the slash. A pattern without a slash is one for the file's name, in whatever directory
 * @param value the value of the field, for example {@code max-age=31536000, immutable}; empty: the field is left out
 * @spec https://www.rfc-editor.org/rfc/rfc9111#section-5.2 RFC 9111 section 5.2
 */
public record CacheRule(String glob, String value) {
    public CacheRule {
        requireNonNull(glob, "glob");
        requireNonNull(value, "value");
        if (glob.isEmpty() || glob.equals("/")) {
            throw new IllegalArgumentException(
                    "glob: '%s' (expected: a pattern such as *.css or static/**)".formatted(glob));
        }
        glob = glob.startsWith("/") ? glob.substring(1) : glob;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x20 || c > 0x7E) {
                throw new IllegalArgumentException(
                        "Cache-Control: char U+%04X at %d of '%s' (expected: printable ASCII, such as max-age=3600)"
                                .formatted((int) c, i, value));
            }
        }
    }

    /** Returns what tells whether the rule is for a path. */
    Pattern pattern() {
        var regex = new StringBuilder(glob.indexOf('/') < 0 && !glob.contains("**") ? "(?:.*/)?" : "");
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else {
                regex.append(c == '*' ? "[^/]*" : c == '?' ? "[^/]" : Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
