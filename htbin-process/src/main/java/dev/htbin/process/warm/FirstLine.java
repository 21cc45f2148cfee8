package dev.htbin.process.warm;

import java.util.Optional;

/**
 * The first line of a script, as the kernel reads it.
 *
 * @param interpreter what it executes
 * @param argument everything else on the line: one argument, whatever is in it
 * @see <a href="https://man7.org/linux/man-pages/man2/execve.2.html">execve(2)</a>
 */
record FirstLine(String interpreter, Optional<String> argument) {
    /** How much of a file the kernel looks at. */
    static final int MOST_BYTES = 256;

    /** Returns the line; empty if the file does not begin with one, or it is longer than the kernel reads. */
    static Optional<FirstLine> of(String head) {
        int end = head.indexOf('\n');
        if (!head.startsWith("#!") || end < 0 || end >= MOST_BYTES) {
            return Optional.empty();
        }
        String line = trimmed(head.substring(2, end));
        int space = 0;
        while (space < line.length() && !isBlank(line.charAt(space))) {
            space++;
        }
        if (space == 0) {
            return Optional.empty();
        }
        String rest = trimmed(line.substring(space));
        return Optional.of(
                new FirstLine(line.substring(0, space), rest.isEmpty() ? Optional.empty() : Optional.of(rest)));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }
}
