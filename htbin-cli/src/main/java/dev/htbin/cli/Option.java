package dev.htbin.cli;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Every option of the command: where it applies, its names, the label of its value, and its line of help. The order is that of the help texts. */
enum Option {
    CGI(Use.ANYWHERE, "", "Run CGI scripts in /cgi-bin and /htbin.", "--cgi"),
    BIND(
            Use.SERVERS,
            "ADDR",
            "Listen on this address or name only. Default: 127.0.0.1; 0.0.0.0 or :: for all.",
            "-b",
            "--bind"),
    DIRECTORY(Use.ANYWHERE, "DIR", "Serve this directory. Default: the current one.", "-d", "--directory"),
    PROTOCOL(
            Use.SERVERS,
            "VERSION",
            "Speak HTTP/1.0, HTTP/1.1 or HTTP/2.0 at most. Default: HTTP/2.0.",
            "-p",
            "--protocol"),
    LISTEN(
            Use.SERVERS,
            "ADDR",
            "Listen on HOST:PORT, https://HOST:PORT or unix:PATH[,mode=660][,owner=NAME][,group=NAME]. Repeatable.",
            "--listen"),
    TLS_CERT(
            Use.SERVERS,
            "FILE",
            "Speak TLS with this certificate and its chain, PEM; may have the key, too.",
            "--tls-cert"),
    TLS_KEY(Use.SERVERS, "FILE", "The certificate's private key, PEM.", "--tls-key"),
    TLS_PASSWORD_FILE(Use.SERVERS, "FILE", "A file with the password of the key.", "--tls-password-file"),
    TLS_CLIENT_CA(
            Use.SERVERS, "FILE", "Let in clients with certificates of these authorities only, PEM.", "--tls-client-ca"),
    TLS_CLIENT_OPTIONAL(Use.SERVERS, "", "Let in clients without a certificate, too.", "--tls-client-optional"),
    TLS_CLIENT_USER(
            Use.SERVERS,
            "NAME",
            "What of it becomes REMOTE_USER: cn, subject or none. Default: cn.",
            "--tls-client-user"),
    REDIRECT_HTTP(Use.SERVERS, "PORT", "Redirect from http on this port to https.", "--redirect-http"),
    PROXY_PROTOCOL(Use.SERVERS, "", "Expect a PROXY header, version 1 or 2, before all else.", "--proxy-protocol"),
    TRUST_PROXY(
            Use.SERVERS,
            "CIDR",
            "Believe proxies at these addresses who the client is; unix: on Unix sockets. Repeatable.",
            "--trust-proxy"),
    PROXY_FIELDS(
            Use.SERVERS,
            "KIND",
            "Where they say it: x-forwarded or forwarded. Default: x-forwarded.",
            "--proxy-fields"),
    REMOTE_USER_HEADER(
            Use.SERVERS,
            "NAME",
            "Believe those proxies this field, such as X-Remote-User: it becomes REMOTE_USER.",
            "--remote-user-header"),
    MOUNT(
            Use.ANYWHERE,
            "URL=DIR",
            "Serve this directory at that URL path, beside the one at /. Repeatable.",
            "--mount"),
    SCRIPT(
            Use.ANYWHERE,
            "URL=FILE",
            "Have this program answer at that URL path and below, as /git=/usr/lib/git-core/git-http-backend. Repeatable.",
            "--script"),
    CGI_DIRECTORY(
            Use.ANYWHERE,
            "PATH",
            "Run what lies below this URL path, instead of /cgi-bin and /htbin. Repeatable.",
            "--cgi-directory"),
    CGI_EXTENSION(
            Use.ANYWHERE,
            "EXT",
            "Run files with this ending, such as .cgi, wherever they lie. Repeatable.",
            "--cgi-extension"),
    INTERPRETER(
            Use.ANYWHERE,
            ".EXT=PROGRAM",
            "Run scripts with this ending by that program, as .php=/usr/bin/php-cgi, executable or not. Repeatable.",
            "--interpreter"),
    AUTH(Use.ANYWHERE, "[PATH=]FILE", "Ask for a name and a password of this htpasswd file. Repeatable.", "--auth"),
    ANONYMOUS(
            Use.ANYWHERE,
            "[PATH=]WHICH",
            "Don't ask for these: METHODS, */LAST/NAMES, ?NAME=VALUE, or *. Repeatable.",
            "--anonymous"),
    REALM(Use.ANYWHERE, "[PATH=]TEXT", "What clients are told that they are asked for. Default: the path.", "--realm"),
    PASS_AUTHORIZATION(
            Use.ANYWHERE,
            "PATH",
            "Give scripts at this URL path and below HTTP_AUTHORIZATION. Repeatable.",
            "--pass-authorization"),
    ENV(
            Use.ANYWHERE,
            "[PATH=]NAME[=VALUE]",
            "Give scripts this variable; NAME alone: with the server's own value. Repeatable.",
            "--env"),
    USER(Use.ANYWHERE, "NAME", "Run scripts as this user. Default: nobody when started as root.", "--user"),
    PROFILE(
            Use.ANYWHERE,
            "[PATH=]KIND",
            "What scripts may do: open, standard, no-network, readonly or strict. Default: standard. Repeatable.",
            "--profile"),
    READ(
            Use.ANYWHERE,
            "[PATH=]DIR",
            "Let scripts read this; beside it only the system and the site then. Repeatable.",
            "--read"),
    WRITE(
            Use.ANYWHERE,
            "[PATH=]DIR",
            "Let scripts write this; beside it only a private temporary directory then. Repeatable.",
            "--write"),
    SCRIPT_USER(
            Use.ANYWHERE,
            "[PATH=]NAME",
            "As root: run scripts as this user, whose own they must be. Repeatable.",
            "--script-user"),
    REQUIRE_CONFINEMENT(
            Use.ANYWHERE,
            "",
            "Don't start where the kernel can't confine scripts as asked for.",
            "--require-confinement"),
    SERVER_USER(
            Use.SERVERS,
            "NAME",
            "As root: become this user once started. Default: htbin, or daemon, if it can read the directory.",
            "--server-user"),
    WARM(
            Use.ANYWHERE,
            "[PATH=]on|off",
            "Run Python, Perl and Ruby scripts as forks of interpreters that have started. --warm alone: on. Repeatable.",
            "--warm"),
    WARM_IMPORT(
            Use.ANYWHERE,
            "[PATH=]MODULE",
            "Have those import this module, beside what they learn; implies --warm there. Repeatable.",
            "--warm-import"),
    WARM_EXCLUDE(
            Use.ANYWHERE,
            "[PATH=]MODULE",
            "Have those never import this module before a request. Repeatable.",
            "--warm-exclude"),
    LIMIT(Use.ANYWHERE, "[PATH=]NAME=VALUE", "Set a limit of the table below. Repeatable.", "--limit"),
    MAX_SCRIPTS(Use.SERVERS, "N", "Run at most N scripts at once. Default: 64.", "--max-scripts"),
    MAX_QUEUE(
            Use.SERVERS,
            "N",
            "Let at most N requests wait for a script; more get 503. Default: 4 for each script.",
            "--max-queue"),
    SCRIPT_TIMEOUT(
            Use.ANYWHERE, "SECONDS", "End a script that is silent for so long. Default: 60.", "--script-timeout"),
    SCRIPT_TOTAL(Use.ANYWHERE, "SECONDS", "End a script that has run for so long. Default: 3600.", "--script-total"),
    GRACE(
            Use.ANYWHERE,
            "SECONDS",
            "Time from SIGTERM to SIGKILL, and for running scripts at the end. Default: 3.",
            "--grace"),
    DRAIN(
            Use.SERVERS,
            "SECONDS",
            "After SIGTERM: serve on for so long, not ready, so that load balancers see it. Default: 0.",
            "--drain"),
    MAX_BODY(Use.ANYWHERE, "BYTES", "Refuse longer request bodies; K, M and G may follow. Default: 1G.", "--max-body"),
    CONFIG(
            Use.ANYWHERE,
            "FILE",
            "Read options from this TOML file; those of the command line come after. SIGHUP reads it again.",
            "-c",
            "--config"),
    NO_CACHE(
            Use.SERVERS,
            "",
            "For development: keep no file in memory, and send Cache-Control: no-cache.",
            "--no-cache"),
    CACHE_CONTROL(
            Use.SERVERS,
            "GLOB=VALUE",
            "Send this Cache-Control with files such as *.css or static/**; the first that fits counts. Repeatable.",
            "--cache-control"),
    COMPRESS(
            Use.SERVERS,
            "",
            "Send files compressed: FILE.br, .zst or .gz if it lies beside FILE, else text by gzip.",
            "--compress"),
    NO_LISTING(Use.SERVERS, "", "Answer 403 for a directory without an index page.", "--no-listing"),
    ERROR_PAGES(
            Use.SERVERS,
            "DIR",
            "Send 404.html, 4xx.html, 5xx.html and so on of this directory for errors.",
            "--error-pages"),
    SENDFILE(
            Use.SERVERS,
            "[URL=]DIR",
            "Let scripts have files of DIR sent: X-Sendfile: FILE, or X-Accel-Redirect: URL/FILE. Repeatable.",
            "--sendfile"),
    ALLOW_HOST(
            Use.SERVERS,
            "NAME",
            "Answer to this host name too when bound to loopback; * for all. Repeatable.",
            "--allow-host"),
    HEADER(Use.REQUESTS, "FIELD", "A field of the request, such as 'Cookie: a=b'. Repeatable.", "-H", "--header"),
    DEV(
            Use.SERVERS,
            "",
            "Show on the page why a script failed, keep the last 50 runs, reload pages on changes. Only on loopback.",
            "--dev"),
    DEV_ANYWHERE(
            Use.SERVERS,
            "",
            "As --dev, also where other machines can see it: environments, sources of errors, requests.",
            "--dev-anywhere"),
    NO_LIVE_RELOAD(Use.SERVERS, "", "With --dev: add nothing to pages.", "--no-live-reload"),
    RECORD(Use.RECORDERS, "DIR", "Keep every run of a script in this directory; with replay: look there.", "--record"),
    UNDER(Use.REPLAY, "COMMAND", "Run the script by this command, such as 'strace -f', as yourself.", "--under"),
    METHOD(Use.RUN, "METHOD", "The method of the request. Default: GET, with --data POST.", "-X", "--request"),
    DATA(
            Use.RUN,
            "BODY|@FILE",
            "The body of the request, or the file that has it; @-: standard input.",
            "-d",
            "--data"),
    RUN(Use.CHECK, "", "Make a GET request to each script that nothing is wrong with, too.", "--run"),
    JSON(Use.CHECK, "", "Print what was found as JSON.", "--json"),
    ACCESS_LOG(
            Use.SERVERS,
            "FORMAT",
            "Log requests when they have ended: common, combined or json. Default: as Python's server does.",
            "--access-log"),
    ACCESS_LOG_FILE(
            Use.SERVERS,
            "FILE",
            "Log requests to this file, combined unless told otherwise. SIGHUP opens it anew.",
            "--access-log-file"),
    BEGIN_TRACES(Use.SERVERS, "", "Give a traceparent to requests that come without one.", "--begin-traces"),
    ADMIN(
            Use.SERVERS,
            "[ADDR:]PORT",
            "Serve /metrics, /health, /ready and a live page there. ADDR is a loopback address; default: 127.0.0.1.",
            "--admin"),
    ADMIN_ANYWHERE(
            Use.SERVERS,
            "",
            "Let --admin be where other machines can see requests and stop scripts.",
            "--admin-anywhere"),
    HEALTH(
            Use.SERVERS,
            "[ADDR:]PORT",
            "Serve /health and /ready alone there, for load balancers. ADDR is any address; default: 127.0.0.1.",
            "--health"),
    QUIET(Use.SERVERS, "", "Log no requests on standard error.", "-q", "--quiet"),
    VERBOSE(
            Use.EVERYWHERE,
            "",
            "Say more: environment, standard error and times with run, else a log in detail.",
            "-v",
            "--verbose"),
    VERSION(Use.EVERYWHERE, "", "Print the version and end.", "-V", "--version"),
    HELP(Use.EVERYWHERE, "", "Print this help and end.", "-h", "--help");

