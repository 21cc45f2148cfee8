package dev.htbin.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.process.Child.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;

/**
 * What a process wrote and how it ended.
 *
 * @param output standard output as octet string
 * @param error standard error as octet string
 * @param exit how it ended
 */
public record Run(String output, String error, ExitStatus exit) {
    /** No test waits longer for anything. */
    public static final Duration LONG = Duration.ofSeconds(30);

    /** Reads both streams to their end and waits for the process. */
    public static Run toEnd(Child child) throws IOException, InterruptedException {
        var output = new ByteArrayOutputStream();
        var error = new ByteArrayOutputStream();
        boolean outputEnded = false;
        boolean errorEnded = false;
        boolean exited = false;
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
        while (!outputEnded || !errorEnded || !exited) {
            Set<Event> events = child.await(LONG);
            if (events.isEmpty()) {
                throw new IOException("nothing happens; output so far: " + output);
            }
            exited |= events.contains(Event.EXITED);
            if (events.contains(Event.OUTPUT)) {
                outputEnded |= take(child.readOutput(buffer), buffer, output);
            }
            if (events.contains(Event.ERROR)) {
                errorEnded |= take(child.readError(buffer), buffer, error);
            }
        }
        return new Run(output.toString(ISO_8859_1), error.toString(ISO_8859_1), child.exitStatus());
    }

    /** Waits for an event, reading nothing. */
    public static Set<Event> until(Child child, Event event) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (System.nanoTime() < deadline) {
            Set<Event> events = child.await(LONG);
            if (events.contains(event)) {
                return events;
            }
        }
        throw new IOException("no " + event);
    }

    /** Reads standard output up to and including the next line feed. */
    public static String line(Child child) throws IOException, InterruptedException {
        var line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (line.isEmpty() || line.charAt(line.length() - 1) != '\n') {
            int count = child.readOutput(one.clear());
            if (count < 0) {
                throw new IOException("output ended after: " + line);
            }
            if (count == 0) {
                Set<Event> events = child.await(LONG);
                if (events.isEmpty()) {
                    throw new IOException("nothing happens after: " + line);
                }
            } else {
                line.append((char) (one.get(0) & 0xFF));
            }
        }
        return line.substring(0, line.length() - 1);
    }

    private static boolean take(int count, ByteBuffer buffer, ByteArrayOutputStream sink) {
        if (count > 0) {
            byte[] bytes = new byte[count];
            buffer.flip().get(bytes);
            sink.writeBytes(bytes);
        }
        buffer.clear();
        return count < 0;
    }
}
