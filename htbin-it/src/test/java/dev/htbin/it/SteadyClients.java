package dev.htbin.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Clients that make one request after another, each on a connection that it keeps for as long as it may, and never make one again. */
final class SteadyClients implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: ([0-9]+)\r\n");
    private static final Pattern LAST = Pattern.compile("(?i)\r\nconnection: close\r\n");

    private final int port;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Queue<String> posted = new ConcurrentLinkedQueue<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();
    private volatile boolean ending;

    /** Starts clients that get a file, run {@code /cgi-bin/noted}, and post to it. */
    SteadyClients(int port) {
        this(port, List.of("file", "GET", "POST", "POST"));
    }

    private SteadyClients(int port, List<String> kinds) {
        this.port = port;
        for (String kind : kinds) {
            threads.add(Thread.ofPlatform().name("client " + kind).start(() -> run(kind)));
        }
    }

    /** Starts clients that post nothing. */
    static SteadyClients ofGet(int port) {
        return new SteadyClients(port, List.of("file", "GET", "GET"));
    }

    /** Waits until so many more requests were answered, or failed. */
    void awaitAnswers(int count) {
        int wanted = answers.get() + count;
        RunningHtbin.eventually("%d more answers".formatted(count), () -> answers.get() >= wanted);
    }

    /** Has each client make no more requests than it is making, and returns what was not answered as it should be. */
    List<String> end() throws InterruptedException {
        ending = true;
        for (Thread thread : threads) {
            thread.join();
        }
        return List.copyOf(failures);
    }

    /** Returns the names of what was posted. */
    List<String> posted() {
        return List.copyOf(posted);
    }

    @Override
    public void close() {
        ending = true;
    }

    private void run(String kind) {
        while (!ending) {
            try (var client = RawClient.connect("127.0.0.1", port)) {
                boolean kept = true;
                while (kept && !ending) {
                    kept = ask(client, kind);
                }
            } catch (IOException | AssertionError e) {
                failures.add(kind + ": " + e);
                answers.incrementAndGet();
            }
        }
    }

    /** Makes a request; tells whether the connection may be used again. */
    private boolean ask(RawClient client, String kind) throws IOException {
        String name = "n" + numbers.incrementAndGet();
        String body = kind.equals("POST") ? "x".repeat(100) : "";
        String line = kind.equals("file") ? "GET /hello.txt" : kind + " /cgi-bin/noted?" + name;
        if (kind.equals("POST")) {
            posted.add(name);
        }
        String head = client.send("%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(line, body.length(), body))
                .readTo("\r\n\r\n");
        Matcher length = LENGTH.matcher(head);
        String answer = length.find() ? client.read(Integer.parseInt(length.group(1))) : chunks(client);
        String expected = kind.equals("file") ? "hello, world\n" : name + "\n";
        if (RawClient.status(head) != 200 || !answer.equals(expected)) {
            failures.add("%s: %s%s".formatted(line, head, answer));
        }
        answers.incrementAndGet();
        return !LAST.matcher(head).find();
    }

    /** What a script writes comes in chunks when its end is not seen at once. */
    private static String chunks(RawClient client) throws IOException {
        var body = new StringBuilder();
        int size;
        do {
            size = Integer.parseInt(client.readTo("\r\n").strip(), 16);
            body.append(client.read(size));
            client.readTo("\r\n");
        } while (size > 0);
        return body.toString();
    }
}
