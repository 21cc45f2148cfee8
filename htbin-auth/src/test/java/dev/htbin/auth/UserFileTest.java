package dev.htbin.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A file that changes while it is in use, by a clock that is put forward by hand. */
class UserFileTest {
    @TempDir
    private Path folder;

    private final Clock clock = new Clock();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(UserFile.class);

    @BeforeEach
    void watchLog() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void leaveLog() {
        logger.detachAppender(log);
    }

    @Test
    void readsTheFileAnewWhenItHasChangedAtMostOnceASecond() throws Exception {
        Site site = Site.in(folder).users("ann:1");
        UserFile file = UserFile.load(site.users(), clock);
        site.users("ann:1", "bob:2");
        clock.forward(Duration.ofMillis(999));
        assertEquals(1, file.size());
        clock.forward(Duration.ofMillis(1));
        assertEquals(2, file.size());
    }

    @Test
    void seesAChangeThatLeavesLengthAndTimeAsTheyWere() throws Exception {
        Site site = Site.in(folder).users("ann:1");
        UserFile file = UserFile.load(site.users(), clock);
        FileTime time = Files.getLastModifiedTime(site.users());
        site.users("bob:1");
        Files.setLastModifiedTime(site.users(), time);
        clock.forward(Duration.ofSeconds(1));
        assertTrue(file.current().hashOf("bob").isPresent(), "the file was too young to be told from its next state");
    }

    @Test
    void keepsTheOldUsersWhileTheNewFileIsBadAndSaysSoOnce() throws Exception {
        Site site = Site.in(folder).users("ann:1");
        UserFile file = UserFile.load(site.users(), clock);
        Files.writeString(site.users(), "ann:hunter2\n");
        for (int i = 0; i < 3; i++) {
            clock.forward(Duration.ofSeconds(1));
            assertEquals(1, file.size());
        }
        Files.delete(site.users());
        for (int i = 0; i < 3; i++) {
            clock.forward(Duration.ofSeconds(1));
            assertTrue(file.current().hashOf("ann").isPresent());
        }
        assertEquals(
                2,
                log.list.stream()
                        .filter(e -> e.getLevel().toString().equals("ERROR"))
                        .count(),
                log.list::toString);
        String first = log.list.get(0).getFormattedMessage();
        assertTrue(first.contains("line 1: the password is kept in plain text"), first);
        assertTrue(first.contains("what was read before stays in force, users: 1"), first);
        assertTrue(log.list.stream().noneMatch(e -> e.getFormattedMessage().contains("hunter2")));
        site.users("carl:3");
        clock.forward(Duration.ofSeconds(1));
        assertTrue(file.current().hashOf("carl").isPresent(), "and takes the next good one");
    }

    @Test
    void readsNothingAgainThatIsUnchanged() throws Exception {
        Site site = Site.in(folder).users("ann:1");
        Files.setLastModifiedTime(site.users(), FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
        UserFile file = UserFile.load(site.users(), clock);
        Htpasswd before = file.current();
        clock.forward(Duration.ofMinutes(1));
        assertTrue(before == file.current());
    }

    @Test
    void refusesAFileThatCanNotBeUsed() throws Exception {
        Path absent = folder.resolve("absent");
        String message = messageOf(absent);
        assertTrue(
                message.contains("'" + absent + "': does not exist (expected: a file that 'htpasswd -B -c"), message);
        Path bad = Files.writeString(folder.resolve("bad"), "\n\nann:{SHA}x\n");
        message = messageOf(bad);
        assertTrue(message.startsWith("users '" + bad + "', line 3: ") && message.contains("htpasswd -B"), message);
    }

    @Test
    void warnsOfWeakHashes() throws Exception {
        Path users = Files.writeString(folder.resolve("weak"), "u:$apr1$tgeUlkQr$D.hCXDaqU3HbCGBtett/U1\n");
        UserFile.load(users, clock);
        assertTrue(
                log.list.stream().anyMatch(e -> e.getFormattedMessage().contains("1 of 1 passwords are kept as MD5")));
    }

    private static String messageOf(Path file) {
        return String.valueOf(
                assertThrows(IOException.class, () -> UserFile.load(file)).getMessage());
    }
}
