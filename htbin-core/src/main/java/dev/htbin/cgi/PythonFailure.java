package dev.htbin.cgi;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a Python traceback on standard error tells. */
final class PythonFailure {
    private static final String TRACEBACK = "Traceback (most recent call last):";
    private static final Pattern FRAME = Pattern.compile("\\s+File \"(?<file>[^\"]+)\", line (?<line>\\d+).*");
    private static final Pattern EXCEPTION = Pattern.compile("(?<type>[A-Za-z_][\\w.]*)(?:: (?<message>.*))?");
    private static final Set<String> OF_SYNTAX = Set.of("SyntaxError", "IndentationError", "TabError");
    private static final Pattern NO_MODULE = Pattern.compile("No module named '?(?<name>[\\w.]+)'?.*");

    private PythonFailure() {}

    /** Finds the last traceback and says what it means. */
    static Optional<Finding> in(List<String> stderr) {
        int at = exceptionAt(stderr);
        if (at < 0) {
            return Optional.empty();
        }
        Matcher exception = EXCEPTION.matcher(stderr.get(at));
        if (!exception.matches()) {
            return Optional.empty();
        }
        String place = placeBefore(at, stderr);
        Matcher module = NO_MODULE.matcher(
                Optional.ofNullable(exception.group("message")).orElse(""));
        boolean ofImport = exception.group("type").endsWith("NotFoundError")
                || exception.group("type").equals("ImportError");
        if (ofImport && module.matches()) {
            return Optional.of(ofModule(module.group("name"), place));
        }
        String text = "the script ended with %s%s%s".formatted(stderr.get(at), place, hint(stderr.get(at)));
        return Optional.of(new Finding(Cause.PYTHON_ERROR, text));
    }

    /** Returns the last line of a Python traceback; empty if there is none. */
    static Optional<String> lastLine(List<String> stderr) {
        int at = exceptionAt(stderr);
        return at < 0 ? Optional.empty() : Optional.of(stderr.get(at));
    }

    /** The exception is the first line after the last traceback's head that is not indented; a syntax error has no such head. */
    private static int exceptionAt(List<String> stderr) {
        int head = stderr.lastIndexOf(TRACEBACK);
        for (int i = head + 1; head >= 0 && i < stderr.size(); i++) {
            if (!stderr.get(i).startsWith(" ")) {
                return i;
            }
        }
        for (int i = stderr.size() - 1; i > 0 && head < 0; i--) {
            Matcher exception = EXCEPTION.matcher(stderr.get(i));
            if (exception.matches() && OF_SYNTAX.contains(exception.group("type"))) {
                return i;
            }
        }
        return -1;
    }

    private static String placeBefore(int at, List<String> stderr) {
        for (int i = at - 1; i >= 0; i--) {
            Matcher frame = FRAME.matcher(stderr.get(i));
            if (frame.matches()) {
                return " (line %s of '%s')".formatted(frame.group("line"), frame.group("file"));
            }
        }
        return "";
    }

    private static Finding ofModule(String name, String place) {
        String top = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
        Optional<String> removed = PythonModules.removed(top);
        return removed.isPresent()
                ? new Finding(
                        Cause.PYTHON_MODULE_REMOVED,
                        "the script imports '%s'%s, which Python has no longer since %s"
                                .formatted(name, place, removed.get()))
                : new Finding(
                        Cause.PYTHON_MODULE_MISSING,
                        "the script imports '%s'%s, which its Python does not have; install it for the interpreter that the #! line names"
                                .formatted(name, place));
    }

    private static String hint(String exception) {
        if (exception.contains("Missing parentheses in call to")) {
            return "; it is written for Python 2";
        }
        if (exception.startsWith("UnicodeEncodeError")) {
            return "; scripts get no locale of the server's, --env PYTHONIOENCODING=utf-8 sets the encoding";
        }
        if (exception.startsWith("KeyError: 'HOME'")) {
            return "; scripts get no HOME of the server's, --env HOME=DIR gives one";
        }
        return "";
    }
}
