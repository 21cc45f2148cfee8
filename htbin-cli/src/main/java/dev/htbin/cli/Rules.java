package dev.htbin.cli;

import dev.htbin.cgi.ScriptRule;
import dev.htbin.cgi.ScriptRules;
import dev.htbin.http.Octets;
import dev.htbin.process.Profile;
import dev.htbin.process.Profile.Kind;
import dev.htbin.process.Resource;
import dev.htbin.process.ResourceLimits;
import dev.htbin.process.WarmModules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What scripts may do, as the command line says it for URL paths. What is said for a path holds for all below it too: kind, user and each limit until something else is
 * said, trees in addition.
 *
 * @param said by path; the empty one is for all scripts
 */
record Rules(Map<String, Said> said) {
    private static final Comparator<String> LONGER_LATER =
            Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

    /** What was said for one path. */
    static final class Said {
        private Optional<Kind> kind = Optional.empty();
        private Optional<String> user = Optional.empty();
        private boolean passAuthorization;
        private final List<Path> readable = new ArrayList<>();
        private final List<Path> writable = new ArrayList<>();
        private final Map<Resource, Long> limits = new EnumMap<>(Resource.class);
        private final SequencedMap<String, String> variables = new LinkedHashMap<>();
        private Optional<Boolean> warm = Optional.empty();
        private final List<String> imported = new ArrayList<>();
        private final List<String> excluded = new ArrayList<>();
    }

    /**
     * Reads what the command line says.
     *
     * @param own the server's own environment
     * @throws UsageException if a value is not what its option expects
     */
    static Rules of(Arguments arguments, Map<String, String> own) {
        var rules = new Rules(new TreeMap<>(LONGER_LATER));
        rules.at("");
        for (String value : arguments.all(Option.PROFILE)) {
            Values.ForPath given = Values.forPath(Option.PROFILE, value);
            rules.at(given.path()).kind = Optional.of(Values.kind(value, given.value()));
        }
        for (String value : arguments.all(Option.SCRIPT_USER)) {
            Values.ForPath given = Values.forPath(Option.SCRIPT_USER, value);
            rules.at(given.path()).user =
                    Optional.of(Values.notEmpty(Option.SCRIPT_USER, given.value(), "the name of a user"));
        }
        for (String value : arguments.all(Option.READ)) {
            Values.ForPath given = Values.forPath(Option.READ, value);
            rules.at(given.path()).readable.add(Values.directory(Option.READ, given.value()));
        }
        for (String value : arguments.all(Option.WRITE)) {
            Values.ForPath given = Values.forPath(Option.WRITE, value);
            rules.at(given.path()).writable.add(Values.directory(Option.WRITE, given.value()));
        }
        for (String value : arguments.all(Option.LIMIT)) {
            Values.Named named = Values.limit(value);
            named.limit()
                    .resource()
                    .ifPresent(resource -> rules.at(named.path()).limits.put(resource, named.value()));
        }
        for (String value : arguments.all(Option.ENV)) {
            Values.ForPath given = Values.forPath(Option.ENV, value);
            Map.Entry<String, String> variable = Values.variable(given.value(), own);
            rules.at(given.path()).variables.put(variable.getKey(), Octets.ofText(variable.getValue()));
        }
        for (String value : arguments.all(Option.PASS_AUTHORIZATION)) {
            rules.at(Values.path(Option.PASS_AUTHORIZATION, value)).passAuthorization = true;
        }
        rules.takeWarm(arguments);
        rules.refuseTreesOfOpen();
        return rules;
    }

    private void takeWarm(Arguments arguments) {
        for (String value : arguments.all(Option.WARM_IMPORT)) {
            Values.ForPath given = Values.forPath(Option.WARM_IMPORT, value);
            Said said = at(given.path());
            said.imported.add(Values.module(Option.WARM_IMPORT, value, given.value()));
            said.warm = Optional.of(true);
        }
        for (String value : arguments.all(Option.WARM_EXCLUDE)) {
            Values.ForPath given = Values.forPath(Option.WARM_EXCLUDE, value);
            at(given.path()).excluded.add(Values.module(Option.WARM_EXCLUDE, value, given.value()));
        }
        for (String value : arguments.all(Option.WARM)) {
            Values.ForPath given = Values.forPath(Option.WARM, value);
            at(given.path()).warm = Optional.of(Values.onOrOff(Option.WARM, value, given.value()));
        }
    }

