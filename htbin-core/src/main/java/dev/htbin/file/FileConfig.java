package dev.htbin.file;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.DocumentRoot;

/** Which files are served and how. Immutable. */
public record FileConfig(DocumentRoot root) {
    public FileConfig {
        requireNonNull(root, "root");
    }
}
