package dev.htbin.cli;

/** The command was asked for what it can't understand: exit code 2. The message names the value, what was expected and an example. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
