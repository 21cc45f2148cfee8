package dev.htbin.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The command line, split into options and positional arguments; what their values mean is not looked at yet.
 *
 * @param subcommand what is asked for
 * @param options the values of each option that was given, in order; those that take none have an empty list
 * @param positionals the arguments that are no option's, the subcommand's word not among them
 */
record Arguments(Subcommand subcommand, Map<Option, List<String>> options, List<String> positionals) {
    private static final Pattern SWITCH = Pattern.compile("(/[^?=]*=)?(on|off)");

    Arguments {
        options = Map.copyOf(options);
        positionals = List.copyOf(positionals);
    }

    /**
     * Splits a command line. Options may stand anywhere, be joined to their values ({@code --bind=::1}, {@code -b::1}), and be shortened as far as they stay
     * unique, as Python's can. An option whose value may be left out takes the next word only if that can be nothing else: so a port may follow it.
     *
     * @throws UsageException if an option is unknown, ambiguous, or lacks its value
     */
    static Arguments parse(String... commandLine) {
        Subcommand first = commandLine.length == 0 ? Subcommand.SERVE : Subcommand.of(commandLine[0]);
        Arguments arguments = parse(first, commandLine);
        if (first == Subcommand.SERVE && !arguments.positionals.isEmpty()) {
            // Its options may come before a subcommand's word.
            Subcommand later = Subcommand.of(arguments.positionals.getFirst());
            arguments = later == Subcommand.SERVE ? arguments : parse(later, commandLine);
        }
        return arguments.checked();
    }

    private static Arguments parse(Subcommand subcommand, String... commandLine) {
        CommandSpec spec = CommandSpec.create().name("htbin");
        for (Option option : Option.values()) {
            if (option.subcommands().contains(subcommand)) {
                spec.addOption(specOf(option, subcommand));
            }
        }
        spec.addPositional(PositionalParamSpec.builder()
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .build());
        var parser = new CommandLine(spec)
                .setExpandAtFiles(false)
                .setInterpolateVariables(false)
                .setAbbreviatedOptionsAllowed(true);
        try {
            return of(subcommand, parser.parseArgs(withImpliedValues(commandLine)));
        } catch (CommandLine.ParameterException e) {
            throw usage(subcommand, e);
        }
    }

    private Arguments checked() {
        int count = positionals.size();
        boolean asked = has(Option.HELP) || has(Option.VERSION);
        if (asked || (count >= subcommand.leastOperands() && count <= subcommand.mostOperands())) {
            return this;
        }
        throw new UsageException("%s: %s (expected: htbin %s)"
                .formatted(
                        subcommand == Subcommand.SERVE ? "arguments" : subcommand.word(),
                        count == 0 ? "no argument" : String.join(" ", positionals),
                        subcommand.usage()));
    }

    /** Tells whether an option was given. */
    boolean has(Option option) {
        return options.containsKey(option);
    }

    /** Returns all values of an option, in order. */
    List<String> all(Option option) {
        return options.getOrDefault(option, List.of());
    }

    /** Returns the value of an option; the last one, if it was given more than once. */
    Optional<String> last(Option option) {
        List<String> values = all(option);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
    }

    private static String[] withImpliedValues(String... commandLine) {
        String[] words = commandLine.clone();
        for (int i = 0; i < words.length && !words[i].equals("--"); i++) {
            boolean valued =
                    i + 1 < words.length && SWITCH.matcher(words[i + 1]).matches();
            for (Option option : Option.values()) {
                if (words[i].equals(option.longName()) && option.impliedValue().isPresent() && !valued) {
                    words[i] += "=" + option.impliedValue().get();
                }
            }
        }
        return words;
    }

    private static OptionSpec specOf(Option option, Subcommand subcommand) {
        var builder = OptionSpec.builder(option.names(subcommand).toArray(String[]::new));
        return option.label().isEmpty()
                ? builder.arity("0").type(boolean[].class).build()
                : builder.arity("1")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel(option.label())
                        .build();
    }