    private final Use use;
    private final String label;
    private final String help;
    private final String shortName;
    private final String longName;

    /** Where an option applies. */
    private enum Use {
        EVERYWHERE(EnumSet.allOf(Subcommand.class)),
        ANYWHERE(EnumSet.complementOf(EnumSet.of(Subcommand.CONFIG))),
        SERVERS(EnumSet.of(Subcommand.SERVE, Subcommand.EXPLAIN)),
        RECORDERS(EnumSet.of(Subcommand.SERVE, Subcommand.REPLAY)),
        REPLAY(EnumSet.of(Subcommand.REPLAY)),
        REQUESTS(EnumSet.of(Subcommand.EXPLAIN, Subcommand.RUN)),
        CHECK(EnumSet.of(Subcommand.CHECK)),
        RUN(EnumSet.of(Subcommand.RUN));

        @SuppressWarnings("ImmutableEnumChecker") // never changed
        private final Set<Subcommand> subcommands;

        Use(Set<Subcommand> subcommands) {
            this.subcommands = subcommands;
        }
    }

    Option(Use use, String label, String help, String longName) {
        this(use, label, help, "", longName);
    }

    Option(Use use, String label, String help, String shortName, String longName) {
        this.use = use;
        this.label = label;
        this.help = help;
        this.shortName = shortName;
        this.longName = longName;
    }

