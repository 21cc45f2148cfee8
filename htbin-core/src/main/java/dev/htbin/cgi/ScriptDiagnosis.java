package dev.htbin.cgi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.http.Octets;
import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.RunsAs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Explains why an operating system does not start a file, by what the file is and who may do what with it. */
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
        return of(file, CgiConfig.DEFAULT_PATH);
    }

    /**
     * Returns what is wrong with the file and what to do, for the log.
     *
     * @param file the file that was not started
     * @param searchPath the script's {@code PATH}, which {@code #!/usr/bin/env NAME} searches
     * @return empty if nothing is seen to be wrong with it
     */
    public static Optional<Finding> of(Path file, String searchPath) {
        return of(file, searchPath, USUAL_PLACES.stream().map(Path::of).toList());
    }

    /**
     * Returns what is wrong with a script, or keeps a user from running it, and what to do.
     *
     * @param script the script
     * @param searchPath the script's {@code PATH}, which {@code #!/usr/bin/env NAME} searches
     * @param user who runs it
     * @return empty if nothing is seen to be wrong
     */
    public static Optional<Finding> of(ScriptResolution.Script script, String searchPath, RunsAs user) {
        return script.interpreter().isPresent()
                ? InterpretedDiagnosis.of(script.file(), script.interpreter().get(), user)
                : of(script.file(), searchPath, user);
    }

    /**
     * Returns what is wrong with the file, or keeps a user from executing it, and what to do.
     *
     * @param file the file that was not started
     * @param searchPath the script's {@code PATH}, which {@code #!/usr/bin/env NAME} searches
     * @param user who executes it
     * @return empty if nothing is seen to be wrong
     */
    public static Optional<Finding> of(Path file, String searchPath, RunsAs user) {
        Optional<Finding> ofFile = of(file, searchPath);
        return ofFile.isPresent() ? ofFile : ofAccess(file, user);
    }

    /**
     * Returns why a script was not started, and what to do.
     *
     * @param reason what the operating system said
     * @param spec what was to be executed
     * @param user who executes it
     * @return empty if what the operating system said is all there is to say
     */
    static Optional<Finding> ofFailedStart(LaunchException.Reason reason, LaunchSpec spec, RunsAs user) {
        Path file = spec.executable();
        String searchPath = spec.environment().getOrDefault("PATH", CgiConfig.DEFAULT_PATH);
        return switch (reason) {
            case EXHAUSTED, NO_SPACE, TOO_LONG, BUSY -> Optional.empty();
            case NOT_FOUND, OTHER -> of(file, searchPath, user);
            case NOT_EXECUTABLE_FORMAT -> {
                Optional<Finding> found = of(file, searchPath, user);
                yield found.isPresent() ? found : ofOtherProgram(file, searchPath);
            }
            case NOT_PERMITTED -> {
                Optional<Finding> found = of(file, searchPath, user);
                yield found.isPresent() ? found : ofRefusal(spec, user);
            }
        };
    }

    private static Optional<Finding> ofOtherProgram(Path file, String searchPath) {
        Path program = interpreterOf(file, searchPath).orElse(file);
        return ElfHeader.of(program)
                .filter(header -> !header.own())
                .flatMap(header -> found(
                        Cause.OTHER_ARCHITECTURE,
                        "'%s' is made for %s, which this %s does not execute: compile it here"
                                .formatted(program, header.machine(), System.getProperty("os.arch"))));
    }

    private static Optional<Finding> ofRefusal(LaunchSpec spec, RunsAs user) {
        Path file = spec.executable();
        if (MountOptions.of(file).contains("noexec")) {
            return found(
                    Cause.NO_EXEC_MOUNT,
                    "'%s' is on a file system that is mounted noexec: move it, or mount -o remount,exec"
                            .formatted(file));
        }
        Optional<Path> closed = FileAccess.closedAbove(file, user);
        if (closed.isPresent()) {
            return found(
                    Cause.UNREACHABLE,
                    "'%s' (%s) may not be passed by user %s, as whom scripts run: chmod o+x '%s'"
                            .formatted(closed.get(), FileAccess.describe(closed.get()), user.user(), closed.get()));
        }
        return spec.profile().readingRestricted()
                ? found(
                        Cause.DENIED,
                        "profile '%s' lets scripts execute only what is in the system and the site: --read for '%s' allows more"
                                .formatted(spec.profile().name(), file.getParent()))
                : Optional.empty();
    }

    /** As {@link #of(Path, String)}, where interpreters are looked for in other directories. */
    static Optional<Finding> of(Path file, String searchPath, List<Path> places) {
        String beginning;
        try {
            beginning = beginningOf(file);
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
            return ofShebang(file, beginning, new Search(searchPath, places));
        }
        Optional<ElfHeader> program = ElfHeader.of(file);
        if (program.isPresent()) {
            return ofProgram(file, program.get());
        }
        boolean text = beginning.chars().allMatch(c -> (c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r');
        return text
                ? found(
                        Cause.NO_INTERPRETER_LINE,
                        "'%s' has no #! line: its first line must name its interpreter, as in #!/bin/sh"
                                .formatted(file))
                : Optional.empty();
    }

    /**
     * Returns the interpreter that a script's {@code #!} line names; of {@code #!/usr/bin/env NAME}, NAME as {@code PATH} has it.
     *
     * @param file the script
     * @param searchPath the script's {@code PATH}
     * @return empty if the file names none, or it is not there
     */
    public static Optional<Path> interpreterOf(Path file, String searchPath) {
        try {
            String beginning = beginningOf(file);
            if (!beginning.startsWith("#!")) {
                return Optional.empty();
            }
            int end = beginning.indexOf('\n');
            List<String> words = wordsOf(beginning.substring(2, end < 0 ? beginning.length() : end));
            if (words.isEmpty()) {
                return Optional.empty();
            }
            Optional<String> searched = searchedBy(words);
            return searched.isPresent()
                    ? new Search(searchPath, List.of()).inPath(searched.get())
                    : Optional.of(Path.of(Octets.toText(words.getFirst()))).filter(Files::exists);
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static String beginningOf(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(BEGINNING), ISO_8859_1);
        }
    }

    private static Optional<Finding> ofShebang(Path file, String beginning, Search search) {
        int end = beginning.indexOf('\n');
        String line = beginning.substring(2, end < 0 ? beginning.length() : end);
        if (line.endsWith("\r")) {
            return found(
                    Cause.CRLF,
                    "'%s': line 1 ends in CR LF, so the interpreter's name ends in CR: sed -i 's/\\r$//' '%s'"
                            .formatted(file, file));
        }
        List<String> words = wordsOf(line);
        if (words.isEmpty()) {
            return found(Cause.NO_INTERPRETER_NAMED, "'%s': #! names no interpreter".formatted(file));
        }
        String name = words.getFirst();
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
                            .formatted(file, interpreter, search.elsewhere(interpreter)));
        }
        if (!Files.exists(interpreter)) {
            return found(
                    Cause.NO_INTERPRETER,
                    "'%s': its interpreter '%s' does not exist%s"
                            .formatted(file, interpreter, search.elsewhere(interpreter)));
        }
        if (Files.isDirectory(interpreter) || !ScriptResolver.isExecutable(interpreter)) {
            return found(
                    Cause.INTERPRETER_NOT_EXECUTABLE,
                    "'%s': its interpreter '%s' is not executable".formatted(file, interpreter));
        }
        Optional<String> searched = searchedBy(words);
        if (searched.isPresent() && search.inPath(searched.get()).isEmpty()) {
            return found(
                    Cause.NO_INTERPRETER,
                    "'%s': env finds no '%s' in the script's PATH, %s%s"
                            .formatted(
                                    file,
                                    Excerpt.of(searched.get()),
                                    search.path(),
                                    search.elsewhere(Path.of(Octets.toText(searched.get())))));
        }
        return ElfHeader.of(interpreter).flatMap(header -> ofProgram(interpreter, header));
    }

    private static List<String> wordsOf(String line) {
        String stripped = line.strip();
        return stripped.isEmpty() ? List.of() : List.of(stripped.split("[ \t]+"));
    }

    /** Returns what {@code env} searches for; empty if the interpreter is another program, or is asked for more than a name. */
    private static Optional<String> searchedBy(List<String> words) {
        boolean env = words.getFirst().endsWith("/env") && words.size() > 1;
        int at = env && words.get(1).equals("-S") ? 2 : 1;
        return env
                        && words.size() > at
                        && words.get(at).matches("[\\w.+-]+")
                        && !words.get(at).startsWith("-")
                ? Optional.of(words.get(at))
                : Optional.empty();
    }

    private static Optional<Finding> ofProgram(Path program, ElfHeader header) {
        if (header.foreign()) {
            return found(
                    Cause.OTHER_ARCHITECTURE,
                    "'%s' is made for %s, and this machine is %s: compile it here"
                            .formatted(program, header.machine(), System.getProperty("os.arch")));
        }
        if (header.loader().isPresent() && !Files.exists(header.loader().get())) {
            return found(
                    Cause.NO_LOADER,
                    "'%s' (%s) is loaded by '%s', which does not exist: install the C library that it was made with, or link it statically"
                            .formatted(
                                    program, header.machine(), header.loader().get()));
        }
        return Optional.empty();
    }

    private static Optional<Finding> ofAccess(Path file, RunsAs user) {
        Path directory = file.getParent();
        if (directory != null && FileAccess.mayNotExecute(directory, user)) {
            return found(
                    Cause.UNREACHABLE,
                    "'%s' (%s) may not be passed by user %s, as whom scripts run: chmod o+x '%s'"
                            .formatted(directory, FileAccess.describe(directory), user.user(), directory));
        }
        if (FileAccess.mayNotExecute(file, user)) {
            return found(
                    Cause.NOT_EXECUTABLE,
                    "'%s' (%s) is not executable for user %s, as whom it runs: chmod o+rx '%s'"
                            .formatted(file, FileAccess.describe(file), user.user(), file));
        }
        Optional<Path> interpreter = interpreterOf(file, CgiConfig.DEFAULT_PATH);
        if (interpreter.isPresent()) {
            if (FileAccess.mayNotRead(file, user)) {
                return found(
                        Cause.OWNER_OR_MODE,
                        "'%s' (%s) may not be read by user %s, as whom it runs, and its interpreter must read it: chmod o+r '%s'"
                                .formatted(file, FileAccess.describe(file), user.user(), file));
            }
            Optional<Path> closed = FileAccess.closedAbove(interpreter.get(), user);
            if (closed.isPresent() || FileAccess.mayNotExecute(interpreter.get(), user)) {
                Path barrier = closed.orElse(interpreter.get());
                return found(
                        Cause.INTERPRETER_NOT_EXECUTABLE,
                        "'%s': its interpreter '%s' may not be executed by user %s, for '%s' is %s"
                                .formatted(
                                        file, interpreter.get(), user.user(), barrier, FileAccess.describe(barrier)));
            }
        }
        return Optional.empty();
    }

    private static Optional<Finding> found(Cause cause, String detail) {
        return Optional.of(new Finding(cause, detail));
    }

    /**
     * Where programs are.
     *
     * @param path a {@code PATH}
     * @param places where else to look, to tell of it
     */
    private record Search(String path, List<Path> places) {
        Optional<Path> inPath(String name) {
            return firstIn(
                    Arrays.stream(path.split(":", -1))
                            .filter(p -> !p.isEmpty())
                            .map(p -> Path.of(Octets.toText(p)))
                            .toList(),
                    Path.of(Octets.toText(name)));
        }

        String elsewhere(Path interpreter) {
            Path name = interpreter.getFileName();
            if (name == null) {
                return "";
            }
            return firstIn(places, name)
                    .map("; there is '%s'"::formatted)
                    .orElse("; none of that name is in %s either: install it".formatted(new ArrayList<>(places)));
        }

        private static Optional<Path> firstIn(List<Path> directories, Path name) {
            return directories.stream()
                    .map(directory -> directory.resolve(name))
                    .filter(program -> Files.isRegularFile(program) && ScriptResolver.isExecutable(program))
                    .findFirst();
        }
    }
}
