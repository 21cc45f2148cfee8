package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiLimits;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Octets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the command was asked for, each value checked as far as it can be without touching the machine.
 *
 * @param bind the address or name to listen on
 * @param port the port to listen on; 0: any free one
 * @param directory what is served
 * @param protocol the highest version of HTTP
 * @param scripts how scripts are run; empty when they are not
 * @param allowedHosts host names to answer to beside those of this machine
 * @param requestBodyBytes how long a request's body may be
 * @param quiet whether requests are not logged
 * @param verbose whether the log is detailed
 */
record Settings(
        String bind,
        int port,
        Path directory,
        HttpVersion protocol,
        Optional<Scripts> scripts,
        Set<String> allowedHosts,
        long requestBodyBytes,
        boolean quiet,
        boolean verbose) {
    /** The address that is listened on unless another one is named. */
    static final String DEFAULT_BIND = "127.0.0.1";

    private static final int DEFAULT_PORT = 8000;
    private static final int MOST_AT_ONCE = 1_000_000;
    private static final List<String> DEFAULT_DIRECTORIES = List.of("/cgi-bin", "/htbin");

    Settings {
        requireNonNull(bind, "bind");
        requireNonNull(directory, "directory");
        requireNonNull(protocol, "protocol");
        requireNonNull(scripts, "scripts");
        allowedHosts = Set.copyOf(allowedHosts);
    }

    /**
     * How scripts are run.
     *
     * @param directories the URL paths below which everything is a script
     * @param extensions the endings of scripts elsewhere
     * @param variables what every script gets, octet strings
     * @param limits what scripts are held to
     * @param user whom scripts run as; empty: as the launcher decides
     * @param most how many scripts run at once; empty: as the host decides
     * @param queue how many requests wait for one; empty: as the host decides
     */
    record Scripts(
            List<String> directories,
            List<String> extensions,
            SequencedMap<String, String> variables,
            CgiLimits limits,
            Optional<String> user,
            OptionalInt most,
            OptionalInt queue) {}

    /**
     * Reads the settings from the command line.
     *
     * @param arguments the options; their positional arguments are not looked at
     * @param port the argument that names the port, if there is one
     * @param own the server's own environment
     * @throws UsageException if a value is not what its option expects
     */
    static Settings of(Arguments arguments, Optional<String> port, Map<String, String> own) {
        return new Settings(
                arguments
                        .last(Option.BIND)
                        .map(b -> Values.notEmpty(Option.BIND, b, "an address or a host name"))
                        .orElse(DEFAULT_BIND),
                port.map(Values::port).orElse(DEFAULT_PORT),
                directory(arguments.last(Option.DIRECTORY)),
                arguments.last(Option.PROTOCOL).map(Values::protocol).orElse(HttpVersion.HTTP_1_1),
                scripts(arguments, own),
                arguments.all(Option.ALLOW_HOST).stream().map(Values::host).collect(Collectors.toUnmodifiableSet()),
                requestBodyBytes(arguments),
                arguments.has(Option.QUIET),
                arguments.has(Option.VERBOSE));
    }

    private static Path directory(Optional<String> given) {
        String value = given.map(d -> Values.notEmpty(Option.DIRECTORY, d, "a directory"))
                .orElse("");
        try {
            return Path.of(value).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw Values.refused("--directory", value, "a directory");
        }
    }

    private static long requestBodyBytes(Arguments arguments) {
        return arguments
                .last(Option.MAX_BODY)
                .map(Values::bytes)
                .orElseGet(() -> CgiLimits.defaults().requestBodyBytes());
    }

    private static Optional<Scripts> scripts(Arguments arguments, Map<String, String> own) {
        var directories = arguments.all(Option.CGI_DIRECTORY).stream()
                .map(Values::cgiDirectory)
                .map(Octets::ofText)
                .toList();
        var extensions = arguments.all(Option.CGI_EXTENSION).stream()
                .map(Values::cgiExtension)
                .map(Octets::ofText)
                .toList();
        var scripts = new Scripts(
                directories.isEmpty() ? DEFAULT_DIRECTORIES : directories,
                extensions,
                variables(arguments, own),
                limits(arguments),
                arguments.last(Option.USER).map(u -> Values.notEmpty(Option.USER, u, "the name of a user")),
                number(arguments, Option.MAX_SCRIPTS, 1),
                number(arguments, Option.MAX_QUEUE, 0));
        boolean wanted = arguments.has(Option.CGI) || !directories.isEmpty() || !extensions.isEmpty();
        return wanted ? Optional.of(scripts) : Optional.empty();
    }

    private static SequencedMap<String, String> variables(Arguments arguments, Map<String, String> own) {
        var variables = new LinkedHashMap<String, String>();
        variables.put("PATH", CgiConfig.DEFAULT_PATH);
        for (String given : arguments.all(Option.ENV)) {
            Map.Entry<String, String> variable = Values.variable(given, own);
            variables.put(variable.getKey(), Octets.ofText(variable.getValue()));
        }
        return variables;
    }

    private static CgiLimits limits(Arguments arguments) {
        CgiLimits limits = CgiLimits.defaults().withRequestBodyBytes(requestBodyBytes(arguments));
        Optional<Duration> timeout =
                arguments.last(Option.SCRIPT_TIMEOUT).map(v -> Values.seconds(Option.SCRIPT_TIMEOUT, v));
        if (timeout.isPresent()) {
            limits = limits.withScriptTimeout(timeout.get());
        }
        Optional<Duration> total = arguments.last(Option.SCRIPT_TOTAL).map(v -> Values.seconds(Option.SCRIPT_TOTAL, v));
        if (total.isPresent()) {
            limits = limits.withTotal(total.get());
        }
        Optional<Duration> grace = arguments.last(Option.GRACE).map(v -> Values.seconds(Option.GRACE, v));
        return grace.isPresent() ? limits.withGrace(grace.get()) : limits;
    }

    private static OptionalInt number(Arguments arguments, Option option, int least) {
        Optional<String> value = arguments.last(option);
        return value.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(Values.number(option.longName(), value.get(), least, MOST_AT_ONCE));
    }
}
