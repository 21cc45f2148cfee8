package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What is a CGI script and how it is run. Immutable.
 *
 * @param directories the URL paths below which everything is a script (Python: {@code cgi_directories}); each begins with a slash and does not end with
 *     one; decoded, octet strings
 * @param extensions the endings of file names that are scripts wherever they lie, for example {@code .cgi}; each begins with a dot
 * @param environment variables that every script gets beside those of the request; octet strings. A variable of the request always wins
 * @param limits what a script's request and response are held to
 * @param host where scripts run
 */
public record CgiConfig(
        List<String> directories,
        List<String> extensions,
        SequencedMap<String, String> environment,
        CgiLimits limits,
        ScriptHost host) {
    /** The value of {@code PATH} that scripts get unless the configuration names another. */
    public static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    public CgiConfig {
        directories = List.copyOf(directories);
        extensions = List.copyOf(extensions);
        environment = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(environment));
        requireNonNull(limits, "limits");
        requireNonNull(host, "host");
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

    /** Returns the documented defaults: {@code /cgi-bin} and {@code /htbin}, no extensions, {@code PATH} alone, the shared host. */
    public static CgiConfig defaults() {
        var environment = new LinkedHashMap<String, String>();
        environment.put("PATH", DEFAULT_PATH);
        return new CgiConfig(
                List.of("/cgi-bin", "/htbin"), List.of(), environment, CgiLimits.defaults(), ScriptHost.shared());
    }

    /** Returns this configuration with other directories. */
    public CgiConfig withDirectories(List<String> others) {
        return new CgiConfig(others, extensions, environment, limits, host);
    }

    /** Returns this configuration with other extensions. */
    public CgiConfig withExtensions(List<String> others) {
        return new CgiConfig(directories, others, environment, limits, host);
    }

    /** Returns this configuration with one more variable for every script. */
    public CgiConfig withVariable(String name, String value) {
        var more = new LinkedHashMap<>(environment);
        more.put(name, value);
        return new CgiConfig(directories, extensions, more, limits, host);
    }

    /** Returns this configuration with other limits. */
    public CgiConfig withLimits(CgiLimits others) {
        return new CgiConfig(directories, extensions, environment, others, host);
    }

    /** Returns this configuration with another host. */
    public CgiConfig withHost(ScriptHost other) {
        return new CgiConfig(directories, extensions, environment, limits, other);
    }
}
