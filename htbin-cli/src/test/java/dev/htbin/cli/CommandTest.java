package dev.htbin.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Table: what the command answers without serving. */
class CommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void helpIsAsInTheGoldenFile() throws IOException {
        try (var golden = Objects.requireNonNull(CommandTest.class.getResourceAsStream("help.txt"))) {
            assertEquals(0, run("--help"));
            assertEquals(new String(golden.readAllBytes(), UTF_8), out.toString(UTF_8));
        }
    }

    @Test
    void moreThanAPortIsRefused() {
        assertEquals(2, run("8000", "9000"));
        assertTrue(err.toString(UTF_8).startsWith("htbin: arguments: 8000 9000 (expected: htbin [OPTIONS] [PORT])"));
    }

    @Test
    void headerFieldsAreForExplain() {
        assertEquals(2, run("--header", "A: b"));
        assertTrue(
                err.toString(UTF_8).startsWith("htbin: --header: not with serving (expected: only with explain, run)"));
    }

    @Test
    void explainNeedsMethodAndUrl() {
        assertEquals(2, run("explain", "GET"));
        assertTrue(
                err.toString(UTF_8).startsWith("htbin: explain: GET (expected: htbin explain [OPTIONS] METHOD URL)"));
    }

    private int run(String... arguments) {
        var console = new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return Command.run(arguments, console);
    }
}
