package dev.htbin.cli;

import dev.htbin.http.HttpVersion;
import dev.htbin.http.Octets;
import dev.htbin.process.Profile;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the values of options; each refusal names the option, the value, what was expected, and an example. */
final class Values {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern ENDPOINT =
            Pattern.compile("(?:(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):)?(?<port>[0-9]{1,9})");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,3})?");
    private static final Pattern HOST = Pattern.compile("\\*|[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]");
    private static final Pattern URL_PATH = Pattern.compile("(/[^/\\p{Cntrl}?#%]+)+/?");
    private static final Pattern MODULE = Pattern.compile("[A-Za-z_][A-Za-z0-9_.:/+-]{0,254}");
    private static final Pattern EXTENSION = Pattern.compile("\\.[^/\\p{Cntrl}]+");
    private static final Pattern FIELD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\\p{Cntrl}]*");

    private static final Map<String, String> EXAMPLES = Map.ofEntries(
            Map.entry("PORT", "8000"),
            Map.entry("--bind", "--bind 127.0.0.1"),
            Map.entry("--directory", "--directory /srv/www"),
            Map.entry("--protocol", "--protocol HTTP/1.1"),
            Map.entry("--listen", "--listen 0.0.0.0:8000 or --listen unix:/run/htbin.sock,mode=660,group=www-data"),
            Map.entry("--tls-cert", "--tls-cert server.crt"),
            Map.entry("--tls-key", "--tls-key server.key"),
            Map.entry("--tls-password-file", "--tls-password-file server.password"),
            Map.entry("--tls-client-ca", "--tls-client-ca ca.crt"),
            Map.entry("--tls-client-user", "--tls-client-user cn"),
            Map.entry("--redirect-http", "--tls-cert server.crt --redirect-http 80 443"),
            Map.entry("--trust-proxy", "--trust-proxy 10.0.0.0/8"),
            Map.entry("--proxy-fields", "--proxy-fields forwarded"),
            Map.entry("--remote-user-header", "--trust-proxy 10.0.0.0/8 --remote-user-header X-Remote-User"),
            Map.entry("--mount", "--mount /static=/srv/static"),
            Map.entry("--script", "--script /git=/usr/lib/git-core/git-http-backend"),
            Map.entry("--interpreter", "--interpreter .php=/usr/bin/php-cgi or --interpreter '.pl=/usr/bin/perl -T'"),
            Map.entry("--cgi-directory", "--cgi-directory /scripts"),
            Map.entry("--cgi-extension", "--cgi-extension .cgi"),
            Map.entry("--auth", "--auth /etc/htbin/users or --auth /cgi-bin/git=/etc/htbin/users"),
            Map.entry("--anonymous", "--anonymous /wiki=GET or --anonymous '/cgi-bin/git=POST */git-upload-pack'"),
            Map.entry("--realm", "--realm 'Staff only' or --realm /private='Staff only'"),
            Map.entry("--pass-authorization", "--pass-authorization /cgi-bin/api"),
            Map.entry("--env", "--env TZ=UTC"),
            Map.entry("--config", "--config /etc/htbin.toml"),
            Map.entry("--user", "--user www-data"),
            Map.entry("--profile", "--profile strict or --profile /cgi-bin/admin=strict"),
            Map.entry("--read", "--read /srv/git or --read /cgi-bin/git=/srv/git"),
            Map.entry("--write", "--write /srv/data or --write /cgi-bin/form=/srv/data"),
            Map.entry("--script-user", "--script-user alice or --script-user /cgi-bin/alice=alice"),
            Map.entry("--warm", "--warm or --warm /cgi-bin/report=on"),
            Map.entry("--warm-import", "--warm-import json or --warm-import /cgi-bin/report=CGI"),
            Map.entry("--warm-exclude", "--warm-exclude numpy or --warm-exclude /cgi-bin/report=numpy"),
            Map.entry("--limit", "--limit per-client=4 or --limit /cgi-bin/x=cpu=10"),
            Map.entry("--server-user", "--server-user www-data"),
            Map.entry("--max-scripts", "--max-scripts 64"),
            Map.entry("--max-queue", "--max-queue 256"),
            Map.entry("--script-timeout", "--script-timeout 2.5"),
            Map.entry("--script-total", "--script-total 86400"),
            Map.entry("--grace", "--grace 3"),
            Map.entry("--drain", "--drain 5"),
            Map.entry("--max-body", "--max-body 100M"),
            Map.entry("--access-log", "--access-log json"),
            Map.entry("--access-log-file", "--access-log-file /var/log/htbin/access.log"),
            Map.entry("--admin", "--admin 127.0.0.1:9000"),
            Map.entry("--health", "--health 0.0.0.0:9001"),
            Map.entry("--cache-control", "--cache-control '*.css=max-age=3600'"),
            Map.entry("--error-pages", "--error-pages /srv/errors"),
            Map.entry("--sendfile", "--sendfile /srv/files or --sendfile /protected=/srv/files"),
            Map.entry("--allow-host", "--allow-host dev.example"),
            Map.entry("--record", "--record /var/lib/htbin/runs"),
            Map.entry("--under", "--under 'strace -f'"),
            Map.entry("--request", "--request PUT"),
            Map.entry("--data", "--data 'name=Ada' or --data @form.txt"),
            Map.entry("--header", "--header 'Cookie: a=b'"));

    private Values() {}

    /** Returns an example of an option's use. */
    static String example(String name) {
        return EXAMPLES.getOrDefault(name, "htbin --help");
    }

    static UsageException refused(String name, String value, String expected) {
        return new UsageException("%s: '%s' (expected: %s, for example %s)"
                .formatted(name, LogText.escape(value), expected, example(name)));
    }

    /** Reads {@code [ADDR:]PORT}; the name is not resolved. */
    static InetSocketAddress endpoint(Option option, String value) {
        Matcher form = ENDPOINT.matcher(value);
        if (!form.matches()) {
            throw refused(option.longName(), value, "a port, or an address, a colon and a port; IPv6 in brackets");
        }
        String host = Objects.requireNonNullElse(form.group("host"), "127.0.0.1");
        int port = number(option.longName(), form.group("port"), 0, 65_535);
        boolean brackets = host.startsWith("[");
        return InetSocketAddress.createUnresolved(brackets ? host.substring(1, host.length() - 1) : host, port);
    }

    static int port(String value) {
        return number("PORT", value, 0, 65_535);
    }

    static int number(String name, String value, int least, int most) {
        if (value.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw refused(name, value, "a number from %d to %d".formatted(least, most));
    }

    static HttpVersion protocol(String value) {
        return switch (value) {
            case "HTTP/1.0" -> HttpVersion.HTTP_1_0;
            case "HTTP/1.1" -> HttpVersion.HTTP_1_1;
            case "HTTP/2", "HTTP/2.0" -> HttpVersion.HTTP_2;
            default -> throw refused("--protocol", value, "HTTP/1.0, HTTP/1.1 or HTTP/2.0");
        };
    }

    static Duration drain(String value) {
        return value.matches("0(\\.0{1,3})?") ? Duration.ZERO : seconds(Option.DRAIN, value);
    }

    static Duration seconds(Option option, String value) {
        if (SECONDS.matcher(value).matches()) {
            Duration time =
                    Duration.ofMillis(new BigDecimal(value).movePointRight(3).longValueExact());
            if (time.isPositive()) {
                return time;
            }
        }
        throw refused(option.longName(), value, "seconds, more than 0, at most three decimals");
    }

    static long bytes(String value) {
        return Limit.Unit.BYTES
                .parse(value)
                .orElseThrow(() -> refused("--max-body", value, Limit.Unit.BYTES.expected()));
    }

    /**
     * A value that holds for a URL path and below it.
     *
     * @param path decoded, an octet string, without a slash at its end; empty: everywhere
     * @param value what holds there
     */
    record ForPath(String path, String value) {}

    /** Splits {@code [PATH=]VALUE}: what begins with a slash and has an equals sign begins with a path. */
    static ForPath forPath(Option option, String value) {
        int equals = value.indexOf('=');
        if (!value.startsWith("/") || equals < 0) {
            return new ForPath("", value);
        }
        String path = value.substring(0, equals);
        String rest = value.substring(equals + 1);
        return new ForPath(path.equals("/") ? "" : Octets.ofText(urlPath(option.longName(), value, path)), rest);
    }

    /** Reads a URL path; a slash alone is everywhere, and becomes empty. */
    static String path(Option option, String value) {
        return value.equals("/") ? "" : Octets.ofText(urlPath(option.longName(), value, value));
    }

    /**
     * A limit that was given.
     *
     * @param path the URL path that it is for; empty: everywhere
     * @param limit which one
     * @param value in the limit's unit, times in milliseconds
     */
    record Named(String path, Limit limit, long value) {}

    /** Reads {@code [PATH=]NAME=VALUE}. */
    static Named limit(String value) {
        ForPath given = forPath(Option.LIMIT, value);
        int equals = given.value().indexOf('=');
        if (equals < 0) {
            throw refused("--limit", value, "NAME=VALUE, or PATH=NAME=VALUE");
        }
        String name = given.value().substring(0, equals);
        Limit limit = Limit.named(name)
                .orElseThrow(() -> refused("--limit", value, "a name that 'htbin --help' lists, not '" + name + "'"));
        if (!given.path().isEmpty() && limit.resource().isEmpty()) {
            throw refused("--limit", value, "no path before '" + name + "', which is one for all");
        }
        OptionalLong number = limit.unit().parse(given.value().substring(equals + 1));
        if (number.isEmpty() || number.getAsLong() < limit.least()) {
            boolean positive = limit.least() > 0;
            throw refused("--limit", value, limit.unit().expected() + (positive ? ", not too small" : ""));
        }
        return new Named(given.path(), limit, number.getAsLong());
    }

    static Profile.Kind kind(String whole, String label) {
        for (Profile.Kind kind : Profile.Kind.values()) {
            if (kind.label().equals(label)) {
                return kind;
            }
        }
        throw refused("--profile", whole, "open, standard, no-network, readonly or strict");
    }

    /** Reads the value of a switch. */
    static boolean onOrOff(Option option, String whole, String value) {
        return switch (value) {
            case "on" -> true;
            case "off" -> false;
            default -> throw refused(option.longName(), whole, "on or off, or PATH=on or PATH=off");
        };
    }

    /** Reads the name of a module, as scripts write it. */
    static String module(Option option, String whole, String value) {
        if (!MODULE.matcher(value).matches()) {
            throw refused(option.longName(), whole, "the name of a module, as a script writes it");
        }
        return value;
    }

    static Path directory(Option option, String value) {
        return path(option, value, "a directory").normalize();
    }

    /** Reads the path of a file; links in it are left to the system, so nothing is shortened. */
    static Path file(Option option, String value) {
        return path(option, value, "a file");
    }

    private static Path path(Option option, String value, String expected) {
        try {
            return Path.of(notEmpty(option, value, expected)).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw refused(option.longName(), value, expected);
        }
    }

    static String cgiDirectory(String value) {
        return urlPath("--cgi-directory", value, value);
    }

    private static String urlPath(String option, String whole, String path) {
        boolean dots = (path + "/").contains("/./") || (path + "/").contains("/../");
        if (!URL_PATH.matcher(path).matches() || dots) {
            throw refused(option, whole, "a URL path that begins with a slash");
        }
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    static String cgiExtension(String value) {
        if (!EXTENSION.matcher(value).matches()) {
            throw refused("--cgi-extension", value, "a dot and a name");
        }
        return value;
    }

    static String host(String value) {
        if (!HOST.matcher(value).matches()) {
            throw refused("--allow-host", value, "a host name without port, or *");
        }
        return value;
    }

    /** Returns the name of a file, which need not exist. */
    static Path path(String name, String value) {
        try {
            if (!value.isEmpty()) {
                return Path.of(value);
            }
        } catch (InvalidPathException e) {
            // refused below
        }
        throw refused(name, value, "the name of a file");
    }

    static String notEmpty(Option option, String value, String expected) {
        if (value.isEmpty()) {
            throw refused(option.longName(), value, expected);
        }
        return value;
    }

    /** Returns a variable for scripts: given with its value, or named, with the value that the server itself has. */
    static Map.Entry<String, String> variable(String value, Map<String, String> own) {
        int equals = value.indexOf('=');
        String name = equals < 0 ? value : value.substring(0, equals);
        if (!VARIABLE.matcher(name).matches()) {
            throw refused("--env", value, "NAME or NAME=VALUE, NAME of letters, digits and _");
        }
        String content = equals < 0 ? Optional.ofNullable(own.get(name)).orElse(null) : value.substring(equals + 1);
        if (content == null) {
            throw refused("--env", value, "a variable that is set, or NAME=VALUE");
        }
        return Map.entry(name, content);
    }

    /** Returns a header field as its name and its value. */
    static Map.Entry<String, String> field(String value) {
        if (!FIELD.matcher(value).matches()) {
            throw refused("--header", value, "a name, a colon and a value");
        }
        int colon = value.indexOf(':');
        return Map.entry(value.substring(0, colon), value.substring(colon + 1).strip());
    }
}
