package dev.htbin.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.admin.History.Kind;
import dev.htbin.admin.History.Span;
import dev.htbin.admin.Plot.Series;
import dev.htbin.admin.Plot.Shape;
import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.http.Html;
import dev.htbin.http.Octets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The live page: what runs, what waits, what failed of late, and how much there is of it. Without a script and without anything from elsewhere; it loads itself anew. */
final class LivePage {
    private static final String STYLE = """
            :root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; --line: light-dark(#ccc, #444); --dim: light-dark(#555, #aaa);
              --good: light-dark(#4a80b8, #6aa0d8); --refused: light-dark(#c98a00, #e0a830); --failed: light-dark(#c62828, #ef5350); --usual: light-dark(#2e7d32, #66bb6a); }
            body { max-width: 72em; margin: 1em auto; padding: 0 1em; }
            h1 { font-size: 1.4em; margin: 0; } h2 { font-size: 1.15em; margin: 1.4em 0 .4em; }
            p, .dim { margin: .2em 0; color: var(--dim); } .obstacle { color: var(--failed); font-weight: bold; }
            table { border-collapse: collapse; width: 100%; }
            th, td { text-align: left; padding: .25em .9em .25em 0; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
            th { font-weight: normal; color: var(--dim); } td.script { min-width: 11em; } td.short, th.short { white-space: nowrap; overflow-wrap: normal; width: 1%; } form { margin: 0; }
            pre { white-space: pre-wrap; margin: .3em 0; max-height: 14em; overflow: auto; font-size: .87em; display: flex; flex-direction: column-reverse; }
            .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26em, 100%), 1fr)); gap: .6em 2em; }
            figure { margin: 0; } figcaption { margin-bottom: .3em; } .plot { display: flex; gap: .5em; }
            .axis { display: flex; flex-direction: column; justify-content: space-between; text-align: right; min-width: 2.8em; font-size: .8em; line-height: 1; color: var(--dim); }
            svg { flex: 1; min-width: 0; height: 7em; border-bottom: 1px solid var(--dim); border-top: 1px dotted var(--line); }
            .time { display: flex; justify-content: space-between; margin-left: 4.1em; font-size: .8em; color: var(--dim); }
            .good { color: var(--good); } .refused { color: var(--refused); } .failed { color: var(--failed); } .usual { color: var(--usual); }
            .key { margin-left: .8em; white-space: nowrap; } .key::before { content: "\\25A0\\00A0"; }
            .bars { fill: currentColor; } .line { stroke: currentColor; fill: none; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
            .grid { stroke: var(--line); fill: none; stroke-dasharray: 2 3; vector-effect: non-scaling-stroke; }
            @media (max-width: 45em) { .rare { display: none; } td.script { min-width: 5em; } }
            """;

    /** Nothing may be loaded, and forms go here alone; the style is known by its digest. */
    static final String POLICY =
            "default-src 'none'; style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
                    .formatted(digest(STYLE));

    private static final int REFRESH_SECONDS = 2;
    private static final int MOST_ROWS = 200;
    private static final int MOST_STDERR = 2000;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    static final Plot REQUESTS = new Plot(
            "requests in a second",
            List.of(
                    new Series("all", "good", Span::rate),
                    new Series(
                            "4xx",
                            "refused",
                            s -> s.rate(Kind.REFUSED),
                            s -> s.rate(Kind.REFUSED) + s.rate(Kind.FAILED)),
                    new Series("5xx or broken off", "failed", s -> s.rate(Kind.FAILED))),
            Shape.BARS);
    private static final Plot SCRIPTS = new Plot(
            "scripts that ended in a second",
            List.of(new Series("all", "good", Span::rate), new Series("failed", "failed", s -> s.rate(Kind.FAILED))),
            Shape.BARS);

    private final StringBuilder html = new StringBuilder(16_384);

    private LivePage() {}

    /**
     * Returns the page.
     *
     * @param still whether it is to stay as it is
     */
    static String of(Live live, boolean still) {
        var page = new LivePage();
        page.write(live, still);
        return page.html.toString();
    }

    private void write(Live live, boolean still) {
        String name = Html.escape(live.watched().name());
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.append("<meta name=\"viewport\" content=\"width=device-width\">\n");
        if (!still) {
            html.append("<meta http-equiv=\"refresh\" content=\"%d\">\n".formatted(REFRESH_SECONDS));
        }
        html.append("<title>").append(name).append("</title>\n");
        html.append("<style>").append(STYLE).append("</style>\n</head>\n<body>\n");
        html.append("<h1>").append(name).append("</h1>\n");
        writeState(live.watched().obstacle().get(), still);
        Optional<ScriptHost> host = live.watched().scripts();
        host.ifPresent(scripts -> writeRunning(scripts, live.token()));
        html.append("<h2>Requests</h2>\n<div class=\"plots\">\n");
        writePlots(REQUESTS, "ms from head to end", live.metrics().requests());
        html.append("</div>\n");
        if (host.isPresent()) {
            html.append("<h2>Scripts</h2>\n<div class=\"plots\">\n");
            writePlots(SCRIPTS, "ms from start to end", live.metrics().runs());
            html.append("</div>\n");
            writeFailures(live.failures());
        } else {
            html.append("<p>No scripts are run.</p>\n");
        }
        html.append("</body>\n</html>\n");
    }

