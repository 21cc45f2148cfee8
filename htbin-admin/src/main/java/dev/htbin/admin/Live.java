package dev.htbin.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.cgi.RunListener;
import dev.htbin.cgi.RunReport;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;

/** What the live page shows of a server: what it has seen of late. Safe for use by several threads. */
final class Live implements RunListener {
    private static final int MOST_FAILURES = 20;
    private static final int TOKEN_BYTES = 16;

    private final Watched watched;
    private final Metrics metrics;
    private final Deque<RunReport> failures = new ArrayDeque<>();
    private final String token;

    Live(Watched watched, Metrics metrics) {
        this.watched = watched;
        this.metrics = metrics;
        byte[] secret = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(secret);
        this.token = HexFormat.of().formatHex(secret);
    }

    Watched watched() {
        return watched;
    }

    Metrics metrics() {
        return metrics;
    }

    /** Returns what a form must send back: only who has read the page knows it. */
    String token() {
        return token;
    }

    /** Tells whether a form sent the token back. */
    boolean isToken(String sent) {
        return MessageDigest.isEqual(sent.getBytes(UTF_8), token.getBytes(UTF_8));
    }

    @Override
    public void ended(RunReport run) {
        switch (run.outcome()) {
            case SUCCEEDED, CLIENT_GONE, STOPPED -> {}
            case FAILED, KILLED, BAD_RESPONSE, TIMED_OUT, NOT_STARTED, REFUSED, UNKNOWN -> {
                synchronized (failures) {
                    failures.addFirst(run);
                    if (failures.size() > MOST_FAILURES) {
                        failures.removeLast();
                    }
                }
            }
        }
    }

    /** Returns the last failures, the latest first. */
    List<RunReport> failures() {
        synchronized (failures) {
            return List.copyOf(failures);
        }
    }
}
