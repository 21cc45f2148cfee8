package dev.htbin.cli;

import dev.htbin.http.HttpVersion;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the values of options; each refusal names the option, the value, what was expected, and an example. */
final class Values {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,3})?");
    private static final Pattern BYTES = Pattern.compile("(?<number>[0-9]{1,12})(?<unit>[KMG]?)");
    private static final Pattern HOST = Pattern.compile("\\*|[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]");
    private static final Pattern URL_PATH = Pattern.compile("(/[^/\\p{Cntrl}?#%]+)+/?");
    private static final Pattern EXTENSION = Pattern.compile("\\.[^/\\p{Cntrl}]+");
    private static final Pattern FIELD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\\p{Cntrl}]*");

    private static final Map<String, String> EXAMPLES = Map.ofEntries(
            Map.entry("PORT", "8000"),
            Map.entry("--bind", "--bind 127.0.0.1"),
            Map.entry("--directory", "--directory /srv/www"),
            Map.entry("--protocol", "--protocol HTTP/1.1"),
            Map.entry("--cgi-directory", "--cgi-directory /scripts"),
            Map.entry("--cgi-extension", "--cgi-extension .cgi"),
            Map.entry("--env", "--env TZ=UTC"),
            Map.entry("--user", "--user www-data"),
            Map.entry("--max-scripts", "--max-scripts 64"),
            Map.entry("--max-queue", "--max-queue 256"),
            Map.entry("--script-timeout", "--script-timeout 2.5"),
            Map.entry("--script-total", "--script-total 86400"),
            Map.entry("--grace", "--grace 3"),
            Map.entry("--max-body", "--max-body 100M"),
            Map.entry("--allow-host", "--allow-host dev.example"),
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
            default -> throw refused("--protocol", value, "HTTP/1.0 or HTTP/1.1");
        };
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
        var matcher = BYTES.matcher(value);
        if (!matcher.matches()) {
            throw refused("--max-body", value, "a number of bytes, which K, M or G may follow");
        }
        int shift = switch (matcher.group("unit")) {
            case "K" -> 10;
            case "M" -> 20;
            case "G" -> 30;
            default -> 0;
        };
        return Math.min(Long.parseLong(matcher.group("number")), Long.MAX_VALUE >> 31) << shift;
    }

    static String cgiDirectory(String value) {
        boolean dots = (value + "/").contains("/./") || (value + "/").contains("/../");
        if (!URL_PATH.matcher(value).matches() || dots) {
            throw refused("--cgi-directory", value, "a URL path that begins with a slash");
        }
        return value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
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
