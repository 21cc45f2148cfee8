package dev.htbin.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Starts a server, makes a few requests and ends, so that the JVM can record what a start needs in its AOT cache. {@code bin/build} runs it.
 */
public final class Rehearsal {
    /** A rehearsal that takes longer is given up: a start without the cache is better than none. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Path PERL = Path.of("/usr/bin/perl");

    private Rehearsal() {}

    /**
     * Rehearses a start.
     *
     * @param arguments none
     * @throws IOException if there is no place for a directory, or the server can't start
     */
    public static void main(String[] arguments) throws IOException {
        Thread rehearsing = Thread.currentThread();
        Thread.ofPlatform().daemon().start(() -> limitTime(rehearsing));
        Path site = Files.createTempDirectory("htbin-rehearsal");
        try {
            rehearse(site);
        } finally {
            remove(site);
        }
    }

    private static void rehearse(Path site) throws IOException {
        Path scripts = Files.createDirectory(site.resolve("cgi-bin"));
        Path script = Files.writeString(
                scripts.resolve("hello"), "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nhello\\n'\n");
        Path warm = Files.writeString(
                scripts.resolve("warm"), "#!%s\nprint \"Content-Type: text/plain\\n\\nhello\\n\";\n".formatted(PERL));
        Files.writeString(site.resolve("page.html"), "<!doctype html><title>page</title>");
        for (Path path : List.of(site, scripts, script, warm)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        var console = new Console(new PrintStream(OutputStream.nullOutputStream()), System.err);
        var commandLine = Arguments.parse("--cgi", "--warm", "--directory", site.toString(), "0");
        StopSignals.watch(false);
        HelpText.of(Subcommand.SERVE);
        Settings settings =
                Settings.of(commandLine, commandLine.positionals().stream().findFirst(), Map.of());
        // Who started it must be able to write the cache.
        try (Serve serving = Serve.start(settings, console, false)) {
            String root = "http://127.0.0.1:" + serving.address().getPort();
            for (String target : List.of("/", "/page.html", "/cgi-bin/hello", "/cgi-bin/hello/a?b=c", "/absent")) {
                get(URI.create(root + target));
            }
            if (Files.isExecutable(PERL)) {
                get(URI.create(root + "/cgi-bin/warm"));
            }
        }
    }

    private static void get(URI uri) throws IOException {
        var connection = (HttpURLConnection) uri.toURL().openConnection(java.net.Proxy.NO_PROXY);
        if (connection.getResponseCode() < 400) {
            connection.getInputStream().readAllBytes();
        }
    }

    private static void remove(Path site) throws IOException {
        try (var files = Files.walk(site)) {
            for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void limitTime(Thread rehearsing) {
        try {
            if (!rehearsing.join(LONGEST)) {
                Runtime.getRuntime().halt(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
