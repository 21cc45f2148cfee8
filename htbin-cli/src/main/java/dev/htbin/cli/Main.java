package dev.htbin.cli;

/** The command {@code htbin}. */
public final class Main {
    private Main() {}

    /**
     * Runs the command and ends the JVM with its exit code: 0, 1 when it can't be done here, 2 when it was asked wrongly.
     *
     * @param arguments as on the command line
     */
    public static void main(String[] arguments) {
        var console = new Console(System.out, System.err);
        // Not exit(): nothing is left to do, and a script's thread that doesn't end must not keep the server alive.
        int code = Command.run(arguments, console);
        console.flush();
        Runtime.getRuntime().halt(code);
    }
}
