package dev.htbin.observe;

import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.RunTimes;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import dev.htbin.http.TraceParent;
import dev.htbin.json.JsonWriter;
import dev.htbin.process.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The forms of a record in an access log. A record is one line, whatever the client sent. */
public enum AccessFormat {
    /** The Common Log Format of Apache, nginx and the tools that read their logs. */
    COMMON,
    /** The same, with {@code Referer} and {@code User-Agent}. */
    COMBINED,
    /** One JSON object, with what is known of the script as well. */
    JSON;

    /** What stands for the status where there was no response: the client was gone, or the response was broken off before its head. As nginx has it. */
    private static final int NO_RESPONSE = 499;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH);

    private static volatile Second lastSecond = new Second(Long.MIN_VALUE, "");

    private record Second(long epochSecond, String text) {}

    /** Returns a request as a line, without the line's end. */
    public String line(RequestReport request) {
        return switch (this) {
            case COMMON -> common(request).toString();
            case COMBINED -> {
                StringBuilder line = common(request).append(' ');
                quote(field(request, "Referer"), line);
                line.append(' ');
                quote(field(request, "User-Agent"), line);
                yield line.toString();
            }
            case JSON -> JsonWriter.line(members(request));
        };
    }

    private static StringBuilder common(RequestReport request) {
        var line = new StringBuilder(256);
        line.append(request.client()).append(" - ");
        if (request.user().isEmpty()) {
            line.append('-');
        } else {
            escape(request.user(), true, line);
        }
        line.append(" [").append(time(request.received())).append("] ");
        quote(request.line(), line);
        line.append(' ').append(statusOf(request)).append(' ');
        return request.octets() == 0 ? line.append('-') : line.append(request.octets());
    }

    private static String time(Instant instant) {
        Second second = lastSecond;
        if (second.epochSecond() != instant.getEpochSecond()) {
            second = new Second(instant.getEpochSecond(), TIME.format(instant.atZone(ZoneId.systemDefault())));
            lastSecond = second;
        }
        return second.text();
    }

    private static int statusOf(RequestReport request) {
        return request.status() == 0 ? NO_RESPONSE : request.status();
    }

    private static String field(RequestReport request, String name) {
        return request.request().flatMap(r -> r.fields().first(name)).orElse("-");
    }

    private static void quote(String octets, StringBuilder line) {
        line.append('"');
        escape(octets, false, line);
        line.append('"');
    }

    /** Escapes as Apache does: quotation marks and backslashes with a backslash, and what is no printable ASCII as {@code \xNN}. */
    private static void escape(String octets, boolean blanks, StringBuilder line) {
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            if (c < ' ' || c >= 0x7F || (blanks && c == ' ')) {
                line.append("\\x%02x".formatted((int) c));
            } else {
                if (c == '"' || c == '\\') {
                    line.append('\\');
                }
                line.append(c);
            }
        }
    }

    private static Map<String, Object> members(RequestReport report) {
        var members = new LinkedHashMap<String, Object>();
        members.put("time", report.received().toString());
        members.put("client", report.client());
        members.put("user", text(report.user()));
        Optional<Request> request = report.request();
        if (request.isPresent()) {
            members.put("method", request.get().method());
            members.put("target", text(request.get().target()));
            members.put("version", request.get().version().text());
        } else {
            members.put("line", text(report.line()));
        }
        members.put("status", statusOf(report));
        members.put("octets", report.octets());
        members.put("duration_ms", millis(report.duration()));
        members.put("aborted", report.broken());
        members.put("request_id", report.id());
        request.flatMap(r -> TraceParent.of(r.fields())).ifPresent(trace -> members.put("trace_id", trace.traceId()));
        request.flatMap(r -> r.fields().first("Referer")).ifPresent(referer -> members.put("referer", text(referer)));
        request.flatMap(r -> r.fields().first("User-Agent")).ifPresent(agent -> members.put("user_agent", text(agent)));
        report.run().ifPresent(run -> addRun(members, run));
        return members;
    }

    private static void addRun(Map<String, Object> members, RunReport run) {
        RunTimes times = run.times();
        members.put("script", text(run.scriptName()));
        if (run.pid().isPresent()) {
            members.put("pid", run.pid().getAsLong());
            members.put("warm", run.warm());
        }
        times.waited().ifPresent(wait -> members.put("queue_ms", millis(wait)));
        times.untilFirstOctet().ifPresent(time -> members.put("first_byte_ms", millis(time)));
        run.exit().ifPresent(exit -> members.put("exit", exit.toString()));
        members.put("outcome", run.outcome().name().toLowerCase(Locale.ROOT));
        run.finding().ifPresent(finding -> members.put("cause", finding.cause().id()));
        Optional<Usage> usage = run.usage();
        usage.ifPresent(used -> members.put("cpu_ms", millis(used.processor())));
        OptionalLong resident = usage.map(Usage::maxResidentBytes).orElse(OptionalLong.empty());
        resident.ifPresent(bytes -> members.put("max_rss_kib", bytes >> 10));
    }

    private static BigDecimal millis(Duration time) {
        return BigDecimal.valueOf(time.toNanos() / 1000, 3);
    }

    /** Octets that are UTF-8 as text; others as a character for each. */
    private static String text(String octets) {
        return Octets.isUtf8(octets) ? Octets.toText(octets) : octets;
    }
}
