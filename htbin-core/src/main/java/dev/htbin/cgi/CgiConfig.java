package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.process.Profile;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What is a CGI script and how it is run. Immutable.
 *
 * @param directories the URL paths below which everything is a script (Python: {@code cgi_directories}); each begins with a slash and does not end with
 *     one; decoded, octet strings
 * @param extensions the endings of file names that are scripts wherever they lie, for example {@code .cgi}; each begins with a dot
 * @param environment variables that every script gets beside those of the request; octet strings. A variable of the request always wins
 * @param limits what a script's request and response are held to
 * @param host where scripts run; its launcher was started with the profiles of the rules
 * @param rules what scripts may do, and as whom, by their URL path
 * @param programs the programs that answer at URL paths, and those that run scripts of endings
 */
public record CgiConfig(
        List<String> directories,
        List<String> extensions,
        SequencedMap<String, String> environment,
        CgiLimits limits,
        ScriptHost host,
        ScriptRules rules,
        Programs programs) {
    /** The value of {@code PATH} that scripts get unless the configuration names another. */
    public static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    public CgiConfig {
        directories = List.copyOf(directories);
        extensions = List.copyOf(extensions);
        environment = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(environment));
        requireNonNull(limits, "limits");
        requireNonNull(host, "host");
        requireNonNull(rules, "rules");
        requireNonNull(programs, "programs");
        for (String directory : directories) {
            if (!directory.startsWith("/") || directory.endsWith("/") || directory.contains("//")) {
                throw new IllegalArgumentException(
                        "CGI directory: '%s' (expected: a URL path such as /cgi-bin, without a slash at its end)"
                                .formatted(directory));
            }
        }
        for (String extension : extensions) {
            if (!extension.startsWith(".") || extension.length() < 2 || extension.contains("/")) {
                throw new IllegalArgumentException(
                        "CGI extension: '%s' (expected: a dot and a name, such as .cgi)".formatted(extension));
            }
        }
    }

    /** Creates a configuration in which every script has the standard profile. */
    public CgiConfig(
            List<String> directories,
            List<String> extensions,
            SequencedMap<String, String> environment,
            CgiLimits limits,
            ScriptHost host) {
        this(directories, extensions, environment, limits, host, ScriptRules.all(Profile.standard()), Programs.none());
    }

    /** Returns the documented defaults: {@code /cgi-bin} and {@code /htbin}, no extensions, {@code PATH} alone, the shared host. */
    public static CgiConfig defaults() {
        var environment = new LinkedHashMap<String, String>();
        environment.put("PATH", DEFAULT_PATH);
        return new CgiConfig(
                List.of("/cgi-bin", "/htbin"), List.of(), environment, CgiLimits.defaults(), ScriptHost.shared());
    }

    /** Returns this configuration with other directories. */
    public CgiConfig withDirectories(List<String> others) {
        return new CgiConfig(others, extensions, environment, limits, host, rules, programs);
    }

    /** Returns this configuration with other extensions. */
    public CgiConfig withExtensions(List<String> others) {
        return new CgiConfig(directories, others, environment, limits, host, rules, programs);
    }

    /** Returns this configuration with one more variable for every script. */
    public CgiConfig withVariable(String name, String value) {
        var more = new LinkedHashMap<>(environment);
        more.put(name, value);
        return new CgiConfig(directories, extensions, more, limits, host, rules, programs);
    }

    /** Returns this configuration with other limits. */
    public CgiConfig withLimits(CgiLimits others) {
        return new CgiConfig(directories, extensions, environment, others, host, rules, programs);
    }

    /** Returns this configuration with another host. */
    public CgiConfig withHost(ScriptHost other) {
        return new CgiConfig(directories, extensions, environment, limits, other, rules, programs);
    }

    /** Returns this configuration with other rules. */
    public CgiConfig withRules(ScriptRules others) {
        return new CgiConfig(directories, extensions, environment, limits, host, others, programs);
    }

    /** Returns this configuration with other programs. */
    public CgiConfig withPrograms(Programs others) {
        return new CgiConfig(directories, extensions, environment, limits, host, rules, others);
    }

    /** Tells what is wrong with the owners and permissions of a script that runs as a user whom its rule names; empty if nothing is, or if no user is named. */
    public Optional<Finding> ownerFinding(ScriptResolution.Script script) {
        Profile profile = rules.of(script.scriptName()).profile();
        return profile.user().isEmpty() ? Optional.empty() : OwnerCheck.of(script, host.runsAs(profile));
    }
}
