package dev.htbin.auth;

import dev.htbin.http.HttpException;
import dev.htbin.http.UrlPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Who may make which requests, by their URL path: the rule of the longest path that a request's is at or below counts. Where there is none, anybody may. A value.
 *
 * <p>Paths are compared as scripts and files are found by them: decoded, dot segments resolved, empty names left out; and an encoded slash separates names here,
 * since a script may take it for one.
 *
 * @param rules one for each path
 */
public record AuthRules(List<AuthRule> rules) {
    private static final Comparator<AuthRule> LONGEST_FIRST =
            Comparator.comparingInt((AuthRule rule) -> rule.path().length()).reversed();

    public AuthRules {
        rules = rules.stream().sorted(LONGEST_FIRST).toList();
        var paths = new HashSet<String>();
        for (AuthRule rule : rules) {
            if (!paths.add(rule.path())) {
                throw new IllegalArgumentException("rules: two for '%s' (expected: one)".formatted(rule.path()));
            }
        }
    }

    /**
     * Returns the rule that a request must meet.
     *
     * @param method its method
     * @param path its path
     * @param rawQuery its query, as it came
     * @return empty if anybody may make it
     * @throws HttpException with 400 if an encoded slash in the path makes a dot segment, which can lead elsewhere
     */
    public Optional<AuthRule> of(String method, UrlPath path, String rawQuery) {
        List<String> names = namesOf(path);
        for (AuthRule rule : rules) {
            List<String> start = rule.names();
            if (names.size() >= start.size() && names.subList(0, start.size()).equals(start)) {
                boolean anybodys = rule.anonymous().stream().anyMatch(p -> p.matches(method, names, rawQuery));
                return anybodys ? Optional.empty() : Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    private static List<String> namesOf(UrlPath path) {
        var names = new ArrayList<String>();
        for (String segment : path.segments()) {
            for (String name : segment.split("/", -1)) {
                if (name.equals(".") || name.equals("..")) {
                    throw new HttpException(400, "The path has an encoded slash beside a dot segment.");
                }
                if (!name.isEmpty()) {
                    names.add(name);
                }
            }
        }
        return names;
    }
}
