package dev.htbin.cgi;

import dev.htbin.process.Profile;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * How scripts are run, by their URL path: for each the rule of the longest path that it is at or below. A value.
 *
 * @param rules one for each path, among them one for the empty path, which covers all scripts
 */
public record ScriptRules(List<ScriptRule> rules) {
    private static final Comparator<ScriptRule> LONGEST_FIRST =
            Comparator.comparingInt((ScriptRule rule) -> rule.path().length()).reversed();

    public ScriptRules {
        rules = rules.stream().sorted(LONGEST_FIRST).toList();
        var paths = new HashSet<String>();
        for (ScriptRule rule : rules) {
            if (!paths.add(rule.path())) {
                throw new IllegalArgumentException("rules: two for '%s' (expected: one)".formatted(rule.path()));
            }
        }
        if (!paths.contains("")) {
            throw new IllegalArgumentException("rules: %s (expected: one for the empty path)".formatted(paths));
        }
    }

    /** Returns one rule for all scripts. */
    public static ScriptRules all(Profile profile) {
        return new ScriptRules(List.of(new ScriptRule("", profile)));
    }

    /** Returns the rule of a script. */
    public ScriptRule of(String scriptName) {
        for (ScriptRule rule : rules) {
            if (rule.covers(scriptName)) {
                return rule;
            }
        }
        throw new IllegalStateException("no rule covers '%s'".formatted(scriptName));
    }

    /** Returns every profile, that of all scripts first: what a launcher must be started with. */
    public SequencedSet<Profile> profiles() {
        var profiles = new LinkedHashSet<Profile>();
        rules.reversed().forEach(rule -> profiles.add(rule.profile()));
        return profiles;
    }
}
