package dev.htbin.process.posix;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * The order to an interpreter to fork a process.
 *
 * @param process the interpreter
 * @param ran told when the process runs
 * @param learned told what the process reports when it ends, an octet string of lines; empty: it reports nothing
 */
public record WarmFork(WarmProcess process, Runnable ran, Optional<Consumer<String>> learned) {
    public WarmFork {
        requireNonNull(process, "process");
        requireNonNull(ran, "ran");
        requireNonNull(learned, "learned");
    }
}
