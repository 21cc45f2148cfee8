package dev.htbin.cgi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.http.Octets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Explains why an operating system does not start a file, by what its first line says. */
public final class ScriptDiagnosis {
    private static final int BEGINNING = 512;
    private static final List<String> USUAL_PLACES = List.of("/usr/bin", "/usr/local/bin", "/bin");

    private ScriptDiagnosis() {}

    /**
     * Returns what is wrong with the file and what to do, for the log.
     *
     * @param file the file that was not started
     * @return empty if nothing is seen to be wrong with it
     */
    public static Optional<Finding> of(Path file) {
        return of(file, USUAL_PLACES.stream().map(Path::of).toList());
    }

    /** As {@link #of(Path)}, where interpreters are looked for in other directories. */
    static Optional<Finding> of(Path file, List<Path> places) {
        String beginning;
        try (InputStream in = Files.newInputStream(file)) {
            beginning = new String(in.readNBytes(BEGINNING), ISO_8859_1);
        } catch (IOException e) {
            return Optional.empty();
        }
        if (beginning.isEmpty()) {
            return found(Cause.EMPTY_FILE, "'%s' is empty".formatted(file));
        }
        if (beginning.startsWith("\u00EF\u00BB\u00BF#!")) {
            return found(
                    Cause.BYTE_ORDER_MARK,
                    "'%s' begins with a byte order mark, so its #! is not seen: save it as UTF-8 without BOM"
                            .formatted(file));
        }
        if (beginning.startsWith("#!")) {
            return ofShebang(file, beginning, places);
        }
        boolean text = beginning.chars().allMatch(c -> (c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r');
        return text
                ? found(
                        Cause.NO_INTERPRETER_LINE,
                        "'%s' has no #! line: its first line must name its interpreter, as in #!/bin/sh"
                                .formatted(file))
                : Optional.empty();
    }

    private static Optional<Finding> ofShebang(Path file, String beginning, List<Path> places) {
        int end = beginning.indexOf('\n');
        String line = beginning.substring(2, end < 0 ? beginning.length() : end);
        if (line.endsWith("\r")) {
            return found(
                    Cause.CRLF,
                    "'%s': line 1 ends in CR LF, so the interpreter's name ends in CR: sed -i 's/\\r$//' '%s'"
                            .formatted(file, file));
        }
        String name = line.strip().split("[ \t]", 2)[0];
        if (name.isEmpty()) {
            return found(Cause.NO_INTERPRETER_NAMED, "'%s': #! names no interpreter".formatted(file));
        }
        Path interpreter;
        try {
            interpreter = Path.of(Octets.toText(name));
        } catch (InvalidPathException e) {
            return found(
                    Cause.NO_INTERPRETER,
                    "'%s': #! names '%s', which is no file name".formatted(file, Excerpt.of(name)));
        }
        if (!interpreter.isAbsolute()) {
            return found(
                    Cause.RELATIVE_INTERPRETER,
                    "'%s': the interpreter '%s' must be named by its absolute path%s"
                            .formatted(file, interpreter, elsewhere(interpreter, places)));
        }
        if (!Files.exists(interpreter)) {
            return found(
                    Cause.NO_INTERPRETER,
                    "'%s': its interpreter '%s' does not exist%s"
                            .formatted(file, interpreter, elsewhere(interpreter, places)));
        }
        if (Files.isDirectory(interpreter) || !ScriptResolver.isExecutable(interpreter)) {
            return found(
                    Cause.INTERPRETER_NOT_EXECUTABLE,
                    "'%s': its interpreter '%s' is not executable".formatted(file, interpreter));
        }
        return Optional.empty();
    }

    private static Optional<Finding> found(Cause cause, String detail) {
        return Optional.of(new Finding(cause, detail));
    }

    private static String elsewhere(Path interpreter, List<Path> places) {
        Path name = interpreter.getFileName();
        if (name == null) {
            return "";
        }
        for (Path place : places) {
            Path candidate = place.resolve(name);
            if (Files.isRegularFile(candidate) && ScriptResolver.isExecutable(candidate)) {
                return "; there is '%s'".formatted(candidate);
            }
        }
        return "; none of that name is in %s either: install it".formatted(places);
    }
}
