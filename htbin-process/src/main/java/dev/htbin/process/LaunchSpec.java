package dev.htbin.process;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What is to be executed. A value: equal specs start equal processes.
 *
 * @param executable the file to execute, absolute; never searched for in {@code PATH}
 * @param arguments the argument vector, its first element included; octet strings without NUL
 * @param environment the whole environment; octet strings; names are not empty and have neither {@code =} nor NUL, values no NUL
 * @param directory the working directory, absolute
 * @param profile what the process may do
 * @param scriptAt which of the arguments is the script that the executable interprets: those before it are the interpreter's own; 0: the executable itself
 * @param warmth present if a launcher may fork a warm interpreter instead of executing the file, with the same result
 */
public record LaunchSpec(
        Path executable,
        List<String> arguments,
        SequencedMap<String, String> environment,
        Path directory,
        Profile profile,
        int scriptAt,
        Optional<Warmth> warmth) {
    public LaunchSpec {
        requireNonNull(profile, "profile");
        requireNonNull(warmth, "warmth");
        requireNonNull(executable, "executable");
        requireNonNull(directory, "directory");
        arguments = List.copyOf(arguments);
        environment = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(environment));
        if (!executable.isAbsolute() || !directory.isAbsolute()) {
            throw new IllegalArgumentException(
                    "executable: '%s', directory: '%s' (expected: absolute paths)".formatted(executable, directory));
        }
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("arguments: [] (expected: at least the program's name)");
        }
        if (scriptAt < 0 || scriptAt >= arguments.size()) {
            throw new IllegalArgumentException(
                    "scriptAt: %d (expected: the index of one of %d arguments)".formatted(scriptAt, arguments.size()));
        }
        arguments.forEach(argument -> requireNoNul("argument", argument));
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            String name = variable.getKey();
            if (name.isEmpty() || name.indexOf('=') >= 0) {
                throw new IllegalArgumentException(
                        "environment name: '%s' (expected: not empty, no '=')".formatted(name));
            }
            requireNoNul("environment name", name);
            requireNoNul("environment value of " + name, variable.getValue());
        }
    }

    /** Creates a spec with the standard profile. */
    public LaunchSpec(
            Path executable, List<String> arguments, SequencedMap<String, String> environment, Path directory) {
        this(executable, arguments, environment, directory, Profile.standard());
    }

    /** Creates a spec of a program that is executed. */
    public LaunchSpec(
            Path executable,
            List<String> arguments,
            SequencedMap<String, String> environment,
            Path directory,
            Profile profile) {
        this(executable, arguments, environment, directory, profile, 0, Optional.empty());
    }

    /** Returns this spec with another environment. */
    public LaunchSpec withEnvironment(SequencedMap<String, String> other) {
        return new LaunchSpec(executable, arguments, other, directory, profile, scriptAt, warmth);
    }

    /** Returns this spec of a program that a warm interpreter may serve. */
    public LaunchSpec withWarmth(Warmth other) {
        return new LaunchSpec(executable, arguments, environment, directory, profile, scriptAt, Optional.of(other));
    }

    /** Returns this spec of an interpreter whose script is the argument of that index; 0: of a program that is its own. */
    public LaunchSpec withScriptAt(int index) {
        return new LaunchSpec(executable, arguments, environment, directory, profile, index, warmth);
    }

    /** Returns the script's arguments, its own path first: what follows those that are the interpreter's own. */
    public List<String> scriptArguments() {
        return arguments.subList(scriptAt, arguments.size());
    }

    private static void requireNoNul(String what, String octets) {
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            if (c == 0 || c > 0xFF) {
                throw new IllegalArgumentException(
                        "%s: char U+%04X at %d (expected: U+0001 to U+00FF)".formatted(what, (int) c, i));
            }
        }
    }
}
