package dev.htbin.file;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which files are served and how. Immutable but for the cache; one instance serves all requests.
 *
 * @param mounts the directories below which everything lies that is served
 * @param indexPages names of files that stand for their directory, the first that exists wins (Python: {@code index_pages})
 * @param extensionsMap media types by ending, dot included, for example {@code .md}; they win over the built-in ones (Python: {@code extensions_map})
 * @param cache what small files are kept in
 * @param compression whether files are sent compressed
 * @param cacheRules what {@code Cache-Control} says of which files
 * @param listings whether a directory without an index page is listed; if not, it is answered with 403
 * @param errorPages the pages that take the place of the built-in error pages
 * @param handedOver the places of files that scripts may have sent
 */
public record FileConfig(
        Mounts mounts,
        List<String> indexPages,
        Map<String, String> extensionsMap,
        FileCache cache,
        Compression compression,
        CacheRules cacheRules,
        boolean listings,
        ErrorPages errorPages,
        List<HandedOver> handedOver) {
    /** The most octets of files that the default cache keeps. */
    public static final long DEFAULT_CACHE_BYTES = 16L << 20;

    public FileConfig {
        requireNonNull(mounts, "mounts");
        requireNonNull(cache, "cache");
        requireNonNull(compression, "compression");
        requireNonNull(cacheRules, "cacheRules");
        requireNonNull(errorPages, "errorPages");
        indexPages = List.copyOf(indexPages);
        extensionsMap = Map.copyOf(extensionsMap);
        handedOver = List.copyOf(handedOver);
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

    /** Serves what lies below a root: {@code index.html} and {@code index.htm} stand for directories, nothing is compressed, and none of the rest is set. */
    public FileConfig(DocumentRoot root) {
        this(
                new Mounts(root),
                List.of("index.html", "index.htm"),
                Map.of(),
                FileCache.ofBytes(DEFAULT_CACHE_BYTES),
                Compression.NONE,
                CacheRules.none(),
                true,
                ErrorPages.none(),
                List.of());
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
        return new FileConfig(
                mounts, pages, extensionsMap, cache, compression, cacheRules, listings, errorPages, handedOver);
    }

    /** Returns this configuration with another media type for an ending. */
    public FileConfig withMediaType(String extension, String mediaType) {
        var map = new HashMap<>(extensionsMap);
        map.put(extension, mediaType);
        return new FileConfig(
                mounts, indexPages, map, cache, compression, cacheRules, listings, errorPages, handedOver);
    }

    /**
     * Returns this configuration with more directories, at URL paths.
     *
     * @throws IllegalArgumentException if two are at one path
     */
    public FileConfig withMounts(List<Mount> others) {
        return new FileConfig(
                mounts.plus(others),
                indexPages,
                extensionsMap,
                cache,
                compression,
                cacheRules,
                listings,
                errorPages,
                handedOver);
    }

    /** Returns the directory of the whole server, what is mounted elsewhere excepted. */
    public DocumentRoot root() {
        return mounts.root();
    }

    /** Returns this configuration with another cache. */
    public FileConfig withCache(FileCache other) {
        return new FileConfig(
                mounts, indexPages, extensionsMap, other, compression, cacheRules, listings, errorPages, handedOver);
    }

    /**
     * Returns this configuration for development: nothing is kept in memory, and clients are told to ask before they use what they have, {@code Cache-Control:
     * no-cache}, where no rule that was given before says otherwise.
     */
    public FileConfig withoutCache() {
        return withCache(FileCache.ofBytes(0)).withCacheRule(new CacheRule("**", "no-cache"));
    }

    /** Returns this configuration with or without compression. */
    public FileConfig withCompression(Compression other) {
        return new FileConfig(
                mounts, indexPages, extensionsMap, cache, other, cacheRules, listings, errorPages, handedOver);
    }

    /** Returns this configuration with a rule for {@code Cache-Control} after those that it has: the first that is for a file counts. */
    public FileConfig withCacheRule(CacheRule rule) {
        return new FileConfig(
                mounts,
                indexPages,
                extensionsMap,
                cache,
                compression,
                cacheRules.plus(rule),
                listings,
                errorPages,
                handedOver);
    }

    /** Returns this configuration without listings: a directory without an index page is answered with 403. */
    public FileConfig withoutListings() {
        return new FileConfig(
                mounts, indexPages, extensionsMap, cache, compression, cacheRules, false, errorPages, handedOver);
    }

    /** Returns this configuration with error pages. */
    public FileConfig withErrorPages(ErrorPages pages) {
        return new FileConfig(
                mounts, indexPages, extensionsMap, cache, compression, cacheRules, listings, pages, handedOver);
    }

    /** Returns this configuration with one more place of files that scripts may have sent. */
    public FileConfig withHandedOver(HandedOver place) {
        var more = new ArrayList<>(handedOver);
        more.add(place);
        return new FileConfig(
                mounts, indexPages, extensionsMap, cache, compression, cacheRules, listings, errorPages, more);
    }

    /**
     * Returns what lies at a path, be it from memory.
     *
     * <p>This is the guard of all that is served: whatever path is given, only a plain file or a directory is found whose real path lies in the mount's directory
     * and has no name below that which begins with a dot.
     *
     * @param mount the mount that the request's path leads to
     * @param path any path; need not exist
     */
    public Lookup lookup(Mount mount, Path path) {
        return cache.lookup(mount.root(), requireNonNull(path, "path"));
    }

    /**
     * Returns what lies at a path if it is in memory and current, and {@link Lookup.Unknown} otherwise: it does not wait for a disk, but for one {@code stat}. The
     * guards of {@link #lookup} hold.
     *
     * @param mount the mount that the request's path leads to
     * @param path any path; need not exist
     */
    public Lookup lookupNow(Mount mount, Path path) {
        return cache.lookupNow(mount.root(), requireNonNull(path, "path"));
    }

    /**
     * Returns what {@code Cache-Control} says of a file; empty when it is left out.
     *
     * @param mount the mount that the request's path leads to
     * @param path where the file was looked up; its URL path is what the rules are for
     * @param real its real path, which stands for a path that is not below the mount's directory
     */
    public String cacheControl(Mount mount, Path path, Path real) {
        if (cacheRules.isEmpty()) {
            return "";
        }
        Path directory = mount.root().directory();
        Path below = path.normalize().startsWith(directory) ? path.normalize() : real;
        String relative = directory.relativize(below).toString().replace(java.io.File.separatorChar, '/');
        return cacheRules.valueFor(
                mount.names().isEmpty() ? relative : Octets.toText(String.join("/", mount.names())) + "/" + relative);
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
