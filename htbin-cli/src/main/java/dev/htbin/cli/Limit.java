package dev.htbin.cli;

import dev.htbin.cgi.CgiLimits;
import dev.htbin.cgi.Concurrency;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.process.Resource;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Every limit: its name for {@code --limit}, its unit, its default, and what happens beyond it. The help text and docs/operations.md are made from this table. */
enum Limit {
    // Requests and connections
    REQUEST_LINE("request-line", Unit.BYTES, 64, engine().requestLineBytes(), "414"),
    REQUEST_HEAD("request-head", Unit.BYTES, 1024, engine().headBytes(), "431"),
    BODY("body", Unit.BYTES, 0, engine().bodyBytes(), "413 (--max-body)"),
    BODY_RATE("body-rate", Unit.RATE, 0, engine().bodyBytesPerSecond(), "slower: 408"),
    RESPONSE_RATE("response-rate", Unit.RATE, 0, engine().responseBytesPerSecond(), "read more slowly: closed"),
    HEAD_TIME("head-time", Unit.SECONDS, 1, millis(EngineConfig.defaults().headTimeout()), "408"),
    IDLE_TIME("idle-time", Unit.SECONDS, 1, millis(EngineConfig.defaults().idleTimeout()), "the connection is closed"),
    CONNECTIONS("connections", Unit.NUMBER, 1, "3/4 of descriptors", "idle ones are closed, new ones wait"),

    // Scripts
    SCRIPTS("scripts", Unit.NUMBER, 1, Concurrency.defaults().scripts(), "the request waits (--max-scripts)"),
    PER_SCRIPT("per-script", Unit.NUMBER, 1, "none", "requests of that script wait"),
    PER_CLIENT("per-client", Unit.NUMBER, 1, "none", "requests of that client wait"),
    QUEUE("queue", Unit.NUMBER, 0, "4 for each script", "503 with Retry-After (--max-queue)"),
    QUEUE_TIME("queue-time", Unit.SECONDS, 1, millis(Concurrency.defaults().longestWait()), "503 with Retry-After"),
    FIRST_OCTET("first-octet", Unit.SECONDS, 1, millis(cgi().firstByte()), "504 (--script-timeout)"),
    SILENCE("silence", Unit.SECONDS, 1, millis(cgi().silence()), "504, or broken off (--script-timeout)"),
    TOTAL("total", Unit.SECONDS, 1, millis(cgi().total()), "504, or broken off (--script-total)"),
    GRACE("grace", Unit.SECONDS, 1, millis(cgi().grace()), "SIGKILL (--grace)"),
    HALF_CLOSED("half-closed", Unit.SECONDS, 1, millis(cgi().halfClosed()), "silent after the client's FIN: ended"),
    RESPONSE_HEAD("response-head", Unit.BYTES, 1, cgi().headBytes(), "502"),
    RESPONSE_FIELDS("response-fields", Unit.NUMBER, 1, cgi().headFields(), "502"),
    LOCAL_REDIRECTS("local-redirects", Unit.NUMBER, 0, cgi().localRedirects(), "502"),
    STDERR("stderr", Unit.BYTES, 0, cgi().stderrBytes(), "counted, not logged"),

    // Processes
    CPU(Resource.CPU, Unit.WHOLE_SECONDS, "SIGXCPU, then SIGKILL"),
    ADDRESS_SPACE(Resource.ADDRESS_SPACE, Unit.BYTES, "allocations fail"),
    PROCESSES(Resource.PROCESSES, Unit.NUMBER, "fork fails"),
    OPEN_FILES(Resource.OPEN_FILES, Unit.NUMBER, "open fails"),
    FILE_SIZE(Resource.FILE_SIZE, Unit.BYTES, "SIGXFSZ"),
    MEMORY(Resource.MEMORY, Unit.BYTES, "the script is killed"),
    CORE(Resource.CORE, Unit.BYTES, "no core dump");

    private final String label;
    private final Unit unit;
    private final long least;
    private final OptionalLong standard;
    private final String standardText;
    private final String beyond;
    private final Optional<Resource> resource;

    Limit(String label, Unit unit, long least, long standard, String beyond) {
        this(label, unit, least, OptionalLong.of(standard), unit.text(standard), beyond, Optional.empty());
    }

    Limit(String label, Unit unit, long least, String standard, String beyond) {
        this(label, unit, least, OptionalLong.empty(), standard, beyond, Optional.empty());
    }

