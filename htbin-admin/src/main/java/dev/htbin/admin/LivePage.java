package dev.htbin.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.http.Html;
import dev.htbin.http.Octets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The live page: what runs, what waits, what failed of late, and how much there is of it. Without a script and without anything from elsewhere; it loads itself anew. */
final class LivePage {
    private static final String STYLE = """
            :root { color-scheme: light dark; font-family: system-ui, sans-serif; }
            body { max-width: 70em; margin: 1em auto; padding: 0 1em; }
            table { border-collapse: collapse; width: 100%; }
            th, td { text-align: left; padding: .2em .8em .2em 0; vertical-align: top; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
            pre { white-space: pre-wrap; margin: .2em 0; max-height: 12em; overflow: auto; }
            svg { width: 100%; height: 6em; border-bottom: 1px solid #888; }
            .failed { fill: #c33; } .ended { fill: #69c; }
            .mean { stroke: #c80; fill: none; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
            """;

    /** Nothing may be loaded, and forms go here alone; the style is known by its digest. */
    static final String POLICY =
            "default-src 'none'; style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
                    .formatted(digest(STYLE));

    private static final int REFRESH_SECONDS = 2;
    private static final int MOST_ROWS = 200;
    private static final int MOST_STDERR = 2000;
    private static final int HEIGHT = 100;

    private final StringBuilder html = new StringBuilder(8192);

    private LivePage() {}

    static String of(Live live) {
        var page = new LivePage();
        page.write(live);
        return page.html.toString();
    }

    private void write(Live live) {
        String name = Html.escape(live.watched().name());
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.append("<meta http-equiv=\"refresh\" content=\"%d\">\n".formatted(REFRESH_SECONDS));
        html.append("<title>").append(name).append("</title>\n");
        html.append("<style>").append(STYLE).append("</style>\n</head>\n<body>\n");
        html.append("<h1>").append(name).append("</h1>\n");
        Optional<String> obstacle = live.watched().obstacle().get();
        html.append("<p>").append(Html.escape(obstacle.orElse("ready"))).append("; as of ");
        html.append(Instant.now().truncatedTo(ChronoUnit.SECONDS)).append("</p>\n");
        Optional<ScriptHost> host = live.watched().scripts();
        if (host.isEmpty()) {
            html.append("<p>No scripts are run.</p>\n");
        } else {
            writeRunning(host.get(), live.token());
            writePlots(live.history().spans());
            writeFailures(live.failures());
        }
        html.append(
                "<p><a href=\"/metrics\">metrics</a> <a href=\"/health\">health</a> <a href=\"/ready\">ready</a></p>\n");
        html.append("</body>\n</html>\n");
    }

    private void writeRunning(ScriptHost host, String token) {
        List<RunReport> running = host.running();
        html.append("<h2>%d running, %d waiting</h2>\n".formatted(running.size(), host.waiting()));
        if (running.isEmpty()) {
            return;
        }
        html.append("<table>\n<tr><th>script<th>process<th>age<th>client<th>request<th>\n");
        for (RunReport run : running.subList(0, Math.min(MOST_ROWS, running.size()))) {
            html.append("<tr>");
            cell(text(run.scriptName()));
            cell(run.pid().isPresent() ? Long.toString(run.pid().getAsLong()) : "");
            cell(age(run));
            cell(run.client());
            cell(run.id());
            html.append("<td><form method=\"post\" action=\"/stop\">");
            hidden("token", token);
            hidden("id", run.id());
            html.append("<button>stop</button></form>\n");
        }
        html.append("</table>\n");
    }

    private void writePlots(List<History.Span> spans) {
        int minutes = (int) (History.SPAN.toSeconds() * History.SPANS / 60);
        double rate = spans.stream().mapToDouble(History.Span::rate).max().orElse(0);
        html.append("<h2>The last %d minutes</h2>\n".formatted(minutes));
        html.append("<p>Scripts that ended in a second; at most %s. Red: failed.</p>\n".formatted(number(rate)));
        open(spans.size());
        for (int i = 0; i < spans.size(); i++) {
            History.Span span = spans.get(i);
            bar("ended", i, span.rate(), rate);
            bar("failed", i, (double) span.failed() / History.SPAN.toSeconds(), rate);
        }
        html.append("</svg>\n");
        double longest =
                spans.stream().mapToDouble(LivePage::longestMillis).max().orElse(0);
        html.append("<p>Milliseconds from start to end: the longest, and as a line the mean; at most %s.</p>\n"
                .formatted(number(longest)));
        open(spans.size());
        var mean = new StringBuilder();
        for (int i = 0; i < spans.size(); i++) {
            bar("ended", i, longestMillis(spans.get(i)), longest);
            mean.append("%s%d.5,%s"
                    .formatted(
                            i == 0 ? "" : " ",
                            i,
                            number(HEIGHT - height(spans.get(i).meanMillis(), longest))));
        }
        html.append("<polyline class=\"mean\" points=\"").append(mean).append("\"/>\n</svg>\n");
    }

    private void writeFailures(List<RunReport> failures) {
        html.append("<h2>Last failures</h2>\n");
        if (failures.isEmpty()) {
            html.append("<p>None.</p>\n");
            return;
        }
        html.append("<table>\n<tr><th>received<th>script<th>how<th>why, and the end of standard error\n");
        for (RunReport run : failures) {
            html.append("<tr>");
            cell(run.times().received().truncatedTo(ChronoUnit.SECONDS).toString());
            cell(text(run.scriptName()));
            cell(run.exit()
                    .map(Object::toString)
                    .orElseGet(() -> run.outcome().name().toLowerCase(Locale.ROOT)));
            html.append("<td>");
            run.finding().ifPresent(finding -> html.append(Html.escape(finding.toString())));
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

    private void open(int width) {
        html.append("<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\">\n".formatted(width, HEIGHT));
    }

    private void bar(String kind, int place, double value, double most) {
        double height = height(value, most);
        if (height > 0) {
            html.append("<rect class=\"%s\" x=\"%d\" y=\"%s\" width=\"1\" height=\"%s\"/>\n"
                    .formatted(kind, place, number(HEIGHT - height), number(height)));
        }
    }

    private void cell(String text) {
        html.append("<td>").append(Html.escape(text));
    }

    private void hidden(String name, String value) {
        html.append("<input type=\"hidden\" name=\"%s\" value=\"%s\">".formatted(name, Html.escape(value)));
    }

    private static double longestMillis(History.Span span) {
        return span.longest().toNanos() / 1e6;
    }

    private static double height(double value, double most) {
        return most <= 0 ? 0 : value / most * HEIGHT;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String age(RunReport run) {
        Duration age = Duration.between(run.times().received(), Instant.now());
        return "%d s".formatted(Math.max(0, age.toSeconds()));
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
