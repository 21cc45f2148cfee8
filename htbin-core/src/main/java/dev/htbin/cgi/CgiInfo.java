package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.DocumentRoot;
import dev.htbin.http.UrlPath;
import java.io.File;
import java.util.List;
import java.util.Optional;

/**
 * Why a URL path is one of CGI, and where in it the script is to be looked for. Python: {@code cgi_info}.
 *
 * @param path the whole path
 * @param directory the CGI directory that the path lies in, as configured; empty if the path is one of CGI by an extension
 * @param start the index in {@code path.segments()} of the first segment that may name a script
 * @param extensions the endings that the script's name must have one of; empty if any name will do
 */
public record CgiInfo(UrlPath path, String directory, int start, List<String> extensions) {
    private static final boolean WINDOWS = File.separatorChar == '\\';

    public CgiInfo {
        requireNonNull(path, "path");
        requireNonNull(directory, "directory");
        extensions = List.copyOf(extensions);
    }

    /**
     * Tells whether a path is one of CGI: it is a CGI directory or lies below one, or a segment of it ends in a CGI extension. Python: {@code is_cgi}.
     *
     * <p>Names are compared decoded and without empty ones, so {@code //cgi-bin//x} and {@code /%63gi-bin/x} lie below {@code /cgi-bin};
     * {@code /cgi-bin%2Fx} does not, since an encoded slash separates nothing.
     */
    public static Optional<CgiInfo> of(UrlPath path, CgiConfig config) {
        for (String directory : config.directories()) {
            int start = startBelow(path, List.of(directory.substring(1).split("/", -1)));
            if (start >= 0) {
                return Optional.of(new CgiInfo(path, directory, start, List.of()));
            }
        }
        for (String name : path.segments()) {
            if (endsInOne(name, config.extensions(), WINDOWS)) {
                return Optional.of(new CgiInfo(path, "", 0, config.extensions()));
            }
        }
        return Optional.empty();
    }

    /**
     * Tells whether what lies at a path belongs to CGI and so must never be served as a file: the path is one of CGI, a name in it ends in a CGI extension
     * without regard to case, or it leads to where a CGI directory really lies.
     *
     * @param path the requested path, or the real place of a file below the root
     */
    public static boolean covers(UrlPath path, DocumentRoot root, CgiConfig config) {
        if (of(path, config).isPresent()) {
            return true;
        }
        for (String name : path.segments()) {
            if (endsInOne(name, config.extensions(), true)) {
                return true;
            }
        }
        return CgiPlaces.cover(path.names(), root, config.directories());
    }

    /** Tells whether a name, an octet string, ends in one of the extensions and is longer than it. */
    static boolean endsInOne(String name, List<String> extensions, boolean ignoreCase) {
        for (String extension : extensions) {
            int from = name.length() - extension.length();
            if (from > 0 && name.regionMatches(ignoreCase, from, extension, 0, extension.length())) {
                return true;
            }
        }
        return false;
    }

    private static int startBelow(UrlPath path, List<String> names) {
        int matched = 0;
        for (int i = 0; i < path.segments().size(); i++) {
            String segment = path.segments().get(i);
            if (segment.isEmpty()) {
                continue;
            }
            if (!segment.equals(names.get(matched))) {
                return -1;
            }
            matched++;
            if (matched == names.size()) {
                return i + 1;
            }
        }
        return -1;
    }
}
