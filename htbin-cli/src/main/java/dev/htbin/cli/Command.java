package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.DocumentRoot;
import dev.htbin.jetty.EngineConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Decides what was asked for and does it. */
final class Command {
    /** Ended as asked. */
    static final int OK = 0;

    /** What was asked is not possible here. */
    static final int FAILED = 1;

    /** What was asked can't be understood. */
    static final int USAGE = 2;

    private Command() {}

    /**
     * Runs the command.
     *
     * @param commandLine as given to {@link Main}
     * @param console where the user is told
     * @return the exit code
     */
    static int run(String[] commandLine, Console console) {
        requireNonNull(console, "console");
        boolean verbose = List.of(commandLine).contains(Option.VERBOSE.longName());
        try {
            return dispatch(Arguments.parse(commandLine), console);
        } catch (UsageException e) {
            e.messages().forEach(console::complain);
            return USAGE;
        } catch (IOException e) {
            console.complain(messageOf(e));
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        } catch (RuntimeException e) {
            console.complain("internal error: %s (please report it%s)"
                    .formatted(e, verbose ? "" : "; --verbose shows where it is"));
            if (verbose) {
                var trace = new StringWriter();
                e.printStackTrace(new PrintWriter(trace));
                console.err().print(trace);
            }
            return FAILED;
        }
    }

    private static int dispatch(Arguments arguments, Console console) throws IOException, InterruptedException {
        if (arguments.has(Option.HELP)) {
            console.print(HelpText.of(arguments.subcommand()));
            return OK;
        }
        if (arguments.has(Option.VERSION)) {
            console.print("%s (Java %s)%n"
                    .formatted(
                            EngineConfig.defaults().server().software().replace('/', ' '),
                            Runtime.version().feature()));
            return OK;
        }
        List<String> words = arguments.positionals();
        return switch (arguments.subcommand()) {
            case SERVE -> Serve.run(() -> settings(arguments), arguments.has(Option.CONFIG), console);
            case EXPLAIN -> {
                Settings settings = settings(arguments);
                LogConfiguration.keepToWarnings();
                yield Explain.of(settings, arguments.all(Option.HEADER)).print(words.get(0), words.get(1), console);
            }
            case CHECK -> Check.of(arguments, settings(arguments)).print(console);
            case RUN -> Run.of(arguments, settings(arguments)).print(console);
            case REPLAY -> Replay.of(arguments, settings(arguments)).print(console);
            case CONFIG -> checkConfiguration(words, console);
        };
    }

    private static int checkConfiguration(List<String> words, Console console) throws IOException {
        if (!words.getFirst().equals("check")) {
            throw new UsageException("config: %s (expected: check and a file, for example config check /etc/htbin.toml)"
                    .formatted(words));
        }
        Arguments read = ConfigFile.read(Path.of(words.get(1)));
        DocumentRoot.of(settingsOf(read).directory());
        console.print("%s: no mistakes found%n".formatted(words.get(1)));
        return OK;
    }

    /** Returns what the configuration file says, if one is named, and then the command line. */
    private static Settings settings(Arguments arguments) throws IOException {
        Optional<String> file = arguments.last(Option.CONFIG);
        return settingsOf(file.isEmpty() ? arguments : arguments.after(ConfigFile.read(Path.of(file.get()))));
    }

    private static Settings settingsOf(Arguments arguments) {
        Optional<String> port = arguments.subcommand() == Subcommand.SERVE
                ? arguments.positionals().stream().findFirst()
                : Optional.empty();
        return Settings.of(arguments, port, System.getenv());
    }

    private static String messageOf(IOException e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.toString() : message;
    }
}
