package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Octets;
import dev.htbin.http.UrlPath;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
     * Tells whether an existing file belongs to CGI and so must never be served as a file, whatever name it was asked for by: its real path lies below a
     * CGI directory's, or a name in it ends in a CGI extension, without regard to case.
     *
     * @param file the file; symbolic links are followed
     * @throws IOException if the file does not exist or its path can't be resolved
     */
    public static boolean covers(Path file, DocumentRoot root, CgiConfig config) throws IOException {
        Path real = file.toRealPath();
        Path below = real.startsWith(root.directory()) ? root.directory().relativize(real) : real;
        for (String directory : config.directories()) {
            Path names = Path.of(Octets.toText(directory.substring(1)));
            Path place = root.directory().resolve(names);
            boolean named = below.toString()
                    .concat(File.separator)
                    .toLowerCase(Locale.ROOT)
                    .startsWith(names.toString().concat(File.separator).toLowerCase(Locale.ROOT));
            if (named || (Files.exists(place) && real.startsWith(place.toRealPath()))) {
                return true;
            }
        }
        for (Path name : below) {
            if (endsInOne(Octets.ofText(name.toString()), config.extensions(), true)) {
                return true;
            }
        }
        return endsInOne(Octets.ofText(String.valueOf(file.getFileName())), config.extensions(), true);
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
