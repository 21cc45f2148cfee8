package dev.htbin.cli;

import java.util.List;

/** Every option of the command: its names, the label of its value, and its line of help. The order is that of the help text. */
enum Option {
    CGI("", "Run CGI scripts in /cgi-bin and /htbin.", "--cgi"),
    BIND("ADDR", "Listen on this address or name only. Default: 127.0.0.1; 0.0.0.0 or :: for all.", "-b", "--bind"),
    DIRECTORY("DIR", "Serve this directory. Default: the current one.", "-d", "--directory"),
    PROTOCOL("VERSION", "Speak HTTP/1.0, HTTP/1.1 or HTTP/2.0 at most. Default: HTTP/2.0.", "-p", "--protocol"),
    LISTEN(
            "ADDR",
            "Listen on HOST:PORT, https://HOST:PORT or unix:PATH[,mode=660][,owner=NAME][,group=NAME]. Repeatable.",
            "--listen"),
    TLS_CERT("FILE", "Speak TLS with this certificate and its chain, PEM; may have the key, too.", "--tls-cert"),
    TLS_KEY("FILE", "The certificate's private key, PEM.", "--tls-key"),
    TLS_PASSWORD_FILE("FILE", "A file with the password of the key.", "--tls-password-file"),
    TLS_CLIENT_CA("FILE", "Let in clients with certificates of these authorities only, PEM.", "--tls-client-ca"),
    TLS_CLIENT_OPTIONAL("", "Let in clients without a certificate, too.", "--tls-client-optional"),
    TLS_CLIENT_USER("NAME", "What of it becomes REMOTE_USER: cn, subject or none. Default: cn.", "--tls-client-user"),
    REDIRECT_HTTP("PORT", "Redirect from http on this port to https.", "--redirect-http"),
    PROXY_PROTOCOL("", "Expect a PROXY header, version 1 or 2, before all else.", "--proxy-protocol"),
    TRUST_PROXY(
            "CIDR",
            "Believe proxies at these addresses who the client is; unix: on Unix sockets. Repeatable.",
            "--trust-proxy"),
    PROXY_FIELDS("KIND", "Where they say it: x-forwarded or forwarded. Default: x-forwarded.", "--proxy-fields"),
    CGI_DIRECTORY(
            "PATH",
            "Run what lies below this URL path, instead of /cgi-bin and /htbin. Repeatable.",
            "--cgi-directory"),
    CGI_EXTENSION("EXT", "Run files with this ending, such as .cgi, wherever they lie. Repeatable.", "--cgi-extension"),
    ENV(
            "[PATH=]NAME[=VALUE]",
            "Give scripts this variable; NAME alone: with the server's own value. Repeatable.",
            "--env"),
    USER("NAME", "Run scripts as this user. Default: nobody when started as root.", "--user"),
    PROFILE(
            "[PATH=]KIND",
            "What scripts may do: open, standard, no-network, readonly or strict. Default: standard. Repeatable.",
            "--profile"),
    READ("[PATH=]DIR", "Let scripts read this; beside it only the system and the site then. Repeatable.", "--read"),
    WRITE(
            "[PATH=]DIR",
            "Let scripts write this; beside it only a private temporary directory then. Repeatable.",
            "--write"),
    SCRIPT_USER(
            "[PATH=]NAME", "As root: run scripts as this user, whose own they must be. Repeatable.", "--script-user"),
    REQUIRE_CONFINEMENT(
            "", "Don't start where the kernel can't confine scripts as asked for.", "--require-confinement"),
    SERVER_USER(
            "NAME",
            "As root: become this user once started. Default: htbin, or daemon, if it can read the directory.",
            "--server-user"),
    LIMIT("[PATH=]NAME=VALUE", "Set a limit of the table below. Repeatable.", "--limit"),
    MAX_SCRIPTS("N", "Run at most N scripts at once. Default: 64.", "--max-scripts"),
    MAX_QUEUE(
            "N", "Let at most N requests wait for a script; more get 503. Default: 4 for each script.", "--max-queue"),
    SCRIPT_TIMEOUT("SECONDS", "End a script that is silent for so long. Default: 60.", "--script-timeout"),
    SCRIPT_TOTAL("SECONDS", "End a script that has run for so long. Default: 3600.", "--script-total"),
    GRACE("SECONDS", "Time from SIGTERM to SIGKILL, and for running scripts at the end. Default: 3.", "--grace"),
    MAX_BODY("BYTES", "Refuse longer request bodies; K, M and G may follow. Default: 1G.", "--max-body"),
    CONFIG(
            "FILE",
            "Read options from this TOML file; those of the command line come after. SIGHUP reads it again.",
            "-c",
            "--config"),
    NO_CACHE("", "For development: keep no file in memory, and send Cache-Control: no-cache.", "--no-cache"),
    CACHE_CONTROL(
            "GLOB=VALUE",
            "Send this Cache-Control with files such as *.css or static/**; the first that fits counts. Repeatable.",
            "--cache-control"),
    COMPRESS(
            "", "Send files compressed: FILE.br, .zst or .gz if it lies beside FILE, else text by gzip.", "--compress"),
    NO_LISTING("", "Answer 403 for a directory without an index page.", "--no-listing"),
    ERROR_PAGES("DIR", "Send 404.html, 4xx.html, 5xx.html and so on of this directory for errors.", "--error-pages"),
    SENDFILE(
            "[URL=]DIR",
            "Let scripts have files of DIR sent: X-Sendfile: FILE, or X-Accel-Redirect: URL/FILE. Repeatable.",
            "--sendfile"),
    ALLOW_HOST("NAME", "Answer to this host name too when bound to loopback; * for all. Repeatable.", "--allow-host"),
    HEADER("FIELD", "With explain: a field of the request, such as 'Cookie: a=b'. Repeatable.", "-H", "--header"),
    QUIET("", "Log no requests.", "-q", "--quiet"),
    VERBOSE("", "Log in detail, with a stack trace for each failure of htbin itself.", "--verbose"),
    VERSION("", "Print the version and end.", "-V", "--version"),
    HELP("", "Print this help and end.", "-h", "--help");

    private final String label;
    private final String help;
    private final String shortName;
    private final String longName;

    Option(String label, String help, String longName) {
        this(label, help, "", longName);
    }

    Option(String label, String help, String shortName, String longName) {
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

    /** Returns the option's names, the long one last. */
    List<String> names() {
        return shortName.isEmpty() ? List.of(longName) : List.of(shortName, longName);
    }

    /** Returns the option's long name. */
    String longName() {
        return longName;
    }

    /** Tells whether its value may be for a URL path alone: {@code [PATH=]VALUE}. */
    boolean holdsForPaths() {
        return label.startsWith("[PATH=]");
    }

    /** Tells whether its value is {@code NAME=VALUE}: in a configuration file, a table. */
    boolean holdsNames() {
        return this == ENV || this == LIMIT;
    }

    /** Tells whether it may stand in a configuration file. */
    boolean configurable() {
        return switch (this) {
            case CONFIG, HEADER, VERSION, HELP -> false;
            default -> true;
        };
    }
}