    /** Returns the label of the option's value; empty if it takes none. */
    String label() {
        return label;
    }

    /** Returns what the option does, in one line. */
    String help() {
        return help;
    }

    /** Returns what the option applies to. */
    Set<Subcommand> subcommands() {
        return use.subcommands;
    }

    /** Returns the option's names, the long one last. A short name that an option of the subcommand alone has is no other's there. */
    List<String> names(Subcommand subcommand) {
        boolean taken = this == DIRECTORY && DATA.subcommands().contains(subcommand);
        return shortName.isEmpty() || taken ? List.of(longName) : List.of(shortName, longName);
    }

    /** Returns the option's long name. */
    String longName() {
        return longName;
    }

    /** Returns the value that it has when none is given; empty if it needs one, or takes none. */
    Optional<String> impliedValue() {
        return this == WARM ? Optional.of("on") : Optional.empty();
    }

    /** Tells whether its value may be for a URL path alone: {@code [PATH=]VALUE}. */
    boolean holdsForPaths() {
        return label.startsWith("[PATH=]");
    }

    /** Tells whether its value is {@code NAME=VALUE}: in a configuration file, a table. */
    boolean holdsNames() {
        return this == ENV || this == LIMIT || this == MOUNT || this == SCRIPT || this == INTERPRETER;
    }

    /** Tells whether an array that a name has in that table is one value, of several words. */
    boolean holdsWords() {
        return this == INTERPRETER;
    }

    /** Tells whether it may stand in a configuration file. */
    boolean configurable() {
        return switch (this) {
            case CONFIG, VERSION, HELP -> false;
            default -> use.subcommands.contains(Subcommand.SERVE);
        };
    }
}
