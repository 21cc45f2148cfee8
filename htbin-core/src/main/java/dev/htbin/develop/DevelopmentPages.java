package dev.htbin.develop;

import static dev.htbin.http.Html.escape;

import dev.htbin.cgi.RunReport;
import dev.htbin.http.Octets;
import java.util.List;

/** The pages and paths of development mode; no file can have such a path, for no name that begins with a dot is served. */
final class DevelopmentPages {
    /** What all paths of development mode begin with. */
    static final String PREFIX = "/.htbin/";

    static final String LIST = PREFIX + "runs";
    static final String RUN = PREFIX + "run/";
    static final String REPLAY = PREFIX + "replay/";
    static final String RECORDING = PREFIX + "recording/";
    static final String EVENTS = PREFIX + "changes";
    static final String RELOAD_SCRIPT = PREFIX + "reload.js";

    /** No script but the one that reloads, nothing from elsewhere, no frames around it. */
    static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-%s'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final String STYLE = """
            :root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.45; }
            body { max-width: 60em; margin: 2em auto; padding: 0 1em; overflow-wrap: anywhere; }
            h1 { font-size: 1.5em; margin-bottom: 0.2em; } h2 { font-size: 1.05em; margin: 1.6em 0 0.4em; }
            .where { margin-top: 0; opacity: 0.75; }
            .seen { font-size: 1.1em; border-left: 0.3em solid light-dark(#c62828, #ef9a9a); padding-left: 0.8em; }
            .remedy { border-left: 0.3em solid light-dark(#2e7d32, #a5d6a7); padding-left: 0.8em; }
            pre { background: light-dark(#f3f3f3, #2a2a2a); padding: 0.8em; white-space: pre-wrap; max-height: 30em; overflow: auto; }
            table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 0.15em 1em 0.15em 0; }
            th { font-weight: normal; opacity: 0.75; white-space: nowrap; } td { font-family: ui-monospace, monospace; font-size: 0.93em; }
            .bar { display: inline-block; height: 0.7em; background: light-dark(#1565c0, #90caf9); }
            button { font: inherit; padding: 0.3em 1em; } form { margin: 1.2em 0; }
            """;

    private DevelopmentPages() {}

    /** Returns a page; its body is HTML. */
    static String page(String title, String body) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <style>
                %s</style>
                </head>
                <body>
                %s</body>
                </html>
                """.formatted(escape(title), STYLE, body);
    }

    /** Returns the list of runs. */
    static String list(List<RunReport> runs) {
        var body = new StringBuilder("<h1>The last runs</h1>\n<table>\n");
        for (RunReport run : runs) {
            body.append("<tr><th>")
                    .append(escape(run.times().received().toString()))
                    .append("<td><a href=\"")
                    .append(RUN)
                    .append(escape(run.id()))
                    .append("\">")
                    .append(escape(run.request().method() + " "
                            + Octets.toText(Secrets.inQuery(run.request().target()))))
                    .append("</a><td>")
                    .append(escape(run.finding()
                            .map(f -> f.cause().id() + " " + f.cause().seen())
                            .orElse("answered")))
                    .append('\n');
        }
        body.append("</table>\n");
        return page("The last runs", runs.isEmpty() ? "<h1>No script has run yet</h1>\n" : body.toString());
    }
}
