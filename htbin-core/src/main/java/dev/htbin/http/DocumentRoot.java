package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The directory below which everything lies that is served or run, and the guard that nothing else is.
 *
 * @param directory absolute, with symbolic links resolved
 */
public record DocumentRoot(Path directory) {
    public DocumentRoot {
        requireNonNull(directory, "directory");
        if (!directory.isAbsolute()) {
            throw new IllegalArgumentException("directory: '%s' (expected: an absolute path)".formatted(directory));
        }
    }

    /**
     * Returns the root at a directory.
     *
     * @throws IOException if it does not exist, is no directory or may not be read; the message says which and names it
     */
    public static DocumentRoot of(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            throw new IOException("directory '%s' does not exist".formatted(directory));
        }
        if (!Files.isDirectory(directory)) {
            throw new IOException("'%s' is not a directory".formatted(directory));
        }
        if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
            throw new IOException("directory '%s' may not be read".formatted(directory));
        }
        return new DocumentRoot(directory.toRealPath());
    }

    /**
     * Returns the path that a URL path names below this root. It need not exist, and {@link #contains} has not been asked yet.
     *
     * @return empty if a segment can be no file name here: it has a slash, or is no UTF-8
     */
    public Optional<Path> resolve(UrlPath urlPath) {
        Path path = directory;
        for (String name : urlPath.names()) {
            String text = Octets.toText(name);
            if (!isFileName(name, text)) {
                return Optional.empty();
            }
            try {
                path = path.resolve(text);
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }
        return Optional.of(path);
    }

    /**
     * Tells whether an existing path, all symbolic links followed, lies in this root or is it.
     *
     * @throws IOException if the path does not exist or can't be resolved
     */
    public boolean contains(Path path) throws IOException {
        return path.toRealPath().startsWith(directory);
    }

    private static boolean isFileName(String octets, String text) {
        boolean separator = octets.indexOf('/') >= 0;
        boolean windows = java.io.File.separatorChar == '\\';
        boolean special = windows && (text.matches(".*[\\\\:*?\"<>|~].*") || text.endsWith(".") || text.endsWith(" "));
        return !separator && !special && Octets.isUtf8(octets);
    }
}
