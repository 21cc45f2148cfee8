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
            console.print(HelpText.text());
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
        if (!words.isEmpty() && words.getFirst().equals("config")) {
            return checkConfiguration(words, console);
        }
        if (!words.isEmpty() && words.getFirst().equals("explain")) {
            if (words.size() != 3) {
                throw new UsageException(
                        "explain: %s (expected: METHOD and URL, for example explain GET '/cgi-bin/x?a=b')"
                                .formatted(words.subList(1, words.size())));
            }
            Settings settings = Settings.of(configured(arguments), Optional.empty(), System.getenv());
            LogConfiguration.keepToWarnings();
            return Explain.of(settings, arguments.all(Option.HEADER)).print(words.get(1), words.get(2), console);
        }
        if (words.size() > 1) {
            throw new UsageException("arguments: %s (expected: at most one, the port, for example htbin --cgi 8000)"
                    .formatted(String.join(" ", words)));
        }
        if (arguments.has(Option.HEADER)) {
            throw new UsageException(
                    "--header: only with explain (expected: for example htbin explain -H 'Cookie: a=b' GET /cgi-bin/x)");
        }
        return Serve.run(() -> settings(arguments), arguments.has(Option.CONFIG), console);
    }

    private static int checkConfiguration(List<String> words, Console console) throws IOException {
        if (words.size() != 3 || !words.get(1).equals("check")) {
            throw new UsageException("config: %s (expected: check and a file, for example config check /etc/htbin.toml)"
                    .formatted(words.subList(1, words.size())));
        }
        Arguments read = ConfigFile.read(Path.of(words.get(2)));
        Settings settings = Settings.of(read, read.positionals().stream().findFirst(), System.getenv());
        DocumentRoot.of(settings.directory());
        console.print("%s: no mistakes found%n".formatted(words.get(2)));
        return OK;
    }

    private static Settings settings(Arguments arguments) throws IOException {
        Arguments all = configured(arguments);
        return Settings.of(all, all.positionals().stream().findFirst(), System.getenv());
    }

    /** Returns what the configuration file says, if one is named, and then the command line. */
    private static Arguments configured(Arguments arguments) throws IOException {
        Optional<String> file = arguments.last(Option.CONFIG);
        return file.isEmpty() ? arguments : arguments.after(ConfigFile.read(Path.of(file.get())));
    }

    private static String messageOf(IOException e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.toString() : message;
    }
}
