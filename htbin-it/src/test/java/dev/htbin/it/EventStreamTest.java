package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: server-sent events, read by {@code curl -N}. */
@Timeout(60)
class EventStreamTest {
    @TempDir
    Path folder;

    /** The script prints an event only after this test has read the one before: a server that holds one back makes both wait for ever. */
    @Test
    void passesEachEventOnWhenItIsPrinted() throws Exception {
        Programs.require("server-sent events", "curl", "mkfifo");
        Site site = Site.in(folder);
        // A pipe for each turn: opened again at once, one pipe could still have the writer of the turn before.
        List<Path> turns = List.of(site.fifo("turn1"), site.fifo("turn2"), site.fifo("turn3"), site.fifo("turn4"));
        site.script("events", """
                #!/bin/sh
                printf 'Content-Type: text/event-stream\\n\\n'
                for i in 1 2 3 4; do
                  printf 'data: event %%d\\n\\n' $i
                  read next < '%s'/turn$i
                done
                """.formatted(site.data()));
        try (var htbin = RunningHtbin.on(site)) {
            Process curl = new ProcessBuilder("curl", "-sS", "-N", htbin.url("/cgi-bin/events")).start();
            try (var events = curl.inputReader()) {
                int i = 1;
                for (Path turn : turns) {
                    assertEquals("data: event " + i++, events.readLine());
                    assertEquals("", events.readLine());
                    Files.writeString(turn, "next\n");
                }
                assertNull(events.readLine());
                assertEquals(0, curl.waitFor());
            } finally {
                curl.destroyForcibly();
            }
        }
    }
}
