package dev.htbin.cli;

import java.util.List;

/** What the command can be asked to do: its first word, none for serving. */
enum Subcommand {
    SERVE(
            "",
            List.of("[PORT]"),
            "Serves the files of a directory and runs its CGI scripts, on http://127.0.0.1:8000/ unless told otherwise."),
    EXPLAIN(
            "explain",
            List.of("METHOD", "URL"),
            "Prints what a request would execute, with which arguments and environment, and starts nothing."),
    CHECK(
            "check",
            List.of("[SCRIPT|DIRECTORY]"),
            "Says what is wrong with a script, or with a directory that is served: what would not run and why, and what is exposed. Runs nothing unless told to."),
    RUN(
            "run",
            List.of("SCRIPT", "['/PATH?QUERY']"),
            "Makes one request to a script without a server, as the server would, and prints the response."),
    REPLAY(
            "replay",
            List.of("FILE|last"),
            "Makes a recorded request again, here and now, and says whether it ends as it did."),
    CONFIG("config", List.of("check", "FILE"), "Says what is wrong in a configuration file, and where.");

    private final String word;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final List<String> operands;

    private final String summary;

    Subcommand(String word, List<String> operands, String summary) {
        this.word = word;
        this.operands = operands;
        this.summary = summary;
    }

    /** Returns the word that asks for it; empty for serving. */
    String word() {
        return word;
    }

    /** Returns what it does, in a sentence or two. */
    String summary() {
        return summary;
    }

    /** Returns its line of usage, after {@code htbin}. */
    String usage() {
        return (word.isEmpty() ? "" : word + " ") + (this == CONFIG ? "" : "[OPTIONS] ") + String.join(" ", operands);
    }

    /** Returns how many operands it needs. */
    int leastOperands() {
        return (int) operands.stream().filter(o -> !o.startsWith("[")).count();
    }

    /** Returns how many operands it takes. */
    int mostOperands() {
        return operands.size();
    }

    /** Returns the one that a word asks for; serving if none does. */
    static Subcommand of(String word) {
        for (Subcommand subcommand : values()) {
            if (!word.isEmpty() && subcommand.word.equals(word)) {
                return subcommand;
            }
        }
        return SERVE;
    }
}
