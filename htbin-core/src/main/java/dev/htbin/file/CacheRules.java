package dev.htbin.file;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rules for {@code Cache-Control}, of which the first that is for a file counts. Immutable. */
public final class CacheRules {
    private static final CacheRules NONE = new CacheRules(List.of());

    private final List<Compiled> rules;

    private record Compiled(CacheRule rule, Pattern pattern) {}

    private CacheRules(List<Compiled> rules) {
        this.rules = rules;
    }

    /** Returns no rules: the field is never sent. */
    public static CacheRules none() {
        return NONE;
    }

    /** Returns these rules and, for what they are not for, one more. */
    public CacheRules plus(CacheRule rule) {
        var more = new ArrayList<>(rules);
        more.add(new Compiled(rule, rule.pattern()));
        return new CacheRules(List.copyOf(more));
    }

    /** Tells whether there is no rule. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /**
     * Returns the value of the field; empty when it is left out.
     *
     * @param path below the root, with slashes and without one at the beginning
     */
    public String valueFor(String path) {
        for (Compiled each : rules) {
            if (each.pattern().matcher(path).matches()) {
                return each.rule().value();
            }
        }
        return "";
    }
}
