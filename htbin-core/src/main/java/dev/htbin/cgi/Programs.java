package dev.htbin.cgi;

import dev.htbin.http.Octets;
import dev.htbin.http.UrlPath;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The programs that the configuration names: those that answer at URL paths, and those that run scripts of endings. A value.
 *
 * @param mounted one for each URL path, the longest first
 * @param interpreters one for each ending, the longest first
 */
public record Programs(List<MountedProgram> mounted, List<ScriptInterpreter> interpreters) {
    private static final Programs NONE = new Programs(List.of(), List.of());

    /**
     * Creates programs.
     *
     * @throws IllegalArgumentException if two are for one path, or for one ending
     */
    public Programs {
        mounted = mounted.stream()
                .sorted(Comparator.comparingInt(
                        (MountedProgram each) -> -each.names().size()))
                .toList();
        interpreters = interpreters.stream()
                .sorted(Comparator.comparingInt(
                        (ScriptInterpreter each) -> -each.extension().length()))
                .toList();
        var seen = new HashSet<String>();
        for (MountedProgram each : mounted) {
            if (!seen.add(each.urlPath())) {
                throw new IllegalArgumentException("programs: two at '%s' (expected: one)".formatted(each.urlPath()));
            }
        }
        for (ScriptInterpreter each : interpreters) {
            if (!seen.add(each.extension())) {
                throw new IllegalArgumentException(
                        "interpreters: two of '%s' (expected: one)".formatted(each.extension()));
            }
        }
    }

    /** Names no program: scripts are executed, where they lie. */
    public static Programs none() {
        return NONE;
    }

    /** Returns the program at the longest URL path that a path is at or below. */
    Optional<MountedProgram> at(UrlPath path) {
        for (MountedProgram each : mounted) {
            if (each.covers(path)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** Returns what runs a script, by the longest ending of its name; empty: it is executed. */
    public Optional<ScriptInterpreter> interpreterOf(Path file) {
        if (interpreters.isEmpty()) {
            return Optional.empty();
        }
        String name = Octets.ofText(String.valueOf(file.getFileName()));
        return interpreters.stream().filter(each -> each.runs(name)).findFirst();
    }
}
