package dev.htbin.handler;

import java.util.concurrent.ThreadLocalRandom;

/** Names one failure, on the client's page and in the log: eight hexadecimal digits. */
final class BugId {
    private BugId() {}

    static String next() {
        return "%08x".formatted(ThreadLocalRandom.current().nextInt());
    }
}
