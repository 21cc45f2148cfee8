package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A directory, and the URL path at which what lies below it is found. A value.
 *
 * @param names the names of the URL path, decoded, octet strings; none: that of the whole server
 * @param root the directory
 */
public record Mount(List<String> names, DocumentRoot root) {
    public Mount {
        names = List.copyOf(names);
        requireNonNull(root, "root");
        for (String name : names) {
            if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals(".") || name.equals("..")) {
                throw new IllegalArgumentException(
                        "name: '%s' (expected: not empty, without a slash, no dot segment)".formatted(name));
            }
        }
    }

    /**
     * Mounts a directory.
     *
     * @param urlPath decoded, an octet string: it begins with a slash and does not end with one, for example {@code /static}; empty: the whole server
     * @throws IllegalArgumentException if the path is none of these, or has a dot segment
     */
    public static Mount at(String urlPath, DocumentRoot root) {
        if (urlPath.isEmpty()) {
            return new Mount(List.of(), root);
        }
        if (!urlPath.startsWith("/")) {
            throw new IllegalArgumentException(
                    "URL path: '%s' (expected: a path such as /static, without a slash at its end)".formatted(urlPath));
        }
        return new Mount(List.of(urlPath.substring(1).split("/", -1)), root);
    }

    /** Returns the URL path, as {@link #at} takes it. */
    public String urlPath() {
        return names.isEmpty() ? "" : "/" + String.join("/", names);
    }

    /** Tells whether a path is the mount's or lies below it, by whole names. */
    public boolean covers(UrlPath path) {
        return path.startBelow(names) >= 0;
    }

    /** Returns the names of a path that this covers, without those of the mount. */
    public List<String> namesBelow(UrlPath path) {
        List<String> all = path.names();
        return all.subList(names.size(), all.size());
    }

    /** Tells whether a name of a path that this covers, below the mount's own path, begins with a dot: such names are never served. */
    public boolean hides(UrlPath path) {
        for (String name : names.isEmpty() ? path.segments() : namesBelow(path)) {
            if (name.startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns the file that a path names that this covers; it need not exist.
     *
     * @return empty if a name can be no file's, as {@link DocumentRoot#resolve}
     */
    public Optional<Path> resolve(UrlPath path) {
        return root.resolve(names.isEmpty() ? path : new UrlPath(namesBelow(path), path.directory()));
    }

    /** Returns the URL path of a file below the directory, all its links followed. */
    public UrlPath urlOf(Path real) {
        var all = new ArrayList<String>(names);
        for (int i = root.directory().getNameCount(); i < real.getNameCount(); i++) {
            all.add(Octets.ofText(real.getName(i).toString()));
        }
        return new UrlPath(all, false);
    }
}
