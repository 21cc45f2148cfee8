package dev.htbin.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;

/**
 * The dates of HTTP header fields.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 RFC 9110 section 5.6.7
 */
public final class HttpDate {
    private static final DateTimeFormatter FIXDATE = format("EEE, dd MMM uuuu HH:mm:ss 'GMT'");
    private static final DateTimeFormatter ASCTIME = format("EEE MMM ppd HH:mm:ss uuuu");

    private HttpDate() {}

    /** Returns an instant as an IMF-fixdate, for example {@code Sun, 06 Nov 1994 08:49:37 GMT}; what is less than a second is cut off. */
    public static String format(Instant instant) {
        return FIXDATE.format(instant.atOffset(ZoneOffset.UTC));
    }

    /**
     * Reads a date: IMF-fixdate, RFC 850 or asctime.
     *
     * @param now decides the century of an RFC 850 date: one that seems more than 50 years ahead lies in the past
     * @return empty if it is none of the three, or no such day exists
     */
    public static Optional<Instant> parse(String text, Instant now) {
        return read(text, FIXDATE).or(() -> read(text, rfc850(now))).or(() -> read(text, ASCTIME));
    }

    private static Optional<Instant> read(String text, DateTimeFormatter form) {
        try {
            return Optional.of(LocalDateTime.parse(text, form).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static DateTimeFormatter rfc850(Instant now) {
        int latestYear = now.atOffset(ZoneOffset.UTC).getYear() + 50;
        return new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(ChronoField.YEAR, 2, 2, latestYear - 99)
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(Locale.ENGLISH)
                .withResolverStyle(ResolverStyle.STRICT);
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withResolverStyle(ResolverStyle.STRICT);
    }
}
