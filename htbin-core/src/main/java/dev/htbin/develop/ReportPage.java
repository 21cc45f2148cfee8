package dev.htbin.develop;

import static dev.htbin.http.Html.escape;
import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.Finding;
import dev.htbin.cgi.Kept;
import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.RunTimes;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The page that shows a run, or why there was none. All that it shows is escaped; it works without JavaScript and loads nothing from elsewhere.
 *
 * @param request the request
 * @param status the status that the client got; 0 if that is not known
 * @param id the request's identifier
 * @param finding what went wrong; empty if nothing did
 * @param report what is known of the run; empty if there was none
 * @param recorded whether the request can be made again from here
 */
record ReportPage(
        Request request,
        int status,
        String id,
        Optional<Finding> finding,
        Optional<RunReport> report,
        boolean recorded) {
    private static final int SHOWN_OCTETS = 4096;
    private static final int SHOWN_LINES = 100;

    ReportPage {
        requireNonNull(request, "request");
        requireNonNull(id, "id");
        requireNonNull(finding, "finding");
        requireNonNull(report, "report");
    }

    String html() {
        var body = new StringBuilder();
        head(body);
        report.ifPresent(run -> {
            block(
                    body,
                    "Standard error",
                    run.stderr().bytes() == 0 ? "(nothing)" : String.join("\n", last(run.stderrLines())));
            block(body, "What it wrote first", written(run.output()));
            times(body, run.times());
            end(body, run);
        });
        block(
                body,
                "The request, for a shell",
                CurlCommand.of(masked(request), report.map(RunReport::body).orElse(Kept.NOTHING)));
        again(body);
        report.ifPresent(run -> environment(body, run));
        return DevelopmentPages.page(title(), body.toString());
    }

    private String title() {
        String what = finding.map(f -> f.cause().id() + " " + f.cause().seen()).orElse("A run");
        return (status > 0 ? status + " " : "") + what;
    }

    private void head(StringBuilder body) {
        body.append("<h1>")
                .append(escape(finding.map(f -> f.cause().seen()).orElse("The script answered.")))
                .append("</h1>\n");
        body.append("<p class=\"where\">")
                .append(escape(request.method() + " " + Octets.toText(Secrets.inQuery(request.target()))));
        finding.ifPresent(
                f -> body.append(" &middot; <b>").append(escape(f.cause().id())).append("</b>"));
        body.append(status > 0 ? " &middot; status " + status : "")
                .append(" &middot; request ")
                .append(escape(id))
                .append("</p>\n");
        finding.ifPresent(f -> {
            body.append("<p class=\"seen\">").append(escape(f.detail())).append("</p>\n");
            body.append("<p class=\"remedy\"><b>What to do:</b> ")
                    .append(escape(f.cause().remedy()))
                    .append("</p>\n");
        });
    }

    private static void block(StringBuilder body, String title, String text) {
        body.append("<h2>")
                .append(escape(title))
                .append("</h2>\n<pre>")
                .append(escape(text))
                .append("</pre>\n");
    }

    private static List<String> last(List<String> lines) {
        return lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size());
    }

    /** Shows octets as text; what is not printable as {@code \xHH}, so that it can be seen. */
    static String written(Kept output) {
        if (output.bytes() == 0) {
            return "(nothing)";
        }
        String octets = Secrets.inOutput(output.octets()
                .substring(0, Math.min(SHOWN_OCTETS, output.octets().length())));
        String text = Octets.isUtf8(octets) ? Octets.toText(octets) : octets;
        boolean utf8 = Octets.isUtf8(octets);
        var shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c == '\n'
                    || c == '\t'
                    || (c >= 0x20 && c < 0x7F)
                    || (utf8 && c >= 0xA0 && Character.getType(c) != Character.FORMAT)) {
                shown.appendCodePoint(c);
            } else {
                shown.append(c < 0x100 ? "\\x%02X".formatted(c) : "\\u{%X}".formatted(c));
            }
        });
        long more = output.bytes() - octets.length();
        return more > 0 ? shown + "\n... " + output.bytes() + " octets in all" : shown.toString();
    }

    private static void times(StringBuilder body, RunTimes times) {
        record Moment(String name, Optional<Duration> time) {}
        var moments = List.of(
                new Moment("queued, its body received", times.queued()),
                new Moment("started", times.started()),
                new Moment("first octet", times.firstOctet()),
                new Moment("end", times.ended()));
        double longest = moments.stream()
                .flatMap(m -> m.time().stream())
                .mapToDouble(Duration::toNanos)
                .max()
                .orElse(1);
        body.append("<h2>Time line</h2>\n<table><tr><th>received<td>")
                .append(escape(times.received().toString()))
                .append("<td>\n");
        for (Moment moment : moments) {
            body.append("<tr><th>").append(escape(moment.name())).append("<td>");
            if (moment.time().isPresent()) {
                double nanos = moment.time().get().toNanos();
                body.append(millis(nanos))
                        .append("<td><span class=\"bar\" style=\"width: ")
                        .append(String.format(Locale.ROOT, "%.1f", 15 * nanos / longest))
                        .append("em\"></span>\n");
            } else {
                body.append("never<td>\n");
            }
        }
        body.append("</table>\n");
    }

    private static String millis(double nanos) {
        return String.format(Locale.ROOT, "+ %.1f ms", nanos / 1e6);
    }

    private static void end(StringBuilder body, RunReport run) {
        var rows = new ArrayList<String[]>();
        run.plan().ifPresent(plan -> {
            rows.add(new String[] {"script", plan.script().file().toString()});
            rows.add(new String[] {"directory", plan.spec().directory().toString()});
            rows.add(new String[] {"profile, user", plan.spec().profile().name() + ", " + run.user()});
        });
        rows.add(new String[] {"process", run.pid().isPresent() ? "" + run.pid().getAsLong() : "none was started"});
        rows.add(new String[] {
            "end", run.exit().map(Object::toString).orElse(run.pid().isPresent() ? "it had not ended" : "none")
        });
        rows.add(new String[] {
            "output",
            run.output().bytes() + " octets, standard error " + run.stderr().bytes()
        });
        table(body, "The run", rows);
    }

    private static void environment(StringBuilder body, RunReport run) {
        var rows = new ArrayList<String[]>();
        run.plan()
                .ifPresent(plan -> plan.spec()
                        .environment()
                        .forEach((name, value) -> rows.add(
                                new String[] {Octets.toText(name), Octets.toText(Secrets.ofVariable(name, value))})));
        table(body, "Environment", rows);
        run.plan().ifPresent(plan -> {
            if (!plan.dropped().isEmpty()) {
                table(
                        body,
                        "Not passed on",
                        plan.dropped().stream()
                                .map(d -> new String[] {d.name(), d.reason()})
                                .toList());
            }
        });
    }

    private static void table(StringBuilder body, String title, List<String[]> rows) {
        body.append("<h2>").append(escape(title)).append("</h2>\n<table>\n");
        for (String[] row : rows) {
            body.append("<tr><th>")
                    .append(escape(row[0]))
                    .append("<td>")
                    .append(escape(row[1]))
                    .append('\n');
        }
        body.append("</table>\n");
    }

    private void again(StringBuilder body) {
        if (recorded) {
            body.append("<form method=\"post\" action=\"")
                    .append(DevelopmentPages.REPLAY)
                    .append(escape(id))
                    .append("\"><button>Run it again</button> <a href=\"")
                    .append(DevelopmentPages.RECORDING)
                    .append(escape(id))
                    .append(".json\" download>its recording</a>, for <code>htbin replay</code> &middot; <a href=\"")
                    .append(DevelopmentPages.LIST)
                    .append("\">the last runs</a></form>\n");
        }
    }

    private static Request masked(Request request) {
        return new Request(
                request.method(),
                Secrets.inQuery(request.target()),
                request.version(),
                Secrets.inFields(request.fields()));
    }
}
