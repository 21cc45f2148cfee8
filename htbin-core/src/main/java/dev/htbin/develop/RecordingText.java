package dev.htbin.develop;

import dev.htbin.cgi.Kept;
import dev.htbin.cgi.RunReport;
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Request;
import dev.htbin.json.JsonReader;
import dev.htbin.json.JsonWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A recording as a JSON text: the request as it must be to be made again, and for the reader what came of it. Secrets are masked. Strings of octets have a character of
 * U+0000 to U+00FF for each.
 */
public final class RecordingText {
    private static final String FORMAT = "htbin-recording-1";

    private RecordingText() {}

    /** A text that is no recording. The message says why. */
    public static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }

    /**
     * What of a recording is needed to make its request again.
     *
     * @param id the identifier of the recorded request
     * @param request the request
     * @param body its body
     * @param finding what was wrong: the identifier of the cause; empty if nothing was
     */
    public record Recorded(String id, Request request, Kept body, String finding) {}

    /** Returns a run as a text. */
    public static String of(RunReport run) {
        var all = new LinkedHashMap<String, Object>();
        all.put("format", FORMAT);
        all.put("id", run.id());
        all.put("received", run.times().received().toString());
        all.put("request", requestOf(run));
        run.plan().ifPresent(plan -> {
            all.put("script", plan.script().file().toString());
            all.put("profile", plan.spec().profile().name());
            all.put("arguments", plan.spec().arguments());
            var environment = new LinkedHashMap<String, Object>();
            plan.spec().environment().forEach((name, value) -> environment.put(name, Secrets.ofVariable(name, value)));
            all.put("environment", environment);
        });
        all.put("user", run.user());
        all.put(
                "output",
                kept(new Kept(
                        Secrets.inOutput(run.output().octets()),
                        Math.max(
                                run.output().bytes(),
                                Secrets.inOutput(run.output().octets()).length()))));
        all.put("stderr", kept(run.stderr()));
        all.put("exit", run.exit().map(Object::toString));
        all.put("milliseconds", timesOf(run));
        all.put("finding", run.finding().map(f -> f.cause().id()));
        all.put("detail", run.finding().map(f -> f.detail()));
        return JsonWriter.text(all);
    }

    private static Map<String, Object> requestOf(RunReport run) {
        var request = new LinkedHashMap<String, Object>();
        request.put("method", run.request().method());
        request.put("target", Secrets.inQuery(run.request().target()));
        request.put("version", run.request().version().text());
        var fields = new ArrayList<Object>();
        for (Field field : Secrets.inFields(run.request().fields())) {
            fields.add(List.of(field.name(), field.value()));
        }
        request.put("fields", fields);
        boolean form =
                run.request().fields().first("Content-Type").orElse("").startsWith("application/x-www-form-urlencoded");
        String body = form ? Secrets.inQuery(run.body().octets()) : run.body().octets();
        request.put(
                "body",
                kept(new Kept(
                        body,
                        run.body().whole() ? body.length() : Math.max(run.body().bytes(), body.length() + 1L))));
        return request;
    }

    private static Map<String, Object> kept(Kept kept) {
        var map = new LinkedHashMap<String, Object>();
        map.put("bytes", kept.bytes());
        map.put("octets", kept.octets());
        return map;
    }

    private static Map<String, Object> timesOf(RunReport run) {
        var times = new LinkedHashMap<String, Object>();
        times.put("queued", millis(run.times().queued()));
        times.put("started", millis(run.times().started()));
        times.put("firstOctet", millis(run.times().firstOctet()));
        times.put("ended", millis(run.times().ended()));
        return times;
    }

    private static Optional<Double> millis(Optional<Duration> time) {
        return time.map(t -> Math.floorDiv(t.toNanos(), 1000) / 1e3);
    }

    /**
     * Reads a recording.
     *
     * @throws Damaged if the text is none
     */
    public static Recorded read(String text) throws Damaged {
        Map<?, ?> all;
        try {
            all = map(JsonReader.read(text), "the recording");
        } catch (JsonReader.JsonException e) {
            throw new Damaged("no JSON: " + e.getMessage());
        }
        if (!FORMAT.equals(all.get("format"))) {
            throw new Damaged("format: '%s' (expected: '%s')".formatted(all.get("format"), FORMAT));
        }
        Map<?, ?> request = map(all.get("request"), "request");
        var fields = new ArrayList<Field>();
        if (!(request.get("fields") instanceof List<?> list)) {
            throw new Damaged("request.fields is missing");
        }
        try {
            for (Object element : list) {
                if (!(element instanceof List<?> pair
                        && pair.size() == 2
                        && pair.get(0) instanceof String name
                        && pair.get(1) instanceof String value)) {
                    throw new Damaged("request.fields: '%s' (expected: name and value)".formatted(element));
                }
                fields.add(new Field(name, value));
            }
            Map<?, ?> body = map(request.get("body"), "request.body");
            String octets = octets(body, "octets");
            if (!(body.get("bytes") instanceof Long bytes) || bytes < octets.length()) {
                throw new Damaged("request.body.bytes: '%s' (expected: at least %d)"
                        .formatted(body.get("bytes"), octets.length()));
            }
            var head = new Request(
                    octets(request, "method"),
                    octets(request, "target"),
                    version(octets(request, "version")),
                    Fields.of(fields));
            if (!head.target().startsWith("/") || !head.method().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
                throw new Damaged(
                        "request: '%s %s' (expected: a method and a path)".formatted(head.method(), head.target()));
            }
            String finding = all.get("finding") instanceof String id ? id : "";
            return new Recorded(octets(all, "id"), head, new Kept(octets, bytes), finding);
        } catch (IllegalArgumentException e) {
            throw new Damaged("request: " + e.getMessage());
        }
    }

    private static HttpVersion version(String text) throws Damaged {
        for (HttpVersion version : HttpVersion.values()) {
            if (version.text().equals(text)) {
                return version;
            }
        }
        throw new Damaged("request.version: '%s' (expected: such as HTTP/1.1)".formatted(text));
    }

    private static Map<?, ?> map(@org.jspecify.annotations.Nullable Object value, String name) throws Damaged {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new Damaged(name + " is missing");
    }

    private static String octets(Map<?, ?> map, String name) throws Damaged {
        if (map.get(name) instanceof String text && text.chars().allMatch(c -> c <= 0xFF)) {
            return text;
        }
        throw new Damaged(name + " is missing, or no string of octets");
    }
}
