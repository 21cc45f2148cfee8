package dev.htbin.cli;

/** The text of {@code htbin --help}, made from the table of options. */
final class HelpText {
    private static final int COLUMN = 30;

    private static final String HEAD = """
            Usage: htbin [OPTIONS] [PORT]
                   htbin explain [OPTIONS] METHOD URL
                   htbin config check FILE

            Serves the files of a directory and runs its CGI scripts, on http://127.0.0.1:8000/ unless told otherwise.
            With explain: prints what a request would execute, with which arguments and environment, and starts nothing.

              PORT                        Listen on this port; 0: on any that is free. Default: 8000.
            """;
    private static final String LIMITS = """

            Options with [PATH=] hold for scripts at that URL path and below it, without it for all; what is said for the longest path counts.
            Limits, for --limit NAME=VALUE (K, M or G may follow bytes; those from cpu on may differ by PATH):

            """;
    private static final String TAIL = """

            --cgi-directory, --cgi-extension, --profile, --read, --write, --script-user and --warm imply --cgi. Exit codes: 0 ended as asked, 1 not possible here, 2 wrong usage.

              htbin --cgi 8000
              htbin --cgi --directory examples/site --bind 0.0.0.0
              htbin explain GET '/cgi-bin/hello.sh/extra?a=1'
            """;

    private HelpText() {}

    static String text() {
        var text = new StringBuilder(HEAD);
        for (Option option : Option.values()) {
            text.append(line(option));
        }
        text.append(LIMITS);
        for (Limit limit : Limit.values()) {
            text.append("  %-17s %-20s %s\n".formatted(limit.label(), limit.standardText(), limit.beyond()));
        }
        return text.append(TAIL).toString();
    }

    private static String line(Option option) {
        boolean hasShort = option.names().size() > 1;
        String names = (hasShort ? option.names().getFirst() + ", " : "    ") + option.longName();
        String left = "  " + names + (option.label().isEmpty() ? "" : " " + option.label());
        String gap = left.length() < COLUMN - 1 ? " ".repeat(COLUMN - left.length()) : "\n" + " ".repeat(COLUMN);
        return left + gap + option.help() + "\n";
    }
}
