package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.UrlPath;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Why a URL path is one of CGI, and where in it the script is to be looked for. Python: {@code cgi_info}.
 *
 * @param path the whole path
 * @param directory the CGI directory that the path lies in, as configured; empty if the path is one of CGI by an extension, or by a program
 * @param start the index in {@code path.segments()} of the first segment that may name a script
 * @param extensions the endings that the script's name must have one of; empty if any name will do
 * @param program the program that answers at the path; empty: a script is looked for
 * @param programs the programs that run scripts of endings
 */
public record CgiInfo(
        UrlPath path,
        String directory,
        int start,
        List<String> extensions,
        Optional<MountedProgram> program,
        Programs programs) {
    private static final boolean WINDOWS = File.separatorChar == '\\';

    public CgiInfo {
        requireNonNull(path, "path");
        requireNonNull(directory, "directory");
        requireNonNull(program, "program");
        requireNonNull(programs, "programs");
        extensions = List.copyOf(extensions);
    }

    /**
     * Tells whether a path is one of CGI: a program answers there, it is a CGI directory or lies below one, or a segment of it ends in a CGI extension. What has the
     * longest URL path counts, be it a program, a CGI directory, or a directory that is mounted. Python: {@code is_cgi}.
     *
     * <p>Names are compared decoded and without empty ones, so {@code //cgi-bin//x} and {@code /%63gi-bin/x} lie below {@code /cgi-bin};
     * {@code /cgi-bin%2Fx} does not, since an encoded slash separates nothing.
     *
     * @param mounts which directories paths lead to
     */
    public static Optional<CgiInfo> of(UrlPath path, CgiConfig config, Mounts mounts) {
        Mount mount = mounts.of(path);
        Optional<MountedProgram> program = config.programs()
                .at(path)
                .filter(p -> mount.names().isEmpty()
                        || p.names().size() > mount.names().size());
        for (String directory : config.directories()) {
            int start = startBelow(path, directory);
            if (start >= 0
                    && start > program.map(p -> path.startBelow(p.names())).orElse(-1)) {
                return Optional.of(new CgiInfo(path, directory, start, List.of(), Optional.empty(), config.programs()));
            }
        }
        if (program.isPresent()) {
            int start = path.startBelow(program.get().names());
            return Optional.of(new CgiInfo(path, "", start, List.of(), program, config.programs()));
        }
        return hasExtension(path, mount, config.extensions(), WINDOWS)
                ? Optional.of(new CgiInfo(path, "", 0, config.extensions(), Optional.empty(), config.programs()))
                : Optional.empty();
    }

    /**
     * Tells whether what lies at a path belongs to CGI and so must never be served as a file: the path is one of CGI, or a name in it ends in a CGI extension
     * without regard to case.
     *
     * @param path the requested path
     */
    public static boolean covers(UrlPath path, Mounts mounts, CgiConfig config) {
        return of(path, config, mounts).isPresent() || coversPlace(path, mounts.of(path), config);
    }

    /**
     * Tells whether a file belongs to CGI by where it really lies, and so must never be served as a file, whatever path led to it: by one of the URL paths that it has there
     * it is a script, or it is one of the programs, or it lies where a CGI directory really lies.
     *
     * @param real the file, all its links followed
     */
    public static boolean coversReally(Path real, Mounts mounts, CgiConfig config) {
        for (Mount mount : mounts.all()) {
            boolean within = real.startsWith(mount.root().directory());
            if (within && coversPlace(mount.urlOf(real), mount, config)) {
                return true;
            }
        }
        return CgiPlaces.cover(real, mounts, config);
    }

    /** Tells whether a path is one of a script by its names. That a program answers there says nothing of what lies there. */
    private static boolean coversPlace(UrlPath path, Mount mount, CgiConfig config) {
        for (String directory : config.directories()) {
            if (startBelow(path, directory) >= 0) {
                return true;
            }
        }
        return hasExtension(path, mount, config.extensions(), true);
    }

    /** As {@link UrlPath#startBelow}, for a URL path without a slash at its end. */
    private static int startBelow(UrlPath path, String directory) {
        int at = 0;
        for (int i = 0; i < path.segments().size(); i++) {
            String segment = path.segments().get(i);
            if (segment.isEmpty()) {
                continue;
            }
            if (segment.indexOf('/') >= 0 || !directory.startsWith(segment, at + 1)) {
                return -1;
            }
            at += 1 + segment.length();
            if (at == directory.length()) {
                return i + 1;
            }
            if (directory.charAt(at) != '/') {
                return -1;
            }
        }
        return -1;
    }

    private static boolean hasExtension(UrlPath path, Mount mount, List<String> extensions, boolean ignoreCase) {
        if (extensions.isEmpty()) {
            return false;
        }
        for (String name : mount.namesBelow(path)) {
            if (endsInOne(name, extensions, ignoreCase)) {
                return true;
            }
        }
        return false;
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
}
