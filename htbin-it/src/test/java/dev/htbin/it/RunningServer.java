package dev.htbin.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A server that was started as a process by {@code ./htbin}, on a free port of 127.0.0.1. */
final class RunningServer implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("\\((http://\\S+)\\) \\.\\.\\.$");
    private static final int SECONDS = 60;

    private final Process process;
    private final BufferedReader out;
    private final Path err;
    private final List<String> banner = new ArrayList<>();
    private final URI uri;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(SECONDS))
            .build();

    private RunningServer(Process process, Path err) throws IOException {
        this.process = process;
        this.err = err;
        this.out = process.inputReader();
        String first = out.readLine();
        if (first == null) {
            throw new IllegalStateException("no banner; standard error: " + Files.readString(err));
        }
        banner.add(first);
        while (!first.startsWith("  reachable")) {
            first = String.valueOf(out.readLine());
            banner.add(first);
        }
        var matcher = URL.matcher(banner.getFirst());
        if (!matcher.find()) {
            throw new IllegalStateException("banner: '%s' (expected: one with a URL)".formatted(banner.getFirst()));
        }
        this.uri = URI.create(matcher.group(1));
    }

    /** Starts the server with options and port 0. */
    static RunningServer start(String... options) throws IOException {
        var words = new ArrayList<String>();
        words.add(Product.home().resolve("htbin").toString());
        words.addAll(List.of(options));
        words.add("0");
        return start(Product.command(words));
    }

    /** Starts a process that prints the banner. */
    static RunningServer start(ProcessBuilder builder) throws IOException {
        Path err = Files.createTempFile("htbin-it", ".err");
        return new RunningServer(builder.redirectError(err.toFile()).start(), err);
    }

    URI uri() {
        return uri;
    }

    List<String> banner() {
        return List.copyOf(banner);
    }

    Process process() {
        return process;
    }

    /** Returns what the server wrote to standard error until now. */
    String log() throws IOException {
        return Files.readString(err);
    }

    HttpResponse<String> get(String target) throws IOException, InterruptedException {
        return send(request(target).build());
    }

    HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(URI.create(uri.resolve("/") + target.substring(1)))
                .timeout(Duration.ofSeconds(SECONDS));
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString());
    }

    /** Asks the server to stop and returns its exit code. */
    int stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("still running after SIGTERM: " + log());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        client.shutdownNow();
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
            out.close();
            Files.deleteIfExists(err);
        }
    }
}
