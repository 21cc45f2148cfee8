package dev.htbin.file;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.DocumentRoot;
import dev.htbin.http.UrlPath;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A directory whose files a script may have sent in its place: {@code X-Sendfile} with the absolute path of one, or {@code X-Accel-Redirect} with a URL path below
 * {@link #urlPath}. No request of a client reaches it.
 *
 * @param urlPath begins with a slash and does not end with one, for example {@code /protected}; decoded, an octet string. Empty: only {@code X-Sendfile} leads here
 * @param root the directory
 * @param cache what its small files are kept in; serves no other root
 */
public record HandedOver(String urlPath, DocumentRoot root, FileCache cache) {
    public HandedOver {
        requireNonNull(root, "root");
        requireNonNull(cache, "cache");
        if (!urlPath.isEmpty() && (!urlPath.startsWith("/") || urlPath.endsWith("/") || urlPath.contains("//"))) {
            throw new IllegalArgumentException(
                    "URL path: '%s' (expected: a path such as /protected, without a slash at its end)"
                            .formatted(urlPath));
        }
    }

    /** Hands a directory over, with a cache of its own. */
    public HandedOver(String urlPath, DocumentRoot root) {
        this(urlPath, root, FileCache.ofBytes(FileConfig.DEFAULT_CACHE_BYTES));
    }

    /** What a script named: a path, and the place that it is in. */
    public record Target(HandedOver place, Path path) {
        /** Returns what lies there. Nothing out of the place's directory is found, nor what has a name that begins with a dot, links followed. */
        public Lookup lookup() {
            return place.cache().lookup(place.root(), path);
        }
    }

    /**
     * Returns what {@code X-Sendfile} names.
     *
     * @param path absolute, as it is, not percent-encoded; text
     * @return empty if it is not absolute or lies in none of the places
     */
    public static Optional<Target> ofPath(List<HandedOver> places, String path) {
        try {
            Path normal = Path.of(path).normalize();
            return places.stream()
                    .filter(place -> normal.isAbsolute()
                            && normal.startsWith(place.root().directory()))
                    .findFirst()
                    .map(place -> new Target(place, normal));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns what {@code X-Accel-Redirect} names.
     *
     * @return empty if it is below the URL path of none of the places, or can be no file; of several, the longest counts
     */
    public static Optional<Target> ofUrl(List<HandedOver> places, UrlPath url) {
        Optional<Target> found = Optional.empty();
        int longest = 0;
        for (HandedOver place : places) {
            List<String> names = place.urlPath().isEmpty()
                    ? List.of()
                    : List.of(place.urlPath().substring(1).split("/", -1));
            List<String> asked = url.names();
            if (names.size() > longest
                    && asked.size() > names.size()
                    && asked.subList(0, names.size()).equals(names)) {
                longest = names.size();
                var rest = new UrlPath(asked.subList(names.size(), asked.size()), url.directory());
                found = place.root().resolve(rest).map(path -> new Target(place, path));
            }
        }
        return found;
    }
}
