package dev.htbin.process;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * That a program may be served by a fork of an interpreter that has started already.
 *
 * @param lasting the names of the variables that are the same in every launch of the program: the interpreter starts with them
 */
public record Warmth(SequencedSet<String> lasting) {
    public Warmth {
        lasting = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(lasting));
    }
}
