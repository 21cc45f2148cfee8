package dev.htbin.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An htpasswd file that is read anew when it has changed. One that can't be used then is named in the log, and what was read before stays in force. Looked at at
 * most once a second. Safe for use by several threads.
 */
public final class UserFile {
    private static final Logger LOG = LoggerFactory.getLogger(UserFile.class);
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long MOST_BYTES = 16 << 20;

    /** Half of the memory, divided among the verifications that may run at once. */
    private static final long HEAP_BYTES = Runtime.getRuntime().maxMemory() / 2 / Passwords.MOST_AT_ONCE;

    private final Path file;
    private final LongSupplier nanos;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile Htpasswd users;
    private volatile long lookedNanos;
    private State state;
    private String complaint = "";

    /**
     * By what a state of the file is told from another.
     *
     * @param settled whether it was read so long after its last change that a later one has another time
     */
    private record State(@Nullable Object fileKey, FileTime modified, long bytes, boolean settled) {
        static State of(BasicFileAttributes attributes) {
            FileTime modified = attributes.lastModifiedTime();
            boolean settled = modified.toMillis() < System.currentTimeMillis() - 2000;
            return new State(attributes.fileKey(), modified, attributes.size(), settled);
        }
    }

    private UserFile(Path file, LongSupplier nanos) throws IOException {
        this.file = file;
        this.nanos = nanos;
        this.state = State.of(attributes());
        this.lookedNanos = nanos.getAsLong();
        this.users = read();
        warnOfWeak();
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it is not there, may not be read, or has a line that can't be used; the message names it, the line, and what to do
     */
    public static UserFile load(Path file) throws IOException {
        return load(file, System::nanoTime);
    }

    /** Reads a file, by another clock than the machine's. */
    static UserFile load(Path file, LongSupplier nanos) throws IOException {
        return new UserFile(requireNonNull(file, "file").toAbsolutePath(), nanos);
    }

    /** Returns the file's path, absolute. */
    public Path path() {
        return file;
    }

    /** Returns how many users the file has. */
    public int size() {
        return current().size();
    }

    /**
     * Looks whether the file can still be read, as a server must that has left root.
     *
     * @return why not; empty if it can
     */
    public Optional<String> obstacle() {
        try (InputStream _ = Files.newInputStream(file)) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(reason(e));
        }
    }

    /** Returns the users as of now, or a second ago. */
    Htpasswd current() {
        if (nanos.getAsLong() - lookedNanos >= FRESH_NANOS && looking.tryLock()) {
            try {
                look();
            } finally {
                lookedNanos = nanos.getAsLong();
                looking.unlock();
            }
        }
        return users;
    }

    private void look() {
        try {
            State now = State.of(attributes());
            if (now.equals(state) && now.settled()) {
                return;
            }
            Htpasswd read = read();
            boolean other =
                    !now.modified().equals(state.modified()) || now.bytes() != state.bytes() || !complaint.isEmpty();
            state = now;
            users = read;
            complaint = "";
            if (other) {
                LOG.info("read anew: {}, users: {}", file, users.size());
                warnOfWeak();
            }
        } catch (IOException e) {
            if (!complaint.equals(e.getMessage())) {
                complaint = String.valueOf(e.getMessage());
                LOG.error("{}; what was read before stays in force, users: {}", complaint, users.size());
            }
        }
    }

    private void warnOfWeak() {
        if (users.weak() > 0) {
            LOG.warn(
                    "{}: {} of {} passwords are kept as MD5 ($apr1$), which is weak; 'htpasswd -B' keeps them better",
                    file,
                    users.weak(),
                    users.size());
        }
    }

    private BasicFileAttributes attributes() throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class);
        } catch (IOException e) {
            throw new IOException("users '%s': %s".formatted(file, reason(e)), e);
        }
    }

    private Htpasswd read() throws IOException {
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes((int) MOST_BYTES + 1);
        } catch (IOException e) {
            throw new IOException("users '%s': %s".formatted(file, reason(e)), e);
        }
        if (octets.length > MOST_BYTES) {
            throw new IOException("users '%s': longer than %d octets".formatted(file, MOST_BYTES));
        }
        try {
            return Htpasswd.parse(new String(octets, ISO_8859_1), HEAP_BYTES);
        } catch (PasswordHash.Refused e) {
            throw new IOException("users '%s', %s".formatted(file, e.getMessage()), e);
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "does not exist (expected: a file that 'htpasswd -B -c FILE NAME' makes)";
            case AccessDeniedException _ -> "may not be read by the server's user (expected: chgrp and chmod g+r)";
            default -> String.valueOf(e.getMessage());
        };
    }
}
