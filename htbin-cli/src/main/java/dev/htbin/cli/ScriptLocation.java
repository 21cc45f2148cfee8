package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a script that is named by its file is served: at the URL path that it was given; below the directory that was named, or one that is mounted, if it lies in a CGI
 * directory there; else its own directory is taken for a CGI directory and the one above it for the one that is served.
 *
 * @param mounts what is served
 * @param path the URL path of the script
 * @param directory the CGI directory to have beside those of the settings; empty: none
 */
record ScriptLocation(Mounts mounts, UrlPath path, Optional<String> directory) {
    ScriptLocation {
        requireNonNull(mounts, "mounts");
        requireNonNull(path, "path");
        requireNonNull(directory, "directory");
    }

    /**
     * Finds where a script is served.
     *
     * @param file the script, which need not be executable
     * @param served the directory that was named; empty if none was
     * @param settings the settings of the server
     * @throws UsageException if the file is not there, or nothing can serve it
     */
    static ScriptLocation of(Path file, Optional<Path> served, Settings settings) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        Path directory = absolute.getParent();
        Path above = directory == null ? null : directory.getParent();
        if (directory == null || above == null) {
            throw new UsageException(
                    "SCRIPT: '%s' (expected: a file in a directory below another one, such as cgi-bin/hello.py)"
                            .formatted(file));
        }
        Path here = Path.of("").toAbsolutePath();
        Optional<UrlPath> program = settings.mounts().urlOf(absolute);
        if (program.isPresent()) {
            Mounts mounts = settings.openMounts(DocumentRoot.of(served.orElse(here)));
            return new ScriptLocation(mounts, program.get(), Optional.empty());
        }
        for (Path root : served.map(List::of).orElseGet(() -> List.of(here, above))) {
            Mounts mounts = settings.openMounts(DocumentRoot.of(root));
            Optional<UrlPath> path =
                    scriptPath(absolute, mounts, settings.scripts().orElseThrow());
            if (path.isPresent()) {
                return new ScriptLocation(mounts, path.get(), Optional.empty());
            }
        }
        Path root = served.orElse(above);
        Path relative = within(root.toRealPath(), absolute)
                .orElseThrow(() -> new UsageException(
                        "SCRIPT: '%s' (expected: a file below --directory '%s')".formatted(file, root)));
        UrlPath path = urlPathOf(List.of(), relative);
        if (path.segments().size() < 2) {
            throw new UsageException(
                    "SCRIPT: '%s' lies in '%s' itself (expected: a script in a directory below it, or --cgi-extension with its ending)"
                            .formatted(file, root));
        }
        String parent = "/"
                + String.join("/", path.segments().subList(0, path.segments().size() - 1));
        return new ScriptLocation(settings.openMounts(DocumentRoot.of(root)), path, Optional.of(parent));
    }

    /** Returns the configuration with the script's directory among the CGI directories. */
    CgiConfig withDirectory(CgiConfig config) {
        if (directory.isEmpty()) {
            return config;
        }
        var directories = new ArrayList<>(config.directories());
        directories.add(directory.get());
        return config.withDirectories(directories);
    }

    /** Returns the URL path at which a file is a script; empty if it is none. */
    private static Optional<UrlPath> scriptPath(Path file, Mounts mounts, Settings.Scripts scripts) throws IOException {
        for (Mount mount : mounts.all()) {
            Optional<Path> within = within(mount.root().directory(), file);
            if (within.isEmpty()) {
                continue;
            }
            UrlPath path = urlPathOf(mount.names(), within.get());
            boolean script =
                    scripts.directories().stream().anyMatch(d -> path.decoded().startsWith(d + "/"))
                            || scripts.extensions().stream()
                                    .anyMatch(e -> path.decoded().endsWith(e));
            if (script && mounts.of(path).equals(mount)) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> within(Path root, Path file) throws IOException {
        if (file.startsWith(root)) {
            return Optional.of(root.relativize(file));
        }
        Path parent = file.getParent();
        if (parent == null || !Files.exists(parent)) {
            return Optional.empty();
        }
        Path real = parent.toRealPath().resolve(file.getFileName());
        return real.startsWith(root) ? Optional.of(root.relativize(real)) : Optional.empty();
    }

    private static UrlPath urlPathOf(List<String> above, Path relative) {
        var names = new ArrayList<String>(above);
        for (Path name : relative) {
            names.add(Octets.ofText(name.toString()));
        }
        return new UrlPath(names, false);
    }
}
