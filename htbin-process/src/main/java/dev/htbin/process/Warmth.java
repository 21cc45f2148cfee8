package dev.htbin.process;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * That a program may be served by a fork of an interpreter that has started already.
 *
 * @param lasting the names of the variables that are the same in every launch of the program: the interpreter starts with them
 * @param modules what the interpreter imports beside what it has learned
 */
public record Warmth(SequencedSet<String> lasting, WarmModules modules) {
    public Warmth {
        requireNonNull(modules, "modules");
        lasting = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(lasting));
    }

    /** Creates one whose interpreter imports what it has learned. */
    public Warmth(SequencedSet<String> lasting) {
        this(lasting, WarmModules.learned());
    }
}
