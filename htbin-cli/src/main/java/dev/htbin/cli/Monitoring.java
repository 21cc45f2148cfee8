package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.observe.AccessFormat;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the server tells of its requests, and where.
 *
 * @param accessLog the form of records of requests; empty: lines as those of Python's server are all there is
 * @param accessLogFile where the records go; empty: to standard error
 * @param beginsTraces whether requests without a {@code traceparent} get one
 * @param admin where the administrator's page and the metrics are, unresolved; empty: nowhere
 * @param adminAnywhere whether that may be where other machines can reach it
 * @param health where health alone is told, unresolved; empty: nowhere
 */
record Monitoring(
        Optional<AccessFormat> accessLog,
        Optional<Path> accessLogFile,
        boolean beginsTraces,
        Optional<InetSocketAddress> admin,
        boolean adminAnywhere,
        Optional<InetSocketAddress> health) {
    /** The names of the options that this is read from. */
    static final String OPTIONS = "access-log, access-log-file, begin-traces, admin and health";

    Monitoring {
        requireNonNull(accessLog, "accessLog");
        requireNonNull(accessLogFile, "accessLogFile");
        requireNonNull(admin, "admin");
        requireNonNull(health, "health");
    }

    /**
     * Reads the options.
     *
     * @throws UsageException if a value is not what its option expects
     */
    static Monitoring of(Arguments arguments) {
        Optional<Path> file = arguments
                .last(Option.ACCESS_LOG_FILE)
                .map(f -> Values.notEmpty(Option.ACCESS_LOG_FILE, f, "the name of a file"))
                .map(f -> Values.path("--access-log-file", f).toAbsolutePath());
        Optional<AccessFormat> format = arguments.last(Option.ACCESS_LOG).map(Monitoring::format);
        return new Monitoring(
                format.or(() -> file.map(f -> AccessFormat.COMBINED)),
                file,
                arguments.has(Option.BEGIN_TRACES),
                arguments.last(Option.ADMIN).map(a -> Values.endpoint(Option.ADMIN, a)),
                arguments.has(Option.ADMIN_ANYWHERE),
                arguments.last(Option.HEALTH).map(a -> Values.endpoint(Option.HEALTH, a)));
    }

    /** Tells whether records take the place of the lines that are like those of Python's server. */
    boolean logsRequests() {
        return accessLog.isPresent();
    }

    private static AccessFormat format(String name) {
        return switch (name) {
            case "common" -> AccessFormat.COMMON;
            case "combined" -> AccessFormat.COMBINED;
            case "json" -> AccessFormat.JSON;
            default -> throw Values.refused("--access-log", name, "common, combined or json");
        };
    }
}
