package dev.htbin.cli;

/** The text of {@code htbin --help}, made from the table of options. */
final class HelpText {
    private static final int COLUMN = 30;

    private static final String LIMITS = """

            Options with [PATH=] hold for scripts (--auth, --anonymous and --realm: for files, too) at that URL path and below it, without it for all; what is said for
            the longest path counts.
            Limits, for --limit NAME=VALUE (K, M or G may follow bytes; those from cpu on may differ by PATH):

            """;
    private static final String TAIL = """

            --cgi-directory, --cgi-extension, --script, --interpreter, --profile, --read, --write, --script-user, --pass-authorization, --warm, --dev and --record imply --cgi. Exit codes: 0 ended as asked, 1 not possible here, 2 wrong usage.

              htbin --cgi 8000
              htbin --cgi --directory examples/site --bind 0.0.0.0
              htbin explain GET '/cgi-bin/hello.sh/extra?a=1'
            """;

    private static final String CHECK_TAIL = """

            Exit codes: 0 nothing is wrong, 1 something is, 2 wrong usage, or there is nothing to check.

              htbin check
              htbin check cgi-bin/hello.py
              htbin check --run --json /srv/www
            """;
    private static final String RUN_TAIL = """

            The script's directory is taken for a CGI directory, and the one above it for the one that is served, unless --directory says otherwise.
            Exit codes: 0 the script answered, 1 it failed, or can't be run, or its status is 500 or more, 2 wrong usage.

              htbin run cgi-bin/hello.py
              htbin run cgi-bin/form.py '/extra?a=1' -H 'Cookie: a=b' -v
              htbin run cgi-bin/form.py -d 'name=Ada'
            """;

    private static final String REPLAY_TAIL = """

            The directory that is served is --directory, as for the server. Recordings have masks in the place of passwords, tokens and cookies.
            Exit codes: as of run; 2 also for a file that is no recording.

              htbin replay last --record runs
              htbin replay runs/20261125T120000.000Z-0123456789abcdef.json --under 'strace -f'
              htbin replay last --record runs --under 'python3 -m pdb'
            """;

    private static final String CONFIG_TAIL = """

            Exit codes: 0 no mistakes, 1 the file can't be read, 2 it has mistakes, each printed with its line.

              htbin config check /etc/htbin.toml
            """;

    private HelpText() {}

    /** Returns the help on a subcommand; that on serving names them all. */
    static String of(Subcommand subcommand) {
        var text = new StringBuilder();
        if (subcommand == Subcommand.SERVE) {
            usage(text);
        } else {
            text.append("Usage: htbin ").append(subcommand.usage()).append("\n\n");
            text.append(subcommand.summary()).append("\n\n");
        }
        for (Option option : Option.values()) {
            if (option.subcommands().contains(subcommand)) {
                text.append(line(option, subcommand));
            }
        }
        if (Option.LIMIT.subcommands().contains(subcommand)) {
            text.append(LIMITS);
            for (Limit limit : Limit.values()) {
                text.append("  %-17s %-20s %s\n".formatted(limit.label(), limit.standardText(), limit.beyond()));
            }
        }
        return text.append(
                        switch (subcommand) {
                            case SERVE, EXPLAIN -> TAIL;
                            case CHECK -> CHECK_TAIL;
                            case RUN -> RUN_TAIL;
                            case REPLAY -> REPLAY_TAIL;
                            case CONFIG -> CONFIG_TAIL;
                        })
                .toString();
    }

    private static void usage(StringBuilder text) {
        String before = "Usage: ";
        for (Subcommand subcommand : Subcommand.values()) {
            text.append(before).append("htbin ").append(subcommand.usage()).append('\n');
            before = "       ";
        }
        text.append('\n').append(Subcommand.SERVE.summary()).append('\n');
        for (Subcommand subcommand : Subcommand.values()) {
            if (subcommand != Subcommand.SERVE) {
                text.append("  %-9s %s%n".formatted(subcommand.word(), subcommand.summary()));
            }
        }
        text.append("'htbin SUBCOMMAND --help' has the options of each.\n\n");
        text.append("  PORT                        Listen on this port; 0: on any that is free. Default: 8000.\n");
    }

    private static String line(Option option, Subcommand subcommand) {
        boolean hasShort = option.names(subcommand).size() > 1;
        String names = (hasShort ? option.names(subcommand).getFirst() + ", " : "    ") + option.longName();
        String left = "  " + names + (option.label().isEmpty() ? "" : " " + option.label());
        String gap = left.length() < COLUMN - 1 ? " ".repeat(COLUMN - left.length()) : "\n" + " ".repeat(COLUMN);
        return left + gap + option.help() + "\n";
    }
}
