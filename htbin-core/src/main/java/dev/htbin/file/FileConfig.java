package dev.htbin.file;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.DocumentRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which files are served and how. Immutable but for the cache; one instance serves all requests.
 *
 * @param root the directory below which everything lies that is served
 * @param indexPages names of files that stand for their directory, the first that exists wins (Python: {@code index_pages})
 * @param extensionsMap media types by ending, dot included, for example {@code .md}; they win over the built-in ones (Python: {@code extensions_map})
 * @param cache what small files are kept in
 */
public record FileConfig(
        DocumentRoot root, List<String> indexPages, Map<String, String> extensionsMap, FileCache cache) {
    /** The most octets of files that the default cache keeps. */
    public static final long DEFAULT_CACHE_BYTES = 16L << 20;

    public FileConfig {
        requireNonNull(root, "root");
        requireNonNull(cache, "cache");
        indexPages = List.copyOf(indexPages);
        extensionsMap = Map.copyOf(extensionsMap);
        for (String page : indexPages) {
            if (page.isEmpty() || page.startsWith(".") || page.indexOf('/') >= 0 || page.indexOf('\\') >= 0) {
                throw new IllegalArgumentException(
                        "index page: '%s' (expected: a file name such as index.html)".formatted(page));
            }
        }
        for (String extension : extensionsMap.keySet()) {
            if (!extension.startsWith(".")) {
                throw new IllegalArgumentException(
                        "extension: '%s' (expected: a dot and a name, such as .md)".formatted(extension));
            }
        }
    }

    /** Serves what lies below a root: {@code index.html} and {@code index.htm} stand for directories. */
    public FileConfig(DocumentRoot root) {
        this(root, List.of("index.html", "index.htm"), Map.of(), FileCache.ofBytes(DEFAULT_CACHE_BYTES));
    }

    /**
     * Serves what lies below a directory, with the defaults.
     *
     * @throws IOException if the directory does not exist, is none or may not be read
     */
    public static FileConfig of(Path directory) throws IOException {
        return new FileConfig(DocumentRoot.of(directory));
    }

    /** Returns this configuration with other index pages; none: directories are always listed. */
    public FileConfig withIndexPages(List<String> pages) {
        return new FileConfig(root, pages, extensionsMap, cache);
    }

    /** Returns this configuration with another media type for an ending. */
    public FileConfig withMediaType(String extension, String mediaType) {
        var map = new HashMap<>(extensionsMap);
        map.put(extension, mediaType);
        return new FileConfig(root, indexPages, map, cache);
    }

    /** Returns this configuration with another cache. */
    public FileConfig withCache(FileCache other) {
        return new FileConfig(root, indexPages, extensionsMap, other);
    }

    /**
     * Returns what lies at a path, be it from memory.
     *
     * <p>This is the guard of all that is served: whatever path is given, only a plain file or a directory is found whose real path lies in the root and
     * has no name that begins with a dot.
     *
     * @param path any path; need not exist
     */
    public Lookup lookup(Path path) {
        return cache.lookup(root, requireNonNull(path, "path"));
    }

    /**
     * Returns what lies at a path if it is in memory and current, and {@link Lookup.Unknown} otherwise: it does not wait for a disk, but for one {@code stat}. The
     * guards of {@link #lookup} hold.
     *
     * @param path any path; need not exist
     */
    public Lookup lookupNow(Path path) {
        return cache.lookupNow(requireNonNull(path, "path"));
    }

    /**
     * Returns the media type of a file by its name: of {@link #extensionsMap} with the ending as it is, then in lower case, then of the built-in ones;
     * {@code application/octet-stream} when nothing fits.
     */
    public String mediaType(String fileName) {
        int dot = fileName.lastIndexOf('.');
        if (dot > 0 && !extensionsMap.isEmpty()) {
            String extension = fileName.substring(dot);
            String type = extensionsMap.get(extension);
            if (type == null) {
                type = extensionsMap.get(extension.toLowerCase(java.util.Locale.ROOT));
            }
            if (type != null) {
                return type;
            }
        }
        return MediaTypes.of(fileName);
    }
}
