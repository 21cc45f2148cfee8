package dev.htbin.file;

import dev.htbin.http.DocumentRoot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pages for errors: the files of one directory that are named after a status, {@code 404.html}, or after its class, {@code 4xx.html} and {@code 5xx.html}. Nothing of
 * a request but the status chooses one. Safe for use by several threads.
 */
public final class ErrorPages {
    /** A longer page is not sent. */
    static final int MAX_BYTES = 256 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(ErrorPages.class);
    private static final ErrorPages NONE = new ErrorPages(null, FileCache.ofBytes(0));
    private static final long CACHE_BYTES = 1 << 20;

    private final @Nullable DocumentRoot directory;
    private final FileCache cache;

    private ErrorPages(@Nullable DocumentRoot directory, FileCache cache) {
        this.directory = directory;
        this.cache = cache;
    }

    /** Returns no pages. */
    public static ErrorPages none() {
        return NONE;
    }

    /**
     * Returns the pages of a directory, which need not be one that is served.
     *
     * @throws IOException if it does not exist, is no directory or may not be read
     */
    public static ErrorPages of(Path directory) throws IOException {
        return new ErrorPages(DocumentRoot.of(directory), FileCache.ofBytes(CACHE_BYTES));
    }

    /**
     * Returns the page of a status: HTML; empty if there is none, or it can't be sent, which the log says then.
     *
     * @param status 400 to 599
     */
    public Optional<ByteBuffer> page(int status) {
        if (directory == null) {
            return Optional.empty();
        }
        for (String name : List.of(status + ".html", status / 100 + "xx.html")) {
            Optional<ByteBuffer> page = read(directory, directory.directory().resolve(name));
            if (page.isPresent()) {
                return page;
            }
        }
        return Optional.empty();
    }

    private Optional<ByteBuffer> read(DocumentRoot root, Path path) {
        return switch (cache.lookup(root, path)) {
            case Lookup.Found(ServedFile file) -> read(path, file);
            case Lookup.Forbidden() -> {
                LOG.warn("error page {} may not be read", path);
                yield Optional.empty();
            }
            case Lookup.FoundDirectory _, Lookup.Missing _, Lookup.Unknown _ -> Optional.empty();
        };
    }

    private static Optional<ByteBuffer> read(Path path, ServedFile file) {
        if (file.body() instanceof FileBody.Memory(ByteBuffer octets)) {
            return Optional.of(octets);
        }
        try (InputStream stream = file.body().stream()) {
            if (file.body().length() <= MAX_BYTES) {
                return Optional.of(ByteBuffer.wrap(stream.readNBytes(MAX_BYTES)));
            }
            LOG.warn(
                    "error page {} has {} octets (expected: at most {}) and is not sent",
                    path,
                    file.body().length(),
                    MAX_BYTES);
        } catch (IOException e) {
            LOG.warn("error page {} can't be read: {}", path, e.toString());
        }
        return Optional.empty();
    }
}
