package dev.htbin.develop;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.ResponseBody;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells pages in browsers that something below some directories has changed. Names that begin with a dot are not looked at. Safe for use by several threads.
 */
public final class LiveReload implements AutoCloseable {
    /** What the page of a browser runs. After a restart of the server it reloads too. */
    static final String SCRIPT = """
            let version;
            const changes = new EventSource('/.htbin/changes');
            changes.onmessage = e => { if (version && version !== e.data) { changes.close(); location.reload(); } version = e.data; };
            addEventListener('pagehide', () => changes.close());
            """;

    private static final Logger LOG = LoggerFactory.getLogger(LiveReload.class);
    private static final int MOST_DIRECTORIES = 10_000;
    private static final long SETTLE_MILLIS = 100;
    private static final long HEARTBEAT_SECONDS = 15;

    private final Set<Path> roots;
    private final WatchService watcher;
    private final String start =
            Long.toHexString(System.nanoTime() ^ ProcessHandle.current().pid());
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long version = 1;
    private volatile boolean closed;
    private int directories;

    private LiveReload(Collection<Path> roots, WatchService watcher) {
        this.roots = Set.copyOf(roots);
        this.watcher = watcher;
    }

    /**
     * Begins to watch.
     *
     * @param roots the directories, at least one
     * @throws IOException if the system can't
     */
    public static LiveReload watch(Collection<Path> roots) throws IOException {
        var reload =
                new LiveReload(roots, roots.iterator().next().getFileSystem().newWatchService());
        for (Path root : roots) {
            reload.register(root);
        }
        Thread.ofPlatform().name("htbin-reload").daemon(true).start(reload::loop);
        return reload;
    }

    private void register(Path top) throws IOException {
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (!roots.contains(directory) && isHidden(directory)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                if (++directories > MOST_DIRECTORIES) {
                    LOG.warn("only {} directories are watched for changes", MOST_DIRECTORIES);
                    return FileVisitResult.TERMINATE;
                }
                directory.register(
                        watcher,
                        StandardWatchEventKinds.ENTRY_CREATE,
                        StandardWatchEventKinds.ENTRY_MODIFY,
                        StandardWatchEventKinds.ENTRY_DELETE);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void loop() {
        try {
            while (true) {
                boolean seen = look(watcher.take());
                // What is saved in several steps is one change.
                for (WatchKey more = watcher.poll(SETTLE_MILLIS, TimeUnit.MILLISECONDS);
                        more != null;
                        more = watcher.poll(SETTLE_MILLIS, TimeUnit.MILLISECONDS)) {
                    seen |= look(more);
                }
                if (seen) {
                    announce();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ClosedWatchServiceException e) {
            // The server has stopped.
        }
    }

    private boolean look(WatchKey key) {
        boolean seen = false;
        Path directory = (Path) key.watchable();
        for (WatchEvent<?> event : key.pollEvents()) {
            if (event.kind().equals(StandardWatchEventKinds.OVERFLOW)) {
                seen = true;
            } else if (event.context() instanceof Path name && !isHidden(name)) {
                seen = true;
                Path file = directory.resolve(name);
                if (event.kind().equals(StandardWatchEventKinds.ENTRY_CREATE) && Files.isDirectory(file)) {
                    try {
                        register(file);
                    } catch (IOException e) {
                        LOG.warn("'{}' is not watched for changes: {}", file, e.toString());
                    }
                }
            }
        }
        key.reset();
        return seen;
    }

    private void announce() {
        lock.lock();
        try {
            version++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Sends an event for each change until the client is gone or the server stops. */
    void send(Exchange exchange) throws IOException {
        var gone = new AtomicBoolean();
        exchange.onDisconnect(() -> {
            gone.set(true);
            wake();
        });
        var head = ResponseHead.of(
                200, Fields.empty().plus("Content-Type", "text/event-stream").plus("Cache-Control", "no-store"));
        try (ResponseBody body = exchange.respond(head)) {
            long sent = 0;
            while (!closed && !gone.get()) {
                long now = awaitAfter(sent, gone);
                // A comment tells whether the client is still there.
                String text = now > sent ? "data: " + start + "-" + now + "\n\n" : ":\n\n";
                sent = now;
                body.write(text.getBytes(UTF_8));
                body.flush();
            }
        }
    }

    private long awaitAfter(long sent, AtomicBoolean gone) {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(HEARTBEAT_SECONDS);
            while (version == sent && !closed && !gone.get() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return version;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
            return version;
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the watching and what waits for changes. */
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            watcher.close();
        } catch (IOException e) {
            LOG.warn("the watch for changes did not end: {}", e.toString());
        }
    }

    private static boolean isHidden(Path path) {
        return String.valueOf(path.getFileName()).startsWith(".");
    }
}
