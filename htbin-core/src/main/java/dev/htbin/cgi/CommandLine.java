package dev.htbin.cgi;

import dev.htbin.http.HttpException;
import dev.htbin.http.Request;
import dev.htbin.http.UrlPath;
import java.util.ArrayList;
import java.util.List;

/**
 * The words of an indexed query, which become a script's arguments.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-4.4 RFC 3875 section 4.4
 */
final class CommandLine {
    /** How many octets the words may have in all, so that they never come near what an operating system allows. */
    static final int MAX_OCTETS = 32 << 10;

    private CommandLine() {}

    /**
     * Returns the words, decoded; all of them or none.
     *
     * <p>None unless the method is GET or HEAD and the query is words joined by {@code +} without an unencoded {@code =}. None either if a word begins with
     * {@code -} (CVE-2012-1823) or with an octet beyond ASCII, which Windows may turn into a hyphen (CVE-2024-4577), or if one has a control character or
     * a percent sign without two hexadecimal digits.
     */
    static List<String> wordsOf(Request request) {
        String query = request.rawQuery();
        boolean readOnly = request.method().equals("GET") || request.isHead();
        if (!readOnly || query.isEmpty() || query.indexOf('=') >= 0 || query.length() > MAX_OCTETS) {
            return List.of();
        }
        var words = new ArrayList<String>();
        for (String raw : query.split("\\+", -1)) {
            String word;
            try {
                word = UrlPath.decode(raw);
            } catch (HttpException e) {
                return List.of();
            }
            if (word.isEmpty() || word.charAt(0) == '-' || word.charAt(0) >= 0x80) {
                return List.of();
            }
            words.add(word);
        }
        return List.copyOf(words);
    }
}
