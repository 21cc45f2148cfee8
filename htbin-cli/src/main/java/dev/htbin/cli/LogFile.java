package dev.htbin.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of records, one a line, written by a thread of its own: whoever has a record never waits for the disk. What the disk has no room for waits in memory, up to a
 * bound, and then goes on where it stopped; what is beyond that is lost, counted, and said in the log. Safe for use by several threads.
 */
final class LogFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);
    private static final int CAPACITY_BYTES = 4 << 20;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Path path;
    private final int capacityBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition idle = lock.newCondition();
    private final Thread writer;

    private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private long lost;
    private boolean failing;
    private boolean reopen;
    private boolean closing;
    private boolean ended;
    /** Of the writer's thread. */
    private FileChannel channel;

    private LogFile(Path path, int capacityBytes, FileChannel channel) {
        this.path = path;
        this.capacityBytes = capacityBytes;
        this.channel = channel;
        this.writer = Thread.ofPlatform().daemon().name("htbin-access-log").unstarted(this::run);
    }

    /**
     * Opens a file, at its end, and creates it when it is not there: readable by its owner and group.
     *
     * @throws IOException if that is not possible; the message names the file
     */
    static LogFile open(Path path) throws IOException {
        return open(path, CAPACITY_BYTES);
    }

    static LogFile open(Path path, int capacityBytes) throws IOException {
        requireNonNull(path, "path");
        var file = new LogFile(path, capacityBytes, channelOf(path));
        file.writer.start();
        return file;
    }

    /** Hands a record over, without its line end; never waits for the disk. */
    void write(String record) {
        byte[] bytes = (record + "\n").getBytes(UTF_8);
        lock.lock();
        try {
            if (closing || waiting.size() + bytes.length > capacityBytes) {
                lost++;
                return;
            }
            waiting.writeBytes(bytes);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Has the file opened anew, for it may have been renamed: records that come from now on go to the file that has its name then. Does not wait. */
    void reopen() {
        lock.lock();
        try {
            reopen = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Writes what waits, for two seconds at most, and closes the file. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signal();
            long left = LAST_NANOS;
            while (!ended && left > 0) {
                left = idle.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private enum Task {
        WRITE,
        REOPEN,
        END
    }

    private void run() {
        var batch = ByteBuffer.allocate(0);
        try {
            while (true) {
                Task task = batch.hasRemaining() ? Task.WRITE : next();
                switch (task) {
                    case WRITE -> {
                        if (!batch.hasRemaining()) {
                            batch = take();
                        }
                        if (!written(batch) && !mayTryAgain(batch)) {
                            return;
                        }
                    }
                    case REOPEN -> exchange();
                    case END -> {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    private Task next() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                if (reopen) {
                    reopen = false;
                    return Task.REOPEN;
                }
                if (waiting.size() > 0) {
                    return Task.WRITE;
                }
                if (closing) {
                    return Task.END;
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private ByteBuffer take() {
        lock.lock();
        try {
            byte[] bytes = waiting.toByteArray();
            waiting = new ByteArrayOutputStream();
            return ByteBuffer.wrap(bytes);
        } finally {
            lock.unlock();
        }
    }

    /** Writes as much as there is room for; tells whether that was all. */
    private boolean written(ByteBuffer batch) {
        try {
            while (batch.hasRemaining()) {
                channel.write(batch);
            }
            recovered();
            return true;
        } catch (IOException e) {
            if (!failing) {
                failing = true;
                LOG.error(
                        "access log '{}': {}; records wait in memory, and beyond {} bytes are lost",
                        path,
                        e.getMessage(),
                        capacityBytes);
            }
            return false;
        }
    }

    private void recovered() {
        long count;
        lock.lock();
        try {
            count = lost;
            lost = 0;
        } finally {
            lock.unlock();
        }
        if (failing) {
            failing = false;
            LOG.info("access log '{}': can be written to again", path);
        }
        if (count > 0) {
            LOG.error("access log '{}': {} records were lost", path, count);
        }
    }

    /** Waits a moment; tells whether it is worth another try. A file that is to be opened anew gets no more of what it had no room for. */
    private boolean mayTryAgain(ByteBuffer batch) throws InterruptedException {
        lock.lock();
        try {
            if (closing) {
                lost += lines(batch) + lines(ByteBuffer.wrap(waiting.toByteArray()));
                return false;
            }
            long left = RETRY_NANOS;
            while (left > 0 && !reopen && !closing) {
                left = changed.awaitNanos(left);
            }
            if (!reopen) {
                return true;
            }
            reopen = false;
        } finally {
            lock.unlock();
        }
        skipPartOfLine(batch);
        exchange();
        return true;
    }

    /** What of a record is in the old file already has no meaning in the new one. */
    private void skipPartOfLine(ByteBuffer batch) {
        if (batch.position() == 0 || batch.get(batch.position() - 1) == '\n') {
            return;
        }
        while (batch.hasRemaining() && batch.get() != '\n') {
            // up to the line's end
        }
        lock.lock();
        try {
            lost++;
        } finally {
            lock.unlock();
        }
    }

    private void exchange() {
        try {
            FileChannel fresh = channelOf(path);
            FileChannel old = channel;
            channel = fresh;
            old.close();
            LOG.info("access log '{}': opened anew", path);
        } catch (IOException e) {
            LOG.error("{}; records go on to the file that was open", e.getMessage());
        }
    }

    private void end() {
        long count;
        lock.lock();
        try {
            count = lost;
            ended = true;
            idle.signalAll();
        } finally {
            lock.unlock();
        }
        if (count > 0) {
            LOG.error("access log '{}': {} records were lost", path, count);
        }
        try {
            channel.close();
        } catch (IOException e) {
            LOG.error("access log '{}': {}", path, e.getMessage());
        }
    }

    private static long lines(ByteBuffer octets) {
        long count = 0;
        for (int i = octets.position(); i < octets.limit(); i++) {
            count += octets.get(i) == '\n' ? 1 : 0;
        }
        return count;
    }

    private static FileChannel channelOf(Path path) throws IOException {
        try {
            boolean creates = !Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && path.getFileSystem().supportedFileAttributeViews().contains("posix");
            FileAttribute<?>[] attributes = creates
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"))
                    }
                    : new FileAttribute<?>[0];
            return FileChannel.open(
                    path,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
                    attributes);
        } catch (IOException e) {
            throw new IOException(
                    "access log '%s': %s (expected: a file that can be written, or a directory that it can be created in)"
                            .formatted(path, reasonOf(e)),
                    e);
        }
    }

    private static String reasonOf(IOException e) {
        return switch (e) {
            case java.nio.file.NoSuchFileException absent -> "no such directory";
            case java.nio.file.AccessDeniedException denied -> "permission denied";
            case java.nio.file.FileSystemException other when other.getReason() != null -> other.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
