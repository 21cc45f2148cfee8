package dev.htbin.process.posix;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.process.Child;
import dev.htbin.process.Child.Event;
import dev.htbin.process.ExitStatus;
import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Profile;
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
    private static final int MOST_ATTEMPTS = 3;
    /** No error number: no warden is left. */
    private static final int CLOSED = -1;
    /** Directories that were closed by their owner are opened first. */
    private static final String REMOVE =
            "rm -rf -- \"$1\" 2>/dev/null || { chmod -R u+rwX -- \"$1\"; rm -rf -- \"$1\"; }";

    private final PosixLauncher launcher;
    private final Ward ward;
    private final Profile profile;
    private final Path path;
    private int attempts;

    private PrivateTemporary(PosixLauncher launcher, Ward ward, Profile profile, Path path) {
        this.launcher = launcher;
        this.ward = ward;
        this.profile = profile;
        this.path = path;
    }

    /**
     * Makes a directory.
     *
     * @throws LaunchException if there is no space for it, for example
     */
    static PrivateTemporary make(PosixLauncher launcher, Ward ward, Profile profile, Path path) throws LaunchException {
        var temporary = new PrivateTemporary(launcher, ward, profile, path);
        int error = temporary.perform(true);
        if (error != 0) {
            throw new LaunchException(
                    Errno.reasonOfMachine(error),
                    "temporary directory '%s': %s".formatted(path, Errno.describe(error)));
        }
        return temporary;
    }

    /** Returns a spec with the directory in its environment. */
    LaunchSpec announcedIn(LaunchSpec spec) {
        var environment = new LinkedHashMap<>(spec.environment());
        environment.putIfAbsent(VARIABLE, path.toString());
        return spec.withEnvironment(environment);
    }

    /**
     * Removes the directory and what is in it, also on an interrupted thread. What can't be removed is logged, as when the machine lacks descriptors just now; after
     * a few attempts it is left for the next start of a server.
     *
     * @return whether nothing more is to be done
     */
    boolean remove() {
        boolean interrupted = Thread.interrupted();
        try {
            attempts++;
            int error = perform(false);
            if (error == 0 || error == Errno.ENOENT.number) {
                return true;
            }
            String failure = error == CLOSED ? "the launcher is closed" : removeContent();
            if (!failure.isEmpty()) {
                LOG.warn("temporary directory '{}' is left: {}", path, failure);
            }
            return failure.isEmpty() || error == CLOSED || attempts >= MOST_ATTEMPTS;
        } catch (InterruptedException e) {
            interrupted = true;
            LOG.warn("temporary directory '{}' is left: interrupted", path);
            return attempts >= MOST_ATTEMPTS;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns why it is not removed; an empty string if it is. */
    private String removeContent() throws InterruptedException {
        try (Stdin nothing = launcher.newStdin();
                Child child = launcher.launchIn(ward, removal(), nothing)) {
            ExitStatus exit = end(child);
            return exit.success() ? "" : "its removal ended with " + exit;
        } catch (LaunchException | IOException e) {
            return e.toString();
        }
    }

    private LaunchSpec removal() {
        return new LaunchSpec(
                Path.of("/bin/sh"),
                List.of("sh", "-c", REMOVE, "rm", new String(LaunchImage.octets(path), ISO_8859_1)),
                new LinkedHashMap<>(),
                Path.of("/"),
                profile);
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
            return CLOSED;
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
