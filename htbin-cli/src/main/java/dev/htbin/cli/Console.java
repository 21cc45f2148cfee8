package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Where the command speaks to its user: the banner, the help and an explanation to standard output, complaints to standard error.
 *
 * <p>A stream that is closed or full is no failure: {@link PrintStream} keeps silent about it.
 */
record Console(PrintStream out, PrintStream err) {
    Console {
        requireNonNull(out, "out");
        requireNonNull(err, "err");
    }

    /** Prints a text as it is and flushes it. */
    void print(String text) {
        out.print(text);
        out.flush();
    }

    /** Prints one line that begins with the command's name. Control characters are escaped. */
    void complain(String message) {
        err.println("htbin: " + LogText.escape(message));
        err.flush();
    }

    /** Prints one line to standard error as it is, but for control characters, which are escaped. */
    void tell(String message) {
        err.println(LogText.escape(message));
        err.flush();
    }

    /** Returns where octets from scripts go: standard output, and on a terminal only what it would not act on. */
    OutputStream body() {
        return isTerminal() ? new TerminalOutput(out) : out;
    }

    /** Tells whether somebody reads along. */
    @SuppressWarnings("SystemConsoleNull") // without a terminal it is null again since JDK 25
    boolean isTerminal() {
        java.io.Console console = System.console();
        return console != null && console.isTerminal();
    }

    void flush() {
        LogWriter.STDERR.drain();
        out.flush();
        err.flush();
    }
}
