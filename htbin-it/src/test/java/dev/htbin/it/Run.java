package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A client program that ran to its end. */
final class Run {
    private final List<String> command;
    private final int status;
    private final byte[] output;
    private final String errors;

    private Run(List<String> command, int status, byte[] output, byte[] errors) {
        this.command = command;
        this.status = status;
        this.output = output;
        this.errors = new String(errors, StandardCharsets.UTF_8);
    }

    /** Runs a program in a folder, with the environment of this process and some variables more. */
    static Run of(Path folder, Map<String, String> environment, byte[] input, String... command) throws Exception {
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        var output = CompletableFuture.supplyAsync(() -> all(process.getInputStream()));
        var errors = CompletableFuture.supplyAsync(() -> all(process.getErrorStream()));
        try (var stdin = process.getOutputStream()) {
            stdin.write(input);
        } catch (IOException e) {
            // The program left without reading it all: its status tells.
        }
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertTrue(ended, () -> "runs for more than 120 s: " + List.of(command));
        return new Run(List.of(command), process.exitValue(), output.get(), errors.get());
    }

    /** Returns itself if the program ended with status 0. */
    Run good() {
        assertEquals(0, status, () -> command + ": " + errors + text());
        return this;
    }

    int status() {
        return status;
    }

    byte[] output() {
        return output;
    }

    String text() {
        return new String(output, StandardCharsets.UTF_8);
    }

    String errors() {
        return errors;
    }

    private static byte[] all(InputStream in) {
        try (in) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
