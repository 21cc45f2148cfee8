package dev.htbin.cli;

/** The command {@code htbin}. */
public final class Main {
    private Main() {}
}
