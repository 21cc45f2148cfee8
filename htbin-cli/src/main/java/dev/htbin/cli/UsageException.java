package dev.htbin.cli;

import java.util.List;

/** What was asked for can't be understood. Each message is one line: the value, what was expected, an example. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> messages;
    private final boolean ofCombination;

    UsageException(String message) {
        this(List.of(message), false);
    }

    /** Creates one of several complaints, at least one. */
    UsageException(List<String> messages) {
        this(messages, false);
    }

    private UsageException(List<String> messages, boolean ofCombination) {
        super(String.join("; ", messages));
        this.messages = List.copyOf(messages);
        this.ofCombination = ofCombination;
    }

    /** Returns the complaint that options don't go together, or that one lacks another. */
    static UsageException ofCombination(String message) {
        return new UsageException(List.of(message), true);
    }

    /** Tells whether each option by itself may be right. */
    boolean ofCombination() {
        return ofCombination;
    }

    /** Returns the complaints, each a line. */
    List<String> messages() {
        return messages;
    }
}