    Limit(Resource resource, Unit unit, String beyond) {
        this(
                resource.label(),
                unit,
                0,
                OptionalLong.empty(),
                resource == Resource.CORE ? "0" : "none",
                beyond,
                Optional.of(resource));
    }

    Limit(
            String label,
            Unit unit,
            long least,
            OptionalLong standard,
            String standardText,
            String beyond,
            Optional<Resource> resource) {
        this.label = label;
        this.unit = unit;
        this.least = least;
        this.standard = standard;
        this.standardText = standardText;
        this.beyond = beyond;
        this.resource = resource;
    }

    /** What a limit counts, and how it is written. */
    enum Unit {
        BYTES("bytes"),
        RATE("bytes/s"),
        /** Kept in milliseconds. */
        SECONDS("seconds"),
        WHOLE_SECONDS("seconds"),
        NUMBER("");

        private static final Pattern WITH_PREFIX = Pattern.compile("(?<number>[0-9]{1,12})(?<prefix>[KMG]?)");
        private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,3})?");
        private static final int MOST = 1_000_000_000;

        private final String label;

        Unit(String label) {
            this.label = label;
        }

        /** Reads a value; empty if it is none. */
        OptionalLong parse(String value) {
            return switch (this) {
                case BYTES, RATE -> bytes(value);
                case SECONDS ->
                    DECIMAL.matcher(value).matches()
                            ? OptionalLong.of(
                                    new BigDecimal(value).movePointRight(3).longValueExact())
                            : OptionalLong.empty();
                case WHOLE_SECONDS, NUMBER ->
                    value.matches("[0-9]{1,10}") && Long.parseLong(value) <= MOST
                            ? OptionalLong.of(Long.parseLong(value))
                            : OptionalLong.empty();
            };
        }

        /** Says what is expected. */
        String expected() {
            return switch (this) {
                case BYTES -> "a number of bytes, which K, M or G may follow";
                case RATE -> "bytes in a second, which K, M or G may follow";
                case SECONDS -> "seconds, at most three decimals";
                case WHOLE_SECONDS -> "seconds";
                case NUMBER -> "a number";
            };
        }

        private static OptionalLong bytes(String value) {
            Matcher matcher = WITH_PREFIX.matcher(value);
            if (!matcher.matches()) {
                return OptionalLong.empty();
            }
            int shift = 10 * ("KMG".indexOf(matcher.group("prefix")) + 1);
            shift = matcher.group("prefix").isEmpty() ? 0 : shift;
            return OptionalLong.of(Math.min(Long.parseLong(matcher.group("number")), Long.MAX_VALUE >> 31) << shift);
        }

        private String text(long value) {
            if (this == SECONDS) {
                return BigDecimal.valueOf(value, 3).stripTrailingZeros().toPlainString();
            }
            boolean bytes = this == BYTES;
            return bytes && value > 0 && value % (1 << 30) == 0
                    ? (value >> 30) + "G"
                    : bytes && value > 0 && value % (1 << 10) == 0 ? (value >> 10) + "K" : Long.toString(value);
        }
    }

    /** Finds a limit by its name. */
    static Optional<Limit> named(String name) {
        for (Limit limit : values()) {
            if (limit.label.equals(name)) {
                return Optional.of(limit);
            }
        }
        return Optional.empty();
    }

    String label() {
        return label;
    }

    Unit unit() {
        return unit;
    }

    /** Returns the least value, in the unit; times in milliseconds. */
    long least() {
        return least;
    }

    /** Returns the default, in the unit, times in milliseconds; empty if it is no number. */
    OptionalLong standard() {
        return standard;
    }

    /** Returns the default as text, with its unit. */
    String standardText() {
        boolean number = standardText.matches("[0-9].*") && !standardText.contains(" ");
        return number && !unit.label.isEmpty() ? standardText + " " + unit.label : standardText;
    }

    /** Returns what happens beyond it. */
    String beyond() {
        return beyond;
    }

    /** Returns what the processes of scripts may use so much of, if it is that kind of limit: only such may differ between paths. */
    Optional<Resource> resource() {
        return resource;
    }

    private static EngineConfig.Limits engine() {
        return EngineConfig.defaults().limits();
    }

    private static CgiLimits cgi() {
        return CgiLimits.defaults();
    }

    private static long millis(Duration time) {
        return time.toMillis();
    }
}
