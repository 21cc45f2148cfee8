package dev.htbin.develop;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.cgi.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder of recordings, one file each, for its owner alone; the oldest go when there are too many. Safe for use by several threads. */
public final class RecordingFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecordingFolder.class);
    private static final int MOST_FILES = 1000;
    private static final String ENDING = ".json";
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path folder;
    private final ExecutorService writer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("htbin-recorder").daemon(true).factory());

    private RecordingFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens a folder, which is made if it does not exist.
     *
     * @throws IOException if it can't be made or written to
     */
    public static RecordingFolder open(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
        if (!Files.isWritable(folder)) {
            throw new IOException("'%s' can't be written to (expected: a directory of this user's)".formatted(folder));
        }
        return new RecordingFolder(folder);
    }

    /** Returns the newest recording of a folder. */
    public static Optional<Path> newestIn(Path folder) throws IOException {
        List<Path> all = filesOf(folder);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /** Writes a run, some time soon. */
    public void add(RunReport run) {
        writer.execute(() -> write(run));
    }

    private void write(RunReport run) {
        String name = NAME.format(run.times().received()) + "-" + run.id() + ENDING;
        Path part = folder.resolve("." + name);
        try {
            Files.createFile(part, OWNER_ONLY);
            Files.write(part, RecordingText.of(run).getBytes(UTF_8), StandardOpenOption.WRITE);
            Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            List<Path> all = filesOf(folder);
            for (Path old : all.subList(0, Math.max(0, all.size() - MOST_FILES))) {
                Files.deleteIfExists(old);
            }
        } catch (IOException | UnsupportedOperationException e) {
            LOG.error("request {} is not recorded: {}", run.id(), e.toString());
        }
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> String.valueOf(f.getFileName()).matches("[0-9]{8}T[0-9.]+Z-[0-9a-f]+\\.json"))
                    .sorted()
                    .toList();
        }
    }

    /** Waits until all is written. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.error("not all requests are recorded in '{}'", folder);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
