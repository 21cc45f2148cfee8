package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Files;
import java.nio.file.Path;
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
        Path turn = site.fifo("turn");
        site.script("events", """
                #!/bin/sh
                printf 'Content-Type: text/event-stream\\n\\n'
                for i in 1 2 3 4; do
                  printf 'data: event %%d\\n\\n' $i
                  read next < '%s'
                done
                """.formatted(turn));
        try (var htbin = RunningHtbin.on(site)) {
            Process curl = new ProcessBuilder("curl", "-sS", "-N", htbin.url("/cgi-bin/events")).start();
            try (var events = curl.inputReader()) {
                for (int i = 1; i <= 4; i++) {
                    assertEquals("data: event " + i, events.readLine());
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
