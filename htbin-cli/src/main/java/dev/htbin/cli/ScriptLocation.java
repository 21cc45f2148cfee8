package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Octets;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a script that is named by its file is served: below the directory that was named, if it lies in a CGI directory there; else its own directory is taken for a CGI
 * directory and the one above it for the one that is served.
 *
 * @param root the document root
 * @param path the URL path of the script
 * @param directory the CGI directory to have beside those of the settings; empty: none
 */
record ScriptLocation(DocumentRoot root, UrlPath path, Optional<String> directory) {
    ScriptLocation {
        requireNonNull(root, "root");
        requireNonNull(path, "path");
        requireNonNull(directory, "directory");
    }

    /**
     * Finds where a script is served.
     *
     * @param file the script, which need not be executable
     * @param served the directory that was named; empty if none was
     * @param scripts the settings of scripts
     * @throws UsageException if the file is not there, or nothing can serve it
     */
    static ScriptLocation of(Path file, Optional<Path> served, Settings.Scripts scripts) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        Path directory = absolute.getParent();
        Path above = directory == null ? null : directory.getParent();
        if (directory == null || above == null) {
            throw new UsageException(
                    "SCRIPT: '%s' (expected: a file in a directory below another one, such as cgi-bin/hello.py)"
                            .formatted(file));
        }
        for (Path root :
                served.map(List::of).orElseGet(() -> List.of(Path.of("").toAbsolutePath(), above))) {
            Path real = root.toRealPath();
            Optional<Path> within = within(real, absolute);
            if (within.isPresent()) {
                UrlPath path = urlPathOf(within.get());
                if (scripts.directories().stream().anyMatch(d -> path.decoded().startsWith(d + "/"))
                        || scripts.extensions().stream()
                                .anyMatch(e -> path.decoded().endsWith(e))) {
                    return new ScriptLocation(DocumentRoot.of(real), path, Optional.empty());
                }
            }
        }
        Path root = served.orElse(above);
        Path relative = within(root.toRealPath(), absolute)
                .orElseThrow(() -> new UsageException(
                        "SCRIPT: '%s' (expected: a file below --directory '%s')".formatted(file, root)));
        UrlPath path = urlPathOf(relative);
        if (path.segments().size() < 2) {
            throw new UsageException(
                    "SCRIPT: '%s' lies in '%s' itself (expected: a script in a directory below it, or --cgi-extension with its ending)"
                            .formatted(file, root));
        }
        String parent = "/"
                + String.join("/", path.segments().subList(0, path.segments().size() - 1));
        return new ScriptLocation(DocumentRoot.of(root), path, Optional.of(parent));
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

    private static UrlPath urlPathOf(Path relative) {
        var names = new ArrayList<String>();
        for (Path name : relative) {
            names.add(Octets.ofText(name.toString()));
        }
        return new UrlPath(names, false);
    }
}
