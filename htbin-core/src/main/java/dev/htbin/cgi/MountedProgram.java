package dev.htbin.cgi;

import dev.htbin.http.UrlPath;
import java.nio.file.Path;
import java.util.List;

/**
 * A program at a URL path: it answers every request at the path and below it, {@code SCRIPT_NAME} is the path, and what follows is {@code PATH_INFO} (Apache's
 * {@code ScriptAlias} of a file).
 *
 * @param names the names of the URL path, decoded, octet strings; none: that of the whole server
 * @param file the program, absolute; nobody but this server's configuration names it
 */
public record MountedProgram(List<String> names, Path file) {
    public MountedProgram {
        names = List.copyOf(names);
        if (!file.isAbsolute() || file.getParent() == null) {
            throw new IllegalArgumentException("file: '%s' (expected: the absolute path of a file)".formatted(file));
        }
        for (String name : names) {
            if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals(".") || name.equals("..")) {
                throw new IllegalArgumentException(
                        "name: '%s' (expected: not empty, without a slash, no dot segment)".formatted(name));
            }
        }
    }

    /**
     * Puts a program at a URL path.
     *
     * @param urlPath decoded, an octet string: it begins with a slash and does not end with one, for example {@code /git}; empty: the whole server
     * @throws IllegalArgumentException if the path is none of these, or has a dot segment
     */
    public static MountedProgram at(String urlPath, Path file) {
        if (!urlPath.isEmpty() && !urlPath.startsWith("/")) {
            throw new IllegalArgumentException(
                    "URL path: '%s' (expected: a path such as /git, without a slash at its end)".formatted(urlPath));
        }
        return new MountedProgram(
                urlPath.isEmpty() ? List.of() : List.of(urlPath.substring(1).split("/", -1)), file);
    }

    /** Returns the URL path, as {@link #at} takes it. */
    public String urlPath() {
        return names.isEmpty() ? "" : "/" + String.join("/", names);
    }

    /** Tells whether a path is the program's or lies below it, by whole names. */
    boolean covers(UrlPath path) {
        return path.startBelow(names) >= 0;
    }
}
