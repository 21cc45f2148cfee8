package dev.htbin.check;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.Finding;
import java.nio.file.Path;

/**
 * Something that a check found.
 *
 * @param id its identifier, such as {@code HTB-010}
 * @param file what it is about
 * @param seen what was seen here, and what to do about it
 * @param remedy what to do about it in general, a sentence; may be empty
 */
public record CheckFinding(String id, Path file, String seen, String remedy) {
    public CheckFinding {
        requireNonNull(id, "id");
        requireNonNull(file, "file");
        requireNonNull(seen, "seen");
        requireNonNull(remedy, "remedy");
    }

    static CheckFinding of(Path file, Finding finding) {
        return new CheckFinding(
                finding.cause().id(), file, finding.detail(), finding.cause().remedy());
    }

    static CheckFinding of(Path file, Exposure exposure) {
        return new CheckFinding(exposure.id(), file, exposure.seen() + " " + exposure.remedy(), exposure.remedy());
    }
}
