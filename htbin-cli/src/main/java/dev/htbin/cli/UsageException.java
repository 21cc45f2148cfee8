package dev.htbin.cli;

import java.util.List;

/** What was asked for can't be understood. Each message is one line: the value, what was expected, an example. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> messages;

    UsageException(String message) {
        this(List.of(message));
    }

    /** Creates one of several complaints, at least one. */
    UsageException(List<String> messages) {
        super(String.join("; ", messages));
        this.messages = List.copyOf(messages);
    }

    /** Returns the complaints, each a line. */
    List<String> messages() {
        return messages;
    }
}
