package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that runs the scripts whose names have an ending, whether or not they may be executed, and whatever their first line says. It is called with its arguments, then
 * the script's path, then the words of an indexed query: as the system calls what a first line names.
 *
 * @param extension the ending; begins with a dot, for example {@code .php}
 * @param program absolute; never searched for in {@code PATH}
 * @param arguments what stands between the program and the script, octet strings without NUL
 */
public record ScriptInterpreter(String extension, Path program, List<String> arguments) {
    private static final boolean WINDOWS = File.separatorChar == '\\';

    public ScriptInterpreter {
        requireNonNull(program, "program");
        arguments = List.copyOf(arguments);
        if (!extension.startsWith(".") || extension.length() < 2 || extension.contains("/")) {
            throw new IllegalArgumentException(
                    "extension: '%s' (expected: a dot and a name, such as .php)".formatted(extension));
        }
        if (!program.isAbsolute()) {
            throw new IllegalArgumentException("program: '%s' (expected: an absolute path)".formatted(program));
        }
    }

    /** Tells whether it runs files of this name, an octet string. */
    boolean runs(String fileName) {
        return CgiInfo.endsInOne(fileName, List.of(extension), WINDOWS);
    }
}
