package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.auth.AuthRule;
import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiInfo;
import dev.htbin.cgi.CgiRequest;
import dev.htbin.cgi.Finding;
import dev.htbin.cgi.LaunchPlan;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.cgi.ScriptResolution;
import dev.htbin.cgi.ScriptResolver;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpException;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Octets;
import dev.htbin.http.Peer;
import dev.htbin.http.Request;
import dev.htbin.http.UrlPath;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Tells what a request would do, without doing it: which script, with which arguments and environment, or which file, or why neither.
 *
 * @param settings what the server would be started with
 * @param fields the fields of the request
 */
record Explain(Settings settings, List<String> fields) {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    Explain {
        requireNonNull(settings, "settings");
        fields = List.copyOf(fields);
    }

    static Explain of(Settings settings, List<String> fields) {
        return new Explain(settings, fields);
    }

    /**
     * Prints the explanation.
     *
     * @param method the method of the request
     * @param url its target, or a whole URL, whose authority becomes the {@code Host}
     * @return 0 if something would be executed or served, 1 if not
     * @throws IOException if the directory can't be served, or the user does not exist
     */
    int print(String method, String url, Console console) throws IOException {
        if (!method.matches(TOKEN)) {
            throw new UsageException(
                    "METHOD: '%s' (expected: a method, for example GET)".formatted(LogText.escape(method)));
        }
        Request request = requestOf(method, url);
        DocumentRoot root = DocumentRoot.of(settings.directory());
        Outcome outcome = outcome(request, root);
        console.print(outcome.text());
        return outcome.served() ? Command.OK : Command.FAILED;
    }

    private record Outcome(boolean served, String text) {
        Outcome after(String line) {
            return new Outcome(served, line + text);
        }

        static Outcome refused(int status, String reason) {
            return new Outcome(false, "%d: %s%n".formatted(status, LogText.escape(reason)));
        }
    }

    private Outcome outcome(Request request, DocumentRoot root) throws IOException {
        UrlPath path;
        try {
            path = UrlPath.parse(request.rawPath());
        } catch (HttpException e) {
            return Outcome.refused(e.status(), String.valueOf(e.getMessage()));
        }
        if (!settings.logins().isEmpty()) {
            return answer(request, path, root).after(access(request, path, root));
        }
        return answer(request, path, root);
    }

    /** Tells who may make the request. Passwords are not verified here, and not shown. */
    private String access(Request request, UrlPath path, DocumentRoot root) throws IOException {
        Optional<AuthRule> rule;
        try {
            rule = settings.logins().load(root).of(request.method(), path, request.rawQuery());
        } catch (HttpException e) {
            return "access: refused with %d: %s%n".formatted(e.status(), e.publicMessage());
        }
        return rule.isEmpty()
                ? "access: anybody%n".formatted()
                : "access: users of '%s', whose name is then in REMOTE_USER; others get 401%n"
                        .formatted(LogText.escape(rule.get().users().path().toString()));
    }

    private Outcome answer(Request request, UrlPath path, DocumentRoot root) throws IOException {
        if (settings.scripts().isEmpty()) {
            return file(path, root, "CGI is off; --cgi turns it on");
        }
        Settings.Scripts scripts = settings.scripts().get();
        LauncherConfig launcher = Serve.launcherConfig(scripts, root, Optional.empty());
        try (var host = new ScriptHost(Launchers.start(launcher))) {
            CgiConfig config = Serve.configOf(settings, root, host);
            Optional<CgiInfo> info = CgiInfo.of(path, config);
            if (info.isEmpty()) {
                return file(path, root, "not below " + Octets.toText(String.join(", ", config.directories())));
            }
            return switch (ScriptResolver.resolve(info.get(), root::resolve, root)) {
                case ScriptResolution.NotFound(Finding finding) -> Outcome.refused(404, finding.toString());
                case ScriptResolution.Forbidden(Finding finding) -> Outcome.refused(403, finding.toString());
                case ScriptResolution.Script script -> script(request, script, root, config);
            };
        }
    }

    private Outcome script(Request request, ScriptResolution.Script script, DocumentRoot root, CgiConfig config) {
        Optional<Finding> wrong = config.ownerFinding(script);
        if (wrong.isPresent()) {
            return Outcome.refused(403, wrong.get().toString());
        }
        LaunchPlan plan = planOf(request, script, root, config);
        return new Outcome(
                true,
                plan.describe(
                        config.host().runsAs(plan.spec().profile()),
                        config.host().coldReason(plan)));
    }

    private LaunchPlan planOf(Request request, ScriptResolution.Script script, DocumentRoot root, CgiConfig config) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        var peer = new Peer(
                new InetSocketAddress(loopback, 0),
                new InetSocketAddress(loopback, settings.network().port()),
                false,
                Optional.empty());
        Optional<String> length = request.fields().first("Content-Length").filter(l -> l.matches("[0-9]{1,18}"));
        return LaunchPlan.of(
                new CgiRequest(
                        request,
                        peer,
                        EngineConfig.defaults().server(),
                        script,
                        root,
                        LaunchPlan.pathTranslated(script, root::resolve, root.directory()),
                        length.isPresent() ? OptionalLong.of(Long.parseLong(length.get())) : OptionalLong.empty(),
                        "explain",
                        Optional.empty()),
                config);
    }

    private static Outcome file(UrlPath path, DocumentRoot root, String whyNoScript) throws IOException {
        Optional<Path> file = root.resolve(path);
        if (file.isEmpty() || !Files.exists(file.get())) {
            return Outcome.refused(
                    404, "no file for %s; no script either: %s".formatted(Octets.toText(path.decoded()), whyNoScript));
        }
        if (path.names().stream().anyMatch(name -> name.startsWith("."))) {
            return Outcome.refused(404, "'%s' begins with a dot".formatted(file.get()));
        }
        if (!root.contains(file.get())) {
            return Outcome.refused(404, "'%s' is a symbolic link out of '%s'".formatted(file.get(), root.directory()));
        }
        String kind = Files.isDirectory(file.get()) ? "directory" : "file";
        return new Outcome(
                true,
                "%s: %s%nno script: %s%n"
                        .formatted(kind, LogText.escape(file.get().toString()), whyNoScript));
    }

    private Request requestOf(String method, String url) {
        var list = new ArrayList<Field>();
        String target = url;
        if (!url.startsWith("/")) {
            URI uri = absolute(url);
            String raw = url.substring(url.indexOf("://") + 3);
            int slash = raw.indexOf('/');
            target = slash < 0 ? "/" : raw.substring(slash);
            list.add(new Field("Host", uri.getRawAuthority()));
        } else {
            list.add(new Field("Host", "localhost:" + settings.network().port()));
        }
        int fragment = target.indexOf('#');
        target = fragment < 0 ? target : target.substring(0, fragment);
        for (String field : fields) {
            Map.Entry<String, String> entry = Values.field(field);
            if (entry.getKey().equalsIgnoreCase("Host")) {
                list.removeFirst();
            }
            list.add(new Field(entry.getKey(), Octets.ofText(entry.getValue())));
        }
        return new Request(method, Octets.ofText(target), HttpVersion.HTTP_1_1, Fields.of(list));
    }

    private static URI absolute(String url) {
        try {
            URI uri = URI.create(url);
            if (uri.getRawAuthority() != null && uri.getScheme().matches("https?")) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // refused below, as what has no authority is
        }
        throw new UsageException("URL: '%s' (expected: a path such as /cgi-bin/x?a=b, or a whole http URL)"
                .formatted(LogText.escape(url)));
    }
}
