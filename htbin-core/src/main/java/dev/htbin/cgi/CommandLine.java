package dev.htbin.cgi;

import dev.htbin.http.HttpException;
import dev.htbin.http.Octets;
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
     * {@code -} (CVE-2012-1823) or with what a conversion may turn into a hyphen (CVE-2024-4577), or if one has a control character or a percent sign
     * without two hexadecimal digits.
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
            if (word.isEmpty() || beginsWithDash(word)) {
                return List.of();
            }
            words.add(word);
        }
        return List.copyOf(words);
    }

    /** A hyphen, a dash of any kind in UTF-8, or an octet that is a dash or a soft hyphen in one of the Windows encodings (all of 0x80 to 0xBF). */
    private static boolean beginsWithDash(String word) {
        char first = word.charAt(0);
        if (first == '-' || (first >= 0x80 && first <= 0xBF)) {
            return true;
        }
        int codePoint = first < 0x80 ? first : Octets.toText(word).codePointAt(0);
        return codePoint == 0xAD || codePoint == 0x2212 || Character.getType(codePoint) == Character.DASH_PUNCTUATION;
    }
}
