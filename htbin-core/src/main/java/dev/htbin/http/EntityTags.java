package dev.htbin.http;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of {@code If-Match} or {@code If-None-Match}.
 *
 * @param any whether it is {@code *}
 * @param tags the entity tags, {@code W/} and quotes included
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3 RFC 9110 section 8.8.3
 */
record EntityTags(boolean any, List<String> tags) {
    private static final Pattern TAG =
            Pattern.compile("[ \\t]*((?:W/)?\"[\\x21\\x23-\\x7E\\x80-\\xFF]*\")?[ \\t]*(?:,|$)");

    /** Reads the values of all fields of one name; what comes after something that is no entity tag is left out. */
    static EntityTags parse(List<String> values) {
        var tags = new ArrayList<String>();
        for (String value : values) {
            if (value.equals("*")) {
                return new EntityTags(true, List.of());
            }
            Matcher matcher = TAG.matcher(value);
            int end = 0;
            while (end < value.length() && matcher.region(end, value.length()).lookingAt()) {
                if (matcher.group(1) != null) {
                    tags.add(matcher.group(1));
                }
                end = matcher.end();
            }
        }
        return new EntityTags(false, tags);
    }

    /** Tells whether a tag is one of these, both strong. */
    boolean matchesStrongly(String etag) {
        return any || (!etag.startsWith("W/") && tags.contains(etag));
    }

    /** Tells whether a tag is one of these, each strong or weak. */
    boolean matchesWeakly(String etag) {
        String opaque = etag.startsWith("W/") ? etag.substring(2) : etag;
        return any || tags.contains(opaque) || tags.contains("W/" + opaque);
    }
}
