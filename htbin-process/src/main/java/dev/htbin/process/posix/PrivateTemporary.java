package dev.htbin.process.posix;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.process.Child;
import dev.htbin.process.Child.Event;
import dev.htbin.process.ExitStatus;
import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Stdin;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The private temporary directory of one process. A warden makes and removes it, so that it is its user's own; what the process left in it, the system's {@code rm}
 * removes, as that user and under the same confinement: no path in it can lead the server anywhere.
 */
final class PrivateTemporary {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.process");
    private static final String VARIABLE = "TMPDIR";
    private static final int MODE = 0700;
    private static final Duration LONGEST_REMOVAL = Duration.ofSeconds(30);
    /** Directories that were closed by their owner are opened first. */
    private static final String REMOVE =
            "rm -rf -- \"$1\" 2>/dev/null || { chmod -R u+rwX -- \"$1\"; rm -rf -- \"$1\"; }";

    private final PosixLauncher launcher;
    private final Ward ward;
    private final Path path;

    private PrivateTemporary(PosixLauncher launcher, Ward ward, Path path) {
        this.launcher = launcher;
        this.ward = ward;
        this.path = path;
    }

    /**
     * Makes a directory.
     *
     * @throws LaunchException if there is no space for it, for example
     */
    static PrivateTemporary make(PosixLauncher launcher, Ward ward, Path path)
            throws LaunchException, InterruptedException {
        var temporary = new PrivateTemporary(launcher, ward, path);
        int error = temporary.perform(true);
        if (error != 0) {
            throw new LaunchException(
                    Errno.reason(error), "temporary directory '%s': %s".formatted(path, Errno.describe(error)));
        }
        return temporary;
    }

    /** Returns a spec with the directory in its environment. */
    LaunchSpec announcedIn(LaunchSpec spec) {
        var environment = new LinkedHashMap<>(spec.environment());
        environment.putIfAbsent(VARIABLE, path.toString());
        return new LaunchSpec(spec.executable(), spec.arguments(), environment, spec.directory(), spec.profile());
    }

    /** Removes the directory and what is in it; what can't be removed is logged and left for the next start of a server. */
    void remove(LaunchSpec spec) {
        int error = perform(false);
        if (error == 0 || error == Errno.ENOENT.number) {
            return;
        }
        try (Stdin nothing = launcher.newStdin();
                Child child = launcher.launchIn(ward, removal(spec), nothing)) {
            ExitStatus exit = end(child);
            if (!exit.success()) {
                LOG.warn("temporary directory '{}' is left: its removal ended with {}", path, exit);
            }
        } catch (LaunchException | IOException e) {
            LOG.warn("temporary directory '{}' is left: {}", path, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("temporary directory '{}' is left: interrupted", path);
        }
    }

    private LaunchSpec removal(LaunchSpec spec) {
        return new LaunchSpec(
                Path.of("/bin/sh"),
                List.of("sh", "-c", REMOVE, "rm", new String(LaunchImage.octets(path), ISO_8859_1)),
                new LinkedHashMap<>(),
                Path.of("/"),
                spec.profile());
    }

    private static ExitStatus end(Child child) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_REMOVAL.toNanos();
        boolean ended = false;
        while (!ended && System.nanoTime() < deadline) {
            ended = child.await(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))
                    .contains(Event.EXITED);
        }
        if (!ended) {
            child.kill();
            while (!child.await(LONGEST_REMOVAL).contains(Event.EXITED)) {
                // SIGKILL ends it; what keeps the kernel from it, keeps us.
            }
        }
        return child.exitStatus();
    }

    private int perform(boolean make) {
        Arena arena = Arena.ofAuto();
        byte[] octets = LaunchImage.octets(path);
        MemorySegment name = arena.allocate(octets.length + 1L);
        name.asSlice(0, octets.length).copyFrom(MemorySegment.ofArray(octets));
        var errand = new DirectoryErrand(name, make);
        if (!ward.wardens().trySend(errand)) {
            return Errno.ECHILD.number;
        }
        errand.awaitCalmly();
        return errand.error;
    }

    private static final class DirectoryErrand extends Errand {
        private final MemorySegment name;
        private final boolean make;
        private int error;

        DirectoryErrand(MemorySegment name, boolean make) {
            this.name = name;
            this.make = make;
        }

        @Override
        void perform(WardenMemory memory) {
            int result = make ? Libc.mkdir(memory.errno(), name, MODE) : Libc.rmdir(memory.errno(), name);
            error = result == 0 ? 0 : Native.errno(memory.errno());
        }
    }
}
