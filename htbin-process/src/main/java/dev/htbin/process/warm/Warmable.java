package dev.htbin.process.warm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.htbin.process.LaunchSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Whether a program can be served by a warm interpreter: told by the first line of its file, or by the interpreter that a spec names. */
public sealed interface Warmable {
    /**
     * It can.
     *
     * @param interpreter what it is written in
     * @param executable what its first line names
     * @param arguments what starts the interpreter as the system does, up to where the program's path would be
     * @param executed whether the program is executed, and so must be executable; else the interpreter is
     */
    record Yes(Interpreter interpreter, Path executable, List<String> arguments, boolean executed) implements Warmable {
        public Yes {
            requireNonNull(interpreter, "interpreter");
            requireNonNull(executable, "executable");
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * It can't.
     *
     * @param reason why, a clause
     */
    record No(String reason) implements Warmable {
        public No {
            requireNonNull(reason, "reason");
        }
    }

    /** Looks at what is to be executed. */
    static Warmable of(LaunchSpec spec) {
        if (spec.scriptAt() == 0) {
            return of(spec.executable());
        }
        String program = String.valueOf(spec.executable().getFileName());
        Optional<Interpreter> interpreter = Interpreter.named(program);
        if (interpreter.isEmpty()) {
            return new No("'%s' can't be warm (expected: python3, perl or ruby)".formatted(program));
        }
        List<String> options = spec.arguments().subList(1, spec.scriptAt());
        return interpreter.get().allows(options)
                ? new Yes(interpreter.get(), spec.executable(), spec.arguments().subList(0, spec.scriptAt()), false)
                : refusal(interpreter.get(), options);
    }

    /** Returns the file that a warm interpreter would run: the script, be it executed or interpreted. */
    static Path fileOf(LaunchSpec spec) {
        return spec.scriptAt() == 0
                ? spec.executable()
                : Path.of(new String(spec.arguments().get(spec.scriptAt()).getBytes(ISO_8859_1), UTF_8));
    }

    /** Looks at a file. */
    static Warmable of(Path file) {
        byte[] head = new byte[FirstLine.MOST_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            int length = in.readNBytes(head, 0, head.length);
            return of(new String(Arrays.copyOf(head, length), ISO_8859_1));
        } catch (IOException e) {
            return new No("the server can't read it: " + e);
        }
    }

    /** Looks at the beginning of a file, an octet string. */
    static Warmable of(String head) {
        Optional<FirstLine> line = FirstLine.of(head);
        if (line.isEmpty()) {
            return new No("it does not begin with a line that names an interpreter: #!/usr/bin/python3, for example");
        }
        Path executable = Path.of(line.get().interpreter());
        if (!executable.isAbsolute()) {
            return new No("its first line names '%s', which is no absolute path".formatted(executable));
        }
        List<String> words = new ArrayList<>();
        words.add(String.valueOf(executable.getFileName()));
        line.get().argument().ifPresent(words::add);
        if (words.getFirst().equals("env")) {
            Optional<List<String>> command = ofEnv(words.subList(1, words.size()));
            if (command.isEmpty()) {
                return new No("its first line has options of env that a warm interpreter is not started with");
            }
            words = command.get();
        }
        Optional<Interpreter> interpreter = Interpreter.named(words.getFirst());
        if (interpreter.isEmpty()) {
            return new No("'%s' can't be warm (expected: python3, perl or ruby)".formatted(words.getFirst()));
        }
        List<String> options = words.subList(1, words.size());
        if (!interpreter.get().allows(options)) {
            return refusal(interpreter.get(), options);
        }
        List<String> arguments = new ArrayList<>();
        arguments.add(line.get().interpreter());
        line.get().argument().ifPresent(arguments::add);
        return new Yes(interpreter.get(), executable, arguments, true);
    }

    private static No refusal(Interpreter interpreter, List<String> options) {
        return new No("%s can't be warm with '%s'".formatted(interpreter.label(), String.join(" ", options)));
    }

    /** Returns the command that env(1) executes: of {@code python3}, or of {@code -S python3 -u}. */
    private static Optional<List<String>> ofEnv(List<String> arguments) {
        if (arguments.isEmpty()) {
            return Optional.empty();
        }
        String text = arguments.getFirst();
        boolean split = text.startsWith("-S");
        List<String> words = split ? List.of(text.substring(2).strip().split("[ \t]+")) : List.of(text);
        boolean plain = words.stream().allMatch(word -> word.matches("[A-Za-z0-9_.:-]+"))
                && !words.getFirst().startsWith("-");
        return plain ? Optional.of(words) : Optional.empty();
    }
}
