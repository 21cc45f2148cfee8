package dev.htbin.cli;

import dev.htbin.cgi.CgiLimits;
import dev.htbin.cgi.Concurrency;
import dev.htbin.jetty.EngineConfig;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The limits that were asked for, on top of the defaults.
 *
 * @param given each in its unit, times in milliseconds; those of processes are not among them
 */
record Limits(Map<Limit, Long> given) {
    private static final int MOST_AT_ONCE = 1_000_000;

    Limits {
        given = Map.copyOf(given);
    }

    /**
     * Reads the limits from the command line.
     *
     * @throws UsageException if a value is not what its option expects
     */
    static Limits of(Arguments arguments) {
        var given = new EnumMap<Limit, Long>(Limit.class);
        for (String value : arguments.all(Option.LIMIT)) {
            Values.Named named = Values.limit(value);
            if (named.limit().resource().isEmpty()) {
                given.put(named.limit(), named.value());
            }
        }
        number(arguments, Option.MAX_SCRIPTS, 1, Limit.SCRIPTS, given);
        number(arguments, Option.MAX_QUEUE, 0, Limit.QUEUE, given);
        arguments.last(Option.MAX_BODY).map(Values::bytes).ifPresent(n -> given.put(Limit.BODY, n));
        time(arguments, Option.SCRIPT_TIMEOUT, Limit.FIRST_OCTET, given);
        time(arguments, Option.SCRIPT_TIMEOUT, Limit.SILENCE, given);
        time(arguments, Option.SCRIPT_TOTAL, Limit.TOTAL, given);
        time(arguments, Option.GRACE, Limit.GRACE, given);
        return new Limits(given);
    }

    /** Returns what scripts' requests and responses are held to. */
    CgiLimits cgi() {
        return new CgiLimits(
                time(Limit.FIRST_OCTET),
                time(Limit.SILENCE),
                time(Limit.TOTAL),
                time(Limit.GRACE),
                time(Limit.HALF_CLOSED),
                number(Limit.BODY),
                integer(Limit.RESPONSE_HEAD),
                integer(Limit.RESPONSE_FIELDS),
                integer(Limit.LOCAL_REDIRECTS),
                integer(Limit.STDERR));
    }

    /** Returns how many scripts run at once. */
    Concurrency concurrency() {
        int scripts = integer(Limit.SCRIPTS);
        long queue = given.getOrDefault(Limit.QUEUE, (long) scripts * Concurrency.WAITING_PER_SCRIPT);
        return new Concurrency(
                scripts,
                (int) (long) given.getOrDefault(Limit.PER_SCRIPT, (long) Integer.MAX_VALUE),
                (int) (long) given.getOrDefault(Limit.PER_CLIENT, (long) Integer.MAX_VALUE),
                Math.toIntExact(queue),
                time(Limit.QUEUE_TIME));
    }

    /** Returns a configuration of the engine with these limits. */
    EngineConfig engine(EngineConfig config) {
        var limits = new EngineConfig.Limits(
                integer(Limit.REQUEST_LINE),
                integer(Limit.REQUEST_HEAD),
                number(Limit.BODY),
                integer(Limit.BODY_RATE),
                integer(Limit.RESPONSE_RATE),
                (int) (long) given.getOrDefault(Limit.CONNECTIONS, 0L));
        return config.withLimits(limits)
                .withHeadTimeout(time(Limit.HEAD_TIME))
                .withIdleTimeout(time(Limit.IDLE_TIME))
                .withStopGrace(time(Limit.GRACE));
    }

    private long number(Limit limit) {
        OptionalLong standard = limit.standard();
        return given.containsKey(limit) ? given.get(limit) : standard.orElseThrow();
    }

    private int integer(Limit limit) {
        return (int) Math.min(Integer.MAX_VALUE, number(limit));
    }

    private Duration time(Limit limit) {
        return Duration.ofMillis(number(limit));
    }

    private static void number(Arguments arguments, Option option, int least, Limit limit, Map<Limit, Long> given) {
        arguments
                .last(option)
                .ifPresent(
                        value -> given.put(limit, (long) Values.number(option.longName(), value, least, MOST_AT_ONCE)));
    }

    private static void time(Arguments arguments, Option option, Limit limit, Map<Limit, Long> given) {
        arguments
                .last(option)
                .ifPresent(
                        value -> given.put(limit, Values.seconds(option, value).toMillis()));
    }
}