    private static Arguments of(Subcommand subcommand, CommandLine.ParseResult parsed) {
        var options = new EnumMap<Option, List<String>>(Option.class);
        for (Option option : Option.values()) {
            if (parsed.hasMatchedOption(option.longName())) {
                boolean flag = option.label().isEmpty();
                options.put(
                        option,
                        flag
                                ? List.of()
                                : List.copyOf(
                                        parsed.matchedOption(option.longName()).originalStringValues()));
            }
        }
        List<String> words =
                parsed.hasMatchedPositional(0) ? parsed.matchedPositional(0).originalStringValues() : List.of();
        return new Arguments(
                subcommand, options, subcommand == Subcommand.SERVE ? words : words.subList(1, words.size()));
    }

    private static UsageException usage(Subcommand subcommand, CommandLine.ParameterException e) {
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
            String name = unmatched.getUnmatched().getFirst();
            Optional<Option> elsewhere = elsewhere(name);
            if (elsewhere.isPresent()) {
                return new UsageException("%s: not with %s (expected: only with %s)"
                        .formatted(name, nameOf(subcommand), namesOf(elsewhere.get())));
            }
            return new UsageException("option: '%s' (expected: %s)".formatted(name, suggestion(name)));
        }
        if (e instanceof CommandLine.MissingParameterException incomplete
                && incomplete.getMissing().getFirst() instanceof OptionSpec missing) {
            return new UsageException("%s: no value (expected: %s, for example %s)"
                    .formatted(missing.longestName(), missing.paramLabel(), Values.example(missing.longestName())));
        }
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new UsageException("%s (expected: as in 'htbin --help')".formatted(message));
    }

    /** Returns the option of that name that another subcommand has. */
    private static Optional<Option> elsewhere(String given) {
        String name = given.contains("=") ? given.substring(0, given.indexOf('=')) : given;
        for (Option option : Option.values()) {
            for (Subcommand subcommand : option.subcommands()) {
                if (option.names(subcommand).contains(name)) {
                    return Optional.of(option);
                }
            }
        }
        return Optional.empty();
    }

    private static String namesOf(Option option) {
        return option.subcommands().stream().map(Arguments::nameOf).collect(Collectors.joining(", "));
    }

    private static String nameOf(Subcommand subcommand) {
        return subcommand == Subcommand.SERVE ? "serving" : subcommand.word();
    }

    private static String suggestion(String given) {
        String name = given.contains("=") ? given.substring(0, given.indexOf('=')) : given;
        return nearest(name)
                .map(near -> "perhaps %s; 'htbin --help' lists all".formatted(near.longName()))
                .orElse("one that 'htbin --help' lists, such as --cgi");
    }

    /** Returns the option that a name which is none was probably meant to be; its dashes are part of it. */
    static Optional<Option> nearest(String name) {
        Option nearest = Option.HELP;
        int least = Integer.MAX_VALUE;
        for (Option option : Option.values()) {
            int distance = distance(name, option.longName());
            if (distance < least) {
                least = distance;
                nearest = option;
            }
        }
        return least <= Math.max(2, name.length() / 3) ? Optional.of(nearest) : Optional.empty();
    }

    /** Returns these after others: where the last one counts, these do; where all count, so do the others. */
    Arguments after(Arguments others) {
        var all = new EnumMap<Option, List<String>>(Option.class);
        all.putAll(others.options);
        options.forEach((option, values) -> all.merge(option, values, Arguments::joined));
        // The positional argument of a file is the port.
        boolean port = subcommand == Subcommand.SERVE && positionals.isEmpty();
        return new Arguments(subcommand, all, port ? others.positionals : positionals);
    }

    private static List<String> joined(List<String> first, List<String> then) {
        var both = new ArrayList<>(first);
        both.addAll(then);
        return List.copyOf(both);
    }

    /** Returns the least number of insertions, deletions and replacements that make one text the other. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
