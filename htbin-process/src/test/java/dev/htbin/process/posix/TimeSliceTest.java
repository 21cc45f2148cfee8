package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.Run;
import dev.htbin.process.launch.Launchers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Each on a thread of its own, which then ends: there is no way back. Before Linux 6.12 every slice is 0, and stays so. */
class TimeSliceTest {
    private static final boolean CHOSEN = TimeSlice.of(0) > 0;

    private static <T> T elsewhere(Callable<T> work) throws Exception {
        var task = new FutureTask<>(work);
        Thread.ofPlatform().start(task);
        return task.get();
    }

    @Test
    void isLengthenedForAThreadAndWhatItStarts() throws Exception {
        long before = TimeSlice.of(0);
        long after = elsewhere(() -> {
            Launchers.lengthenTimeSlices();
            assertEquals(TimeSlice.of(0), elsewhere(() -> TimeSlice.of(0)));
            return TimeSlice.of(0);
        });
        assertEquals(CHOSEN ? TimeSlice.NANOS : 0, after);
        assertTrue(before < TimeSlice.NANOS, () -> before + " ns");
        assertEquals(before, TimeSlice.of(0));
    }

    @Test
    void isInheritedByTheProcessesOfALauncher() throws Exception {
        long ofProcess = elsewhere(() -> {
            Launchers.lengthenTimeSlices();
            var spec = new LaunchSpec(
                    Path.of("/bin/sh"),
                    List.of("sh", "-c", "echo up; exec sleep 60"),
                    new LinkedHashMap<>(),
                    Path.of("/"));
            try (var launcher = PosixLauncher.start(LauncherConfig.defaults());
                    var stdin = launcher.newStdin();
                    Child child = launcher.launch(spec, stdin)) {
                assertEquals("up", Run.line(child));
                return TimeSlice.of((int) child.pid());
            }
        });
        assertEquals(CHOSEN ? TimeSlice.NANOS : 0, ofProcess);
    }

    @Test
    void isNotShortened() throws Exception {
        long chosen = 5 * TimeSlice.NANOS;
        assertEquals(
                new Attributes(0, 0, CHOSEN ? chosen : 0), elsewhere(() -> new Attributes(0, 0, chosen).lengthened()));
    }

    @Test
    void policyAndNiceValueStay() throws Exception {
        int batch = 3;
        assertEquals(
                new Attributes(batch, 5, CHOSEN ? TimeSlice.NANOS : 0),
                elsewhere(() -> new Attributes(batch, 5, 0).lengthened()));
    }

    /** What of {@code struct sched_attr} is of interest here. */
    private record Attributes(int policy, int nice, long runtime) {
        private static final int NICE = 16;

        /** Gives them to this thread, and returns what there is after its slice was lengthened. */
        Attributes lengthened() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
                int size = LinuxAbi.SIZEOF_SCHED_ATTR;
                MemorySegment structure = arena.allocate(size, 8);
                structure.set(JAVA_INT, 0, size);
                structure.set(JAVA_INT, LinuxAbi.SCHED_ATTR_POLICY, policy);
                structure.set(JAVA_INT, NICE, nice);
                structure.set(JAVA_LONG, LinuxAbi.SCHED_ATTR_RUNTIME, runtime);
                long address = structure.address();
                assertEquals(0, Libc.syscall(errno, LinuxAbi.SYS_SCHED_SETATTR, 0, address, 0));
                TimeSlice.lengthen();
                assertEquals(0, Libc.syscall(errno, LinuxAbi.SYS_SCHED_GETATTR, 0, address, size, 0, 0, 0));
                return new Attributes(
                        structure.get(JAVA_INT, LinuxAbi.SCHED_ATTR_POLICY),
                        structure.get(JAVA_INT, NICE),
                        structure.get(JAVA_LONG, LinuxAbi.SCHED_ATTR_RUNTIME));
            }
        }
    }
}
