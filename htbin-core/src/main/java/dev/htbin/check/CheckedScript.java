package dev.htbin.check;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * A script that was checked.
 *
 * @param file its file
 * @param urlPath the path that runs it, an octet string, percent-encoded
 * @param findings what is wrong with it
 */
public record CheckedScript(Path file, String urlPath, List<CheckFinding> findings) {
    public CheckedScript {
        requireNonNull(file, "file");
        requireNonNull(urlPath, "urlPath");
        findings = List.copyOf(findings);
    }
}
