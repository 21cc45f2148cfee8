package dev.htbin.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A configuration file: what the command line can say, in TOML. Each option is a key of its long name; {@code port} is the positional argument; {@code env},
 * {@code limit}, {@code mount}, {@code script} and {@code interpreter} may be tables of names; what may hold for a URL path may stand in the table {@code [path."/cgi-bin/x"]}.
 *
 * <p>Reads everything, so that all that is wrong is said at once.
 */
final class ConfigFile {
    private static final String PORT = "port";
    private static final String PATHS = "path";

    private final Path file;
    private final Map<Option, List<String>> options = new EnumMap<>(Option.class);
    private final List<String> positionals = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    private ConfigFile(Path file) {
        this.file = file;
    }

    private record Problem(int line, String text) {}

    /**
     * Reads a file.
     *
     * @return what it says, as if it had been given on the command line
     * @throws IOException if it can't be read
     * @throws UsageException if something in it is wrong: a line for each, with file, line, key and what was expected
     */
    static Arguments read(Path file) throws IOException {
        var config = new ConfigFile(file);
        TomlParseResult parsed;
        try {
            parsed = Toml.parse(file);
        } catch (IOException e) {
            throw new IOException("configuration '%s': %s".formatted(file, describe(e)), e);
        }
        parsed.errors()
                .forEach(error ->
                        config.problems.add(new Problem(error.position().line(), String.valueOf(error.getMessage()))));
        config.table(parsed);
        config.throwProblems();
        return new Arguments(Subcommand.SERVE, config.options, config.positionals);
    }

    private static String describe(IOException e) {
        return switch (e) {
            case java.nio.file.NoSuchFileException _ -> "no such file";
            case java.nio.file.AccessDeniedException _ -> "it may not be read";
            default -> e.toString();
        };
    }

    private void table(TomlTable root) {
        for (String key : root.keySet()) {
            Object value = root.get(List.of(key));
            TomlPosition position = root.inputPositionOf(List.of(key));
            if (key.equals(PATHS)) {
                paths(value, position);
            } else {
                attempt(key, position, () -> entry("", key, value));
            }
        }
    }

    private void paths(@Nullable Object value, @Nullable TomlPosition position) {
        if (!(value instanceof TomlTable tables)) {
            problem(position, "key 'path' (expected: tables, such as [path.\"/cgi-bin/admin\"])");
            return;
        }
        for (String path : tables.keySet()) {
            TomlPosition at = tables.inputPositionOf(List.of(path));
            if (!(tables.get(List.of(path)) instanceof TomlTable table) || !path.startsWith("/")) {
                problem(
                        at,
                        "key 'path.\"%s\"' (expected: a table of a URL path, such as [path.\"/cgi-bin/admin\"])"
                                .formatted(path));
                continue;
            }
            for (String key : table.keySet()) {
                attempt(key, table.inputPositionOf(List.of(key)), () -> entry(path, key, table.get(List.of(key))));
            }
        }
    }

    private void attempt(String key, @Nullable TomlPosition position, Runnable reading) {
        try {
            reading.run();
        } catch (UsageException e) {
            String message = String.valueOf(e.getMessage());
            problem(position, message.startsWith("key ") ? message : "key '%s': %s".formatted(key, message));
        }
    }

    /** Takes one key, and tries its values by themselves, while their line is known. */
    private void entry(String path, String key, @Nullable Object value) {
        if (key.equals(PORT) && path.isEmpty()) {
            positionals.add(Integer.toString(Values.port(String.valueOf(value))));
            return;
        }
        Option option = option(key);
        if (!path.isEmpty() && !option.holdsForPaths()) {
            throw new UsageException("key '%s' (expected: outside of [path.\"%s\"]; it holds for the whole server)"
                    .formatted(key, path));
        }
        List<String> values = values(option, key, value);
        if (values.isEmpty() && option.label().isEmpty()) {
            if (Boolean.TRUE.equals(value)) {
                options.put(option, List.of());
            }
            return;
        }
        var given = new ArrayList<String>();
        values.forEach(v -> given.add(path.isEmpty() ? v : path + "=" + v));
        tryAlone(option, given);
        options.computeIfAbsent(option, _ -> new ArrayList<>()).addAll(given);
    }

    private static void tryAlone(Option option, List<String> values) {
        try {
            Settings.of(
                    new Arguments(Subcommand.SERVE, Map.of(option, values), List.of()),
                    Optional.empty(),
                    System.getenv());
        } catch (UsageException e) {
            if (!e.ofCombination()) {
                throw e;
            }
        }
    }

    private static Option option(String key) {
        for (Option option : Option.values()) {
            if (option.configurable() && option.longName().equals("--" + key)) {
                return option;
            }
        }
        throw new UsageException("key '%s' (expected: %s)".formatted(key, nearest(key)));
    }

    private static String nearest(String key) {
        return Arguments.nearest("--" + key)
                .filter(Option::configurable)
                .map(near -> "perhaps '" + near.longName().substring(2) + "'")
                .orElse("the name of an option that 'htbin --help' lists, without its dashes");
    }

    private static List<String> values(Option option, String key, @Nullable Object value) {
        if (option.label().isEmpty()) {
            if (value instanceof Boolean) {
                return List.of();
            }
            throw new UsageException("key '%s': %s (expected: true or false)".formatted(key, value));
        }
        return switch (value) {
            case Boolean flag when option.impliedValue().isPresent() -> List.of(flag ? "on" : "off");
            case String text -> List.of(text);
            case Long number -> List.of(Long.toString(number));
            case Double number -> List.of(new java.math.BigDecimal(number.toString()).toPlainString());
            case TomlArray array -> {
                var all = new ArrayList<String>();
                for (Object element : array.toList()) {
                    if (element instanceof TomlArray || element instanceof TomlTable) {
                        throw new UsageException("key '%s' (expected: an array of strings)".formatted(key));
                    }
                    all.addAll(values(option, key, element));
                }
                yield all;
            }
            case TomlTable table
            when option.holdsNames() -> {
                var all = new ArrayList<String>();
                for (String name : table.keySet()) {
                    List<String> given = values(option, key, table.get(List.of(name)));
                    boolean words = option.holdsWords() && table.get(List.of(name)) instanceof TomlArray;
                    for (String each : words ? List.of(ShellWords.join(given)) : given) {
                        all.add(name + "=" + each);
                    }
                }
                yield all;
            }
            case null, default ->
                throw new UsageException("key '%s' (expected: %s, for example %s)"
                        .formatted(key, option.label(), Values.example(option.longName())));
        };
    }

    private void problem(@Nullable TomlPosition position, String text) {
        problems.add(new Problem(position == null ? 1 : position.line(), text));
    }

    private void throwProblems() {
        if (problems.isEmpty()) {
            return;
        }
        problems.sort(Comparator.comparingInt(Problem::line));
        var lines = new ArrayList<String>();
        for (Problem problem : problems) {
            lines.add("%s:%d: %s".formatted(file, problem.line(), problem.text()));
        }
        throw new UsageException(lines);
    }
}
