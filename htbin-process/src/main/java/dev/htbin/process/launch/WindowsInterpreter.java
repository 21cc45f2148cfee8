package dev.htbin.process.launch;

import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchException.Reason;
import java.util.List;
import java.util.Locale;

/** Chooses what runs a script on Windows, which knows neither {@code #!} nor the right to execute. */
final class WindowsInterpreter {
    private WindowsInterpreter() {}

    /**
     * Returns what stands before the script's name in the command line: empty for a program. The {@code #!} line counts first, and of a path that Windows can't have
     * ({@code /usr/bin/perl}) only the name; then the extension.
     *
     * @param file the script's path or name
     * @param firstLine its first line, without line end
     * @throws LaunchException if the script can't be run; batch files never are, since {@code cmd.exe} executes what it finds in arguments
     */
    static List<String> of(String file, String firstLine) throws LaunchException {
        String extension = extension(file);
        if (extension.equals("bat") || extension.equals("cmd")) {
            throw new LaunchException(
                    Reason.NOT_PERMITTED,
                    file + ": a batch file (expected: any other kind, since cmd.exe executes parts of arguments)");
        }
        if (extension.equals("exe") || extension.equals("com")) {
            return List.of();
        }
        if (firstLine.startsWith("#!")) {
            return fromFirstLine(file, firstLine.substring(2).strip());
        }
        return switch (extension) {
            case "py", "pyw" -> List.of("python", "-u");
            case "pl" -> List.of("perl");
            case "rb" -> List.of("ruby");
            case "sh" -> List.of("sh");
            case "php" -> List.of("php-cgi");
            default ->
                throw new LaunchException(
                        Reason.NOT_EXECUTABLE_FORMAT,
                        file + ": no interpreter (expected: a first line #!, or .exe .py .pyw .pl .rb .sh .php)");
        };
    }

    private static List<String> fromFirstLine(String file, String line) throws LaunchException {
        List<String> words = List.of(line.split("[ \t]+"));
        if (words.size() > 1 && name(words.getFirst()).equals("env")) {
            words = words.subList(words.get(1).equals("-S") ? 2 : 1, words.size());
        }
        if (words.isEmpty() || name(words.getFirst()).isEmpty()) {
            throw new LaunchException(Reason.NOT_FOUND, file + ": names no interpreter after #!");
        }
        String program = words.getFirst();
        String interpreter = isWindowsPath(program) ? program : name(program);
        String lower = interpreter.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".bat") || lower.endsWith(".cmd")) {
            throw new LaunchException(Reason.NOT_PERMITTED, file + ": its interpreter is a batch file: " + interpreter);
        }
        // Windows has python.exe, whichever version it is.
        String known = lower.equals("python3") ? "python" : interpreter;
        return concatenate(known, words.subList(1, words.size()));
    }

    private static List<String> concatenate(String first, List<String> rest) {
        var all = new java.util.ArrayList<String>();
        all.add(first);
        all.addAll(rest);
        return List.copyOf(all);
    }

    private static boolean isWindowsPath(String program) {
        return program.length() > 2 && program.charAt(1) == ':' && Character.isLetter(program.charAt(0));
    }

    private static String name(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }

    private static String extension(String file) {
        // Windows takes "x.bat." and "x.bat " for x.bat.
        String name = name(file).replaceAll("[. ]+$", "");
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }
}
