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
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpException;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Mounts;
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
        Outcome outcome = outcome(request, settings.openMounts());
        console.print(outcome.text());
        return outcome.served() ? Command.OK : Command.FAILED;
    }

    /**
     * What is said.
     *
     * @param served whether something would be executed or sent
     */
    record Outcome(boolean served, String text) {
        Outcome after(String line) {
            return new Outcome(served, line + text);
        }

        static Outcome refused(int status, String reason) {
            return new Outcome(false, "%d: %s%n".formatted(status, LogText.escape(reason)));
        }
    }

    private Outcome outcome(Request received, Mounts mounts) throws IOException {
        ExplainedUser user = ExplainedUser.of(received, settings.network().userField());
        Request request = user.request();
        UrlPath path;
        try {
            path = UrlPath.parse(request.rawPath());
        } catch (HttpException e) {
            return Outcome.refused(e.status(), String.valueOf(e.getMessage()));
        }
        Outcome answer = answer(request, path, mounts, user);
        boolean asked = !settings.logins().isEmpty() && user.authentication().isEmpty();
        return (asked ? answer.after(access(request, path, mounts)) : answer).after(user.text());
    }

    /** Tells who may make the request. Passwords are not verified here, and not shown. */
    private String access(Request request, UrlPath path, Mounts mounts) throws IOException {
        Optional<AuthRule> rule;
        try {
            rule = settings.logins().load(mounts).of(request.method(), path, request.rawQuery());
        } catch (HttpException e) {
            return "access: refused with %d: %s%n".formatted(e.status(), e.publicMessage());
        }
        return rule.isEmpty()
                ? "access: anybody%n".formatted()
                : "access: users of '%s', whose name is then in REMOTE_USER; others get 401%n"
                        .formatted(LogText.escape(rule.get().users().path().toString()));
    }

    private Outcome answer(Request request, UrlPath path, Mounts mounts, ExplainedUser user) throws IOException {
        if (settings.scripts().isEmpty()) {
            return ExplainedFile.of(path, mounts, "CGI is off; --cgi turns it on");
        }
        LauncherConfig launcher = Serve.launcherConfig(settings, mounts, Optional.empty());
        try (var host = new ScriptHost(Launchers.start(launcher))) {
            CgiConfig config = Serve.configOf(settings, mounts, host);
            Optional<CgiInfo> info = CgiInfo.of(path, config, mounts);
            if (info.isEmpty()) {
                return ExplainedFile.of(
                        path, mounts, config, "not below " + Octets.toText(String.join(", ", config.directories())));
            }
            return switch (ScriptResolver.resolve(info.get(), mounts)) {
                case ScriptResolution.NotFound(Finding finding) -> Outcome.refused(404, finding.toString());
                case ScriptResolution.Forbidden(Finding finding) -> Outcome.refused(403, finding.toString());
                case ScriptResolution.Script script -> script(request, script, mounts, config, user);
            };
        }
    }

    private Outcome script(
            Request request, ScriptResolution.Script script, Mounts mounts, CgiConfig config, ExplainedUser user) {
        Optional<Finding> wrong = config.ownerFinding(script);
        if (wrong.isPresent()) {
            return Outcome.refused(403, wrong.get().toString());
        }
        LaunchPlan plan = planOf(request, script, mounts, config, user);
        return new Outcome(
                true,
                plan.describe(
                        config.host().runsAs(plan.spec().profile()),
                        config.host().coldReason(plan)));
    }

    private LaunchPlan planOf(
            Request request, ScriptResolution.Script script, Mounts mounts, CgiConfig config, ExplainedUser user) {
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
                        mounts,
                        LaunchPlan.pathTranslated(
                                script, mounts::resolve, mounts.root().directory()),
                        length.isPresent() ? OptionalLong.of(Long.parseLong(length.get())) : OptionalLong.empty(),
                        "explain",
                        user.authentication()),
                config);
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