    /** Tells whether nothing was said but limits. */
    boolean isEmpty() {
        return said.values().stream()
                .allMatch(s -> s.kind.isEmpty()
                        && s.user.isEmpty()
                        && s.readable.isEmpty()
                        && s.writable.isEmpty()
                        && !s.passAuthorization
                        && !s.warm.orElse(false));
    }

    /** Returns the users that were named. */
    List<String> users() {
        return said.values().stream().map(s -> s.user).flatMap(Optional::stream).toList();
    }

    /**
     * Returns the rules of scripts.
     *
     * @param trees what scripts may read where reading is restricted
     */
    ScriptRules toScriptRules(ReadableTrees trees) {
        var paths = new TreeSet<>(LONGER_LATER);
        paths.addAll(said.keySet());
        paths.addAll(trees.byPath().keySet());
        return new ScriptRules(paths.stream()
                .map(path -> new ScriptRule(
                        path, profile(path, trees), variables(path), passesAuthorization(path), warm(path)))
                .toList());
    }

    /** Returns the variables of scripts at a path, those of all scripts included. */
    SequencedMap<String, String> variables(String path) {
        var variables = new LinkedHashMap<String, String>();
        said.forEach((above, rule) -> {
            if (isAtOrBelow(path, above)) {
                variables.putAll(rule.variables);
            }
        });
        return variables;
    }

    private Optional<WarmModules> warm(String path) {
        boolean warm = false;
        var imported = new ArrayList<String>();
        var excluded = new ArrayList<String>();
        for (Map.Entry<String, Said> entry : said.entrySet()) {
            if (path.equals(entry.getKey()) || path.startsWith(entry.getKey() + "/")) {
                warm = entry.getValue().warm.orElse(warm);
                imported.addAll(entry.getValue().imported);
                excluded.addAll(entry.getValue().excluded);
            }
        }
        return warm ? Optional.of(new WarmModules(imported, excluded)) : Optional.empty();
    }

    private Said at(String path) {
        return said.computeIfAbsent(path, _ -> new Said());
    }

    private boolean passesAuthorization(String path) {
        return said.entrySet().stream()
                .anyMatch(entry -> entry.getValue().passAuthorization && isAtOrBelow(path, entry.getKey()));
    }

    private static boolean isAtOrBelow(String path, String above) {
        return path.equals(above) || path.startsWith(above + "/");
    }

    private Profile profile(String path, ReadableTrees trees) {
        Kind kind = Kind.STANDARD;
        Optional<String> user = Optional.empty();
        var readable = new ArrayList<Path>();
        var writable = new ArrayList<Path>();
        var limits = new EnumMap<Resource, Long>(Resource.class);
        for (Map.Entry<String, Said> entry : said.entrySet()) {
            Said rule = entry.getValue();
            String above = entry.getKey();
            if (isAtOrBelow(path, above)) {
                kind = rule.kind.orElse(kind);
                user = rule.user.isPresent() ? rule.user : user;
                readable.addAll(rule.readable);
                writable.addAll(rule.writable);
                limits.putAll(rule.limits);
            }
        }
        Profile profile = Profile.of(kind);
        if (kind.confined()) {
            profile = profile.withWritable(writable).withReadable(readable);
            if (profile.readingRestricted()) {
                readable.addAll(0, trees.at(path));
                profile = profile.withReadable(readable);
            }
        }
        if (user.isPresent()) {
            profile = profile.withUser(user.get());
        }
        var all = new EnumMap<Resource, Long>(Resource.class);
        all.putAll(profile.limits().most());
        all.putAll(limits);
        return profile.withLimits(new ResourceLimits(all));
    }

    private void refuseTreesOfOpen() {
        said.forEach((path, rule) -> {
            boolean trees = !rule.readable.isEmpty() || !rule.writable.isEmpty();
            if (trees && rule.kind.filter(kind -> !kind.confined()).isPresent()) {
                throw Values.refused(
                        "--profile",
                        path.isEmpty() ? "open" : path + "=open",
                        "another profile beside --read or --write, since open restricts nothing");
            }
        });
    }
}
