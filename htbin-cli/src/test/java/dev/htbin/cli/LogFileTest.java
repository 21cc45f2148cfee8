package dev.htbin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real files: a log that is rotated, and one on a full disk, which the device /dev/full is. */
@Timeout(60)
class LogFileTest {
    private static final String RECORD = "a record of some length";

    @TempDir
    private Path folder;

    @Test
    void writesAllInOrderAfterWhatIsThere() throws IOException {
        Path path = Files.writeString(folder.resolve("log"), "before\n");
        List<String> expected = new ArrayList<>(List.of("before"));
        try (LogFile file = LogFile.open(path)) {
            for (int i = 0; i < 1000; i++) {
                file.write("record " + i);
                expected.add("record " + i);
            }
        }
        assertEquals(expected, Files.readAllLines(path));
    }

    @Test
    void createsAFileThatNotEverybodyMayRead() throws IOException {
        Path path = folder.resolve("log");
        LogFile.open(path).close();
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void goesOnInTheNewFileAfterARotation() throws IOException {
        Path path = folder.resolve("log");
        Path old = folder.resolve("log.1");
        try (LogFile file = LogFile.open(path)) {
            file.write("first");
            until(() -> size(path) > 0);
            Files.move(path, old);
            file.reopen();
            until(() -> Files.exists(path));
            file.write("second");
        }
        assertEquals("first\n", Files.readString(old));
        assertEquals("second\n", Files.readString(path));
    }

    @Test
    void keepsTheFileThatIsOpenWhenThereCanBeNoNewOne() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path path = inner.resolve("log");
        Path moved = folder.resolve("moved");
        try (LogFile file = LogFile.open(path)) {
            Files.move(inner, moved);
            file.reopen();
            file.write("goes on");
        }
        assertEquals("goes on\n", Files.readString(moved.resolve("log")));
    }

    @Test
    void aFullDiskHoldsUpNobodyAndWhatWaitedIsWrittenLater() throws IOException {
        Path path = Files.createSymbolicLink(folder.resolve("log"), Path.of("/dev/full"));
        int room = 100 * (RECORD.length() + 1);
        try (LogFile file = LogFile.open(path, room)) {
            for (int i = 0; i < 100_000; i++) {
                file.write(RECORD);
            }
            Files.delete(path);
            file.reopen();
        }
        List<String> lines = Files.readAllLines(path);
        assertTrue(lines.size() >= 100 && lines.size() <= 200, () -> lines.size() + " lines");
        lines.forEach(line -> assertEquals(RECORD, line));
    }

    @Test
    void aFullDiskDoesNotHoldUpTheEnd() throws IOException {
        Path path = Files.createSymbolicLink(folder.resolve("log"), Path.of("/dev/full"));
        LogFile file = LogFile.open(path);
        file.write(RECORD);
        file.close();
        assertEquals(0, size(path));
    }

    @Test
    void saysWhichFileCantBeOpened() {
        var refusal = assertThrows(IOException.class, () -> LogFile.open(folder.resolve("absent/log")));
        assertTrue(
                String.valueOf(refusal.getMessage())
                        .startsWith("access log '" + folder + "/absent/log': no such directory"),
                String.valueOf(refusal.getMessage()));
        assertThrows(IOException.class, () -> LogFile.open(folder));
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void until(Condition condition) throws IOException {
        while (!condition.holds()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static long size(Path path) throws IOException {
        return Files.exists(path) ? Files.size(path) : 0;
    }
}
