package dev.htbin.process.posix;

import java.io.PrintStream;

/** Says on a stream what came of each fault: a line that begins with {@code ok} or {@code failed}; others explain it. */
final class FaultReport {
    private final PrintStream out;
    private String note = "";

    FaultReport(PrintStream out) {
        this.out = out;
    }

    /** Remembers what the user would be told. */
    void note(String text) {
        note = text;
    }

    /** Tells where something went wrong. */
    void trace(Throwable failure) {
        failure.printStackTrace(out);
    }

    /** Tells what came of a fault: a problem, or an empty string. */
    void add(String fault, String problem) {
        if (problem.isEmpty()) {
            out.println("ok " + fault + (note.isEmpty() ? "" : " [" + note + "]"));
        } else {
            failed(fault, problem + " [" + note + "]");
        }
        note = "";
    }

    /** Tells of a problem. */
    void failed(String fault, String problem) {
        out.println("failed " + fault + ": " + problem);
    }
}
