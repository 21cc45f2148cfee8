package dev.htbin.cli;

import java.util.ArrayList;
import java.util.List;

/** Splits a command into words as a shell does: blanks separate, quotes and backslashes keep. */
final class ShellWords {
    private ShellWords() {}

    /**
     * Splits a command.
     *
     * @param option whose value it is
     * @throws UsageException if a quote is not closed
     */
    static List<String> split(String option, String command) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < command.length(); i++) {
            char c = command.charAt(i);
            if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
                inWord = true;
            } else if (c == '\\' && quote != '\'' && i + 1 < command.length()) {
                word.append(command.charAt(++i));
                inWord = true;
            } else if (quote == 0 && (c == ' ' || c == '\t')) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw new UsageException("%s: %s (expected: the quote closed)".formatted(option, LogText.escape(command)));
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    /** Returns what {@link #split} makes these words of. */
    static String join(List<String> words) {
        return String.join(
                " ",
                words.stream()
                        .map(word -> "'" + word.replace("'", "'\\''") + "'")
                        .toList());
    }
}