    private void writeState(Optional<String> obstacle, boolean still) {
        html.append(
                obstacle.isEmpty()
                        ? "<p>ready"
                        : "<p><span class=\"obstacle\">" + Html.escape(obstacle.get()) + "</span>");
        html.append("; as of ").append(time(Instant.now()));
        html.append(still ? ", <a href=\"/\">go on</a>" : ", <a href=\"/?still\">hold still</a>");
        html.append(
                " \u00b7 <a href=\"/metrics\">metrics</a> <a href=\"/health\">health</a> <a href=\"/ready\">ready</a></p>\n");
    }

    private void writeRunning(ScriptHost host, String token) {
        List<RunReport> running = host.running();
        html.append("<h2>%d running, %d waiting</h2>\n".formatted(running.size(), host.waiting()));
        if (running.isEmpty()) {
            return;
        }
        html.append(
                "<table>\n<tr><th>script<th class=\"short rare\">process<th class=\"short\">age<th class=\"short\">client<th class=\"short rare\">request<th class=\"short\">\n");
        for (RunReport run : running.subList(0, Math.min(MOST_ROWS, running.size()))) {
            html.append("<tr>");
            cell("script", text(run.scriptName()));
            cell("short rare", run.pid().isPresent() ? Long.toString(run.pid().getAsLong()) : "");
            cell("short", age(Duration.between(run.times().received(), Instant.now())));
            cell("short", run.client());
            cell("short rare", run.id());
            html.append("<td class=\"short\"><form method=\"post\" action=\"/stop\">");
            hidden("token", token);
            hidden("id", run.id());
            html.append("<button>stop</button></form>\n");
        }
        html.append("</table>\n");
        if (running.size() > MOST_ROWS) {
            html.append("<p>These are the %d oldest.</p>\n".formatted(MOST_ROWS));
        }
    }

    private void writePlots(Plot rates, String times, History history) {
        List<Span> spans = history.spans();
        rates.write(spans, html);
        new Plot(
                        times,
                        List.of(
                                new Series("longest", "failed", s -> s.millis(1)),
                                new Series("99 of 100", "refused", s -> s.millis(.99)),
                                new Series("half", "usual", s -> s.millis(.5))),
                        Shape.LINES)
                .write(spans, html);
    }

    private void writeFailures(List<RunReport> failures) {
        html.append("<h2>Last failures</h2>\n");
        if (failures.isEmpty()) {
            html.append("<p>None.</p>\n");
            return;
        }
        html.append(
                "<table>\n<tr><th class=\"short\">received<th>script<th class=\"short\">how<th>why, and the end of standard error\n");
        for (RunReport run : failures) {
            html.append("<tr>");
            cell("short", time(run.times().received()));
            cell("script", text(run.scriptName()));
            cell(
                    "short",
                    run.exit()
                            .map(Object::toString)
                            .orElseGet(() -> run.outcome()
                                    .name()
                                    .toLowerCase(Locale.ROOT)
                                    .replace('_', ' ')));
            html.append("<td>");
            run.finding().ifPresent(finding -> html.append(Html.escape(finding.toString())));
            html.append(" <span class=\"dim\">request ").append(run.id()).append("</span>");
            String stderr = String.join("\n", run.stderrLines());
            if (!stderr.isEmpty()) {
                String end = stderr.length() > MOST_STDERR
                        ? "..." + stderr.substring(stderr.length() - MOST_STDERR)
                        : stderr;
                html.append("<pre>").append(Html.escape(end)).append("</pre>");
            }
            html.append('\n');
        }
        html.append("</table>\n");
    }

    private void cell(String style, String text) {
        html.append("<td class=\"").append(style).append("\">").append(Html.escape(text));
    }

    private void hidden(String name, String value) {
        html.append("<input type=\"hidden\" name=\"%s\" value=\"%s\">".formatted(name, Html.escape(value)));
    }

    /** Returns a duration as people say it. */
    static String age(Duration age) {
        if (age.toMinutes() < 1) {
            return Math.max(0, age.toSeconds()) + " s";
        }
        return age.toHours() < 1
                ? "%d min %02d s".formatted(age.toMinutes(), age.toSecondsPart())
                : "%d h %02d min".formatted(age.toHours(), age.toMinutesPart());
    }

    private static String time(Instant instant) {
        return TIME.format(instant.atZone(ZoneId.systemDefault()));
    }

    private static String text(String octets) {
        return Octets.isUtf8(octets) ? Octets.toText(octets) : octets;
    }

    private static String digest(String style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
