package dev.htbin.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The form of the log, and that it never stops a server. */
class LogTest {
    @ParameterizedTest
    @CsvSource({"plain ü text, plain ü text", "a\u001b[2Jb, a\\x1b[2Jb", "a\u0085b, a\\x85b", "a\u202eb, a\\u202eb"})
    void escapesWhatATerminalActsOn(String message, String expected) {
        assertEquals(expected, LogText.escape(message));
    }

    @Test
    void aRecordCannotForgeAnother() {
        assertEquals("a\\x0d\\x0ab", LogText.escape("a\r\nb"));
        String line = LogConfiguration.line(event("dev.htbin.cgi", "one\ntwo"));
        assertTrue(line.matches("\\d\\d:\\d\\d:\\d\\d warn one\\\\x0atwo\\R"), line);
    }

    @Test
    void accessLinesAreAsTheyAre() {
        assertEquals(
                "127.0.0.1 - - x" + System.lineSeparator(),
                LogConfiguration.line(event("dev.htbin.access", "127.0.0.1 - - x")));
    }

    @Test
    void writesAllInOrder() {
        var stream = new ByteArrayOutputStream();
        var writer = new LogWriter(stream, 1 << 20);
        var expected = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            writer.write(i + "\n");
            expected.append(i).append('\n');
        }
        writer.drain();
        assertEquals(expected.toString(), stream.toString(UTF_8));
    }

    @Test
    void aStreamThatFailsIsGivenUp() {
        var writer = new LogWriter(
                new OutputStream() {
                    @Override
                    public void write(int octet) throws IOException {
                        throw new IOException("closed");
                    }
                },
                1 << 20);
        for (int i = 0; i < 1000; i++) {
            writer.write("a line\n");
            writer.drain();
        }
    }

    @Test
    void aReaderWhoStallsLosesRecordsAndStopsNobody() throws InterruptedException {
        var stalled = new StallingStream();
        var writer = new LogWriter(stalled, 100);
        writer.write("first\n");
        stalled.reached.await();
        for (int i = 0; i < 100; i++) {
            writer.write("0123456789012345678901234567890123456789\n");
        }
        stalled.released.countDown();
        writer.drain();
        assertTrue(stalled.written.toString(UTF_8).contains("98 log records were dropped"), stalled.written::toString);
    }

    private static final class StallingStream extends OutputStream {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();

        @Override
        public void write(int octet) {
            reached.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            written.write(octet);
        }
    }

    private static LoggingEvent event(String logger, String message) {
        Logger source = new LoggerContext().getLogger(logger);
        return new LoggingEvent(LogTest.class.getName(), source, Level.WARN, message, null, new Object[0]);
    }
}
