package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.ScriptRules;
import dev.htbin.develop.Development;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import dev.htbin.jetty.EngineConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the command was asked for, each value checked as far as it can be without touching the machine.
 *
 * @param network where to listen, and who is believed there
 * @param directory what is served
 * @param protocol the highest version of HTTP
 * @param scripts how scripts are run; empty when they are not
 * @param mounts what is found at URL paths beside the directory, and what runs scripts
 * @param files how files are served
 * @param allowedHosts host names to answer to beside those of this machine
 * @param limits what requests and scripts are held to
 * @param drain for how long the server goes on when it is asked to stop, so that others see it
 * @param logins who may make which requests
 * @param serverUser whom a server that is root becomes; empty: as {@link Serve} decides
 * @param development what is shown and recorded of scripts
 * @param developmentAnywhere whether that may be where other machines can see it
 * @param monitoring what is told of requests, and where
 * @param quiet whether requests are not logged
 * @param verbose whether the log is detailed
 */
record Settings(
        Network network,
        Path directory,
        HttpVersion protocol,
        Optional<Scripts> scripts,
        MountSettings mounts,
        FileSettings files,
        Set<String> allowedHosts,
        Limits limits,
        Duration drain,
        Logins logins,
        Optional<String> serverUser,
        Development.Wishes development,
        boolean developmentAnywhere,
        Monitoring monitoring,
        boolean quiet,
        boolean verbose) {
    /** The address that is listened on unless another one is named. */
    static final String DEFAULT_BIND = "127.0.0.1";

    private static final int DEFAULT_PORT = 8000;
    private static final List<String> DEFAULT_DIRECTORIES = List.of("/cgi-bin", "/htbin");

    Settings {
        requireNonNull(network, "network");
        requireNonNull(directory, "directory");
        requireNonNull(protocol, "protocol");
        requireNonNull(scripts, "scripts");
        requireNonNull(mounts, "mounts");
        requireNonNull(files, "files");
        requireNonNull(limits, "limits");
        requireNonNull(drain, "drain");
        requireNonNull(logins, "logins");
        requireNonNull(serverUser, "serverUser");
        requireNonNull(development, "development");
        requireNonNull(monitoring, "monitoring");
        allowedHosts = Set.copyOf(allowedHosts);
    }

    /**
     * How scripts are run.
     *
     * @param directories the URL paths below which everything is a script
     * @param extensions the endings of scripts elsewhere
     * @param variables what every script gets, octet strings
     * @param rules what scripts may do, and as whom, by their URL path
     * @param user whom scripts run as unless a rule names somebody; empty: as the launcher decides
     * @param confinementRequired whether the server must not start where scripts can't be confined as their profiles say
     */
    record Scripts(
            List<String> directories,
            List<String> extensions,
            SequencedMap<String, String> variables,
            Rules rules,
            Optional<String> user,
            boolean confinementRequired) {}

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
                network(arguments, port.map(Values::port)),
                directory(arguments.last(Option.DIRECTORY)),
                arguments.last(Option.PROTOCOL).map(Values::protocol).orElse(HttpVersion.HTTP_2),
                scripts(arguments, MountSettings.of(arguments), own),
                MountSettings.of(arguments),
                FileSettings.of(arguments),
                arguments.all(Option.ALLOW_HOST).stream().map(Values::host).collect(Collectors.toUnmodifiableSet()),
                Limits.of(arguments),
                arguments.last(Option.DRAIN).map(Values::drain).orElse(Duration.ZERO),
                Logins.of(arguments),
                arguments
                        .last(Option.SERVER_USER)
                        .map(u -> Values.notEmpty(Option.SERVER_USER, u, "the name of a user")),
                development(arguments),
                arguments.has(Option.DEV_ANYWHERE),
                Monitoring.of(arguments),
                arguments.has(Option.QUIET),
                arguments.has(Option.VERBOSE));
    }

    private static Development.Wishes development(Arguments arguments) {
        boolean wanted = arguments.has(Option.DEV) || arguments.has(Option.DEV_ANYWHERE);
        return new Development.Wishes(
                wanted,
                wanted && !arguments.has(Option.NO_LIVE_RELOAD),
                arguments
                        .last(Option.RECORD)
                        .map(d -> Values.path("--record", d).toAbsolutePath()));
    }

    private static Network network(Arguments arguments, Optional<Integer> port) {
        String bind = arguments
                .last(Option.BIND)
                .map(b -> Values.notEmpty(Option.BIND, b, "an address or a host name"))
                .orElse(DEFAULT_BIND);
        return Network.of(arguments, bind, port, DEFAULT_PORT);
    }

    /** Names what other settings ask for that a running server can't change: its listener, its users, the threads that start scripts. */
    List<String> needingRestart(Settings fresh) {
        var names = new ArrayList<String>();
        name(names, !network.equals(fresh.network), "where and how to listen, and trusted proxies");
        name(names, protocol != fresh.protocol, "protocol");
        EngineConfig defaults = EngineConfig.defaults();
        name(names, !limits.engine(defaults).equals(fresh.limits.engine(defaults)), "limits of requests, and grace");
        name(names, !serverUser.equals(fresh.serverUser), "server-user");
        name(names, !monitoring.equals(fresh.monitoring), Monitoring.OPTIONS);
        name(names, !development.equals(fresh.development), "dev, no-live-reload and record");
        name(
                names,
                development.liveReload() && !directory.equals(fresh.directory),
                "directory, when pages reload on changes");
        name(names, scripts.isPresent() != fresh.scripts.isPresent(), "cgi");
        if (scripts.isPresent() && fresh.scripts.isPresent()) {
            Scripts mine = scripts.get();
            Scripts other = fresh.scripts.get();
            boolean made =
                    scriptRules().profiles().containsAll(fresh.scriptRules().profiles());
            name(names, !made, "profiles with other trees, users or limits than at the start");
            name(
                    names,
                    !mine.user().equals(other.user()) || mine.confinementRequired() != other.confinementRequired(),
                    "user and require-confinement");
        }
        return names;
    }

    /**
     * Opens what is served.
     *
     * @throws IOException if a directory does not exist, is none or may not be read; the message is for the user
     */
    Mounts openMounts() throws IOException {
        return openMounts(DocumentRoot.of(directory));
    }

    /** Opens what is served, with another directory than that of the settings. */
    Mounts openMounts(DocumentRoot root) throws IOException {
        return mounts.open(root, scripts.map(Scripts::directories).orElse(List.of()));
    }

    /** Returns how scripts are run, if they are, by their URL path. */
    ScriptRules scriptRules() {
        return scriptRules(directory);
    }

    /** Returns how scripts are run when another directory is served than that of the settings. */
    ScriptRules scriptRules(Path site) {
        return scripts.orElseThrow().rules().toScriptRules(mounts.trees(site));
    }

    private static void name(List<String> names, boolean changed, String what) {
        if (changed) {
            names.add(what);
        }
    }

    private static Path directory(Optional<String> given) {
        return given.map(d -> Values.directory(Option.DIRECTORY, d))
                .orElseGet(() -> Path.of("").toAbsolutePath().normalize());
    }

    private static Optional<Scripts> scripts(Arguments arguments, MountSettings mounts, Map<String, String> own) {
        var directories = arguments.all(Option.CGI_DIRECTORY).stream()
                .map(Values::cgiDirectory)
                .map(Octets::ofText)
                .toList();
        var extensions = arguments.all(Option.CGI_EXTENSION).stream()
                .map(Values::cgiExtension)
                .map(Octets::ofText)
                .toList();
        Rules rules = Rules.of(arguments, own);
        var scripts = new Scripts(
                directories.isEmpty() ? DEFAULT_DIRECTORIES : directories,
                extensions,
                variables(rules),
                rules,
                arguments.last(Option.USER).map(u -> Values.notEmpty(Option.USER, u, "the name of a user")),
                arguments.has(Option.REQUIRE_CONFINEMENT));
        boolean implied = arguments.subcommand() != Subcommand.SERVE && arguments.subcommand() != Subcommand.EXPLAIN;
        implied |= arguments.has(Option.DEV) || arguments.has(Option.DEV_ANYWHERE) || arguments.has(Option.RECORD);
        boolean wanted = implied
                || arguments.has(Option.CGI)
                || !directories.isEmpty()
                || !extensions.isEmpty()
                || mounts.asksForScripts()
                || !rules.isEmpty();
        if (wanted) {
            mounts.refuseBelow(scripts.directories());
        }
        return wanted ? Optional.of(scripts) : Optional.empty();
    }

    private static SequencedMap<String, String> variables(Rules rules) {
        var variables = new LinkedHashMap<String, String>();
        variables.put("PATH", CgiConfig.DEFAULT_PATH);
        variables.putAll(rules.variables(""));
        return variables;
    }
}
