package dev.htbin.http;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Which directory a URL path leads to: that which is mounted at the longest path that it is at or below. A value.
 *
 * @param all one for each path, the longest first, that of the whole server last
 */
public record Mounts(List<Mount> all) {
    private static final Comparator<Mount> LONGEST_FIRST =
            Comparator.comparingInt((Mount mount) -> mount.names().size()).reversed();

    /**
     * Creates mounts.
     *
     * @throws IllegalArgumentException if two are at one path, or none is that of the whole server
     */
    public Mounts {
        all = all.stream().sorted(LONGEST_FIRST).toList();
        var seen = new HashSet<List<String>>();
        for (Mount mount : all) {
            if (!seen.add(mount.names())) {
                throw new IllegalArgumentException("mounts: two at '%s' (expected: one)".formatted(mount.urlPath()));
            }
        }
        if (!seen.contains(List.<String>of())) {
            throw new IllegalArgumentException("mounts: %s (expected: one of the whole server)".formatted(all));
        }
    }

    /** Serves one directory alone. */
    public Mounts(DocumentRoot root) {
        this(List.of(new Mount(List.of(), root)));
    }

    /** Returns these mounts and others. */
    public Mounts plus(List<Mount> others) {
        var more = new ArrayList<>(all);
        more.addAll(others);
        return new Mounts(more);
    }

    /** Returns the directory of all that nothing else is mounted for. */
    public DocumentRoot root() {
        return all.getLast().root();
    }

    /** Returns what is mounted beside it. */
    public List<Mount> others() {
        return all.subList(0, all.size() - 1);
    }

    /** Returns the mount that a path leads to. */
    public Mount of(UrlPath path) {
        if (all.size() > 1) {
            for (Mount mount : all) {
                if (mount.covers(path)) {
                    return mount;
                }
            }
        }
        return all.getLast();
    }

    /**
     * Returns the file that a path names; it need not exist.
     *
     * @return empty if a name can be no file's, as {@link DocumentRoot#resolve}
     */
    public Optional<Path> resolve(UrlPath path) {
        return of(path).resolve(path);
    }

    /** Returns every URL path that a file has by its place, all its links followed, also those at which something else is mounted; none if it lies in no mount. */
    public List<UrlPath> urlsOf(Path real) {
        var urls = new ArrayList<UrlPath>(1);
        for (Mount mount : all) {
            if (real.startsWith(mount.root().directory())) {
                urls.add(mount.urlOf(real));
            }
        }
        return urls;
    }
}
