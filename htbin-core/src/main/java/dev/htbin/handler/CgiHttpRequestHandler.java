package dev.htbin.handler;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiFailure;
import dev.htbin.cgi.CgiInfo;
import dev.htbin.cgi.CgiResponse;
import dev.htbin.cgi.Finding;
import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.RunTrace;
import dev.htbin.cgi.ScriptExecution;
import dev.htbin.cgi.ScriptResolution;
import dev.htbin.cgi.ScriptResolver;
import dev.htbin.file.FileConfig;
import dev.htbin.file.HandedOver;
import dev.htbin.file.Lookup;
import dev.htbin.file.ServedFile;
import dev.htbin.http.Access;
import dev.htbin.http.Exchange;
import dev.htbin.http.HttpException;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves files, and the output of CGI scripts where the request's path is one of CGI (Python: {@code CGIHTTPRequestHandler}).
 *
 * <p>GET, HEAD and POST run the script through {@link #doGet}, {@link #doHead} and {@link #doPost}; any other method runs it too. What lies in a CGI
 * directory, or has a CGI extension, is never served as a file and never listed.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc3875 RFC 3875
 */
public class CgiHttpRequestHandler extends SimpleHttpRequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger(CgiHttpRequestHandler.class);

    private final CgiConfig config;
    private int redirects;

    /**
     * Creates the handler of one exchange.
     *
     * @param exchange not answered yet
     * @param files where files and scripts lie
     * @param cgi what is a script and how it is run
     */
    public CgiHttpRequestHandler(Exchange exchange, FileConfig files, CgiConfig cgi) {
        super(exchange, files);
        this.config = requireNonNull(cgi, "cgi");
    }

    /**
     * Returns a handler of all requests that serves files and scripts as this class does, without a subclass's hooks; a file that lies in memory it answers without
     * waiting.
     *
     * @param files where files and scripts lie
     * @param cgi what is a script and how it is run
     */
    public static HttpHandler serving(FileConfig files, CgiConfig cgi) {
        requireNonNull(files, "files");
        requireNonNull(cgi, "cgi");
        return new ImmediateHandler(exchange -> new CgiHttpRequestHandler(exchange, files, cgi));
    }

    /** Returns the URL paths below which everything is a script; those of the configuration unless overridden. Python: {@code cgi_directories}. */
    protected List<String> cgiDirectories() {
        return config.directories();
    }

    /** Tells whether the request's path is one of CGI. Python: {@code is_cgi}. */
    protected boolean isCgi() {
        return !path().equals("*")
                && CgiInfo.of(UrlPath.parse(rawPath()), effective(), files().mounts())
                        .isPresent();
    }

    /** Tells whether a regular file may be executed. Python: {@code is_executable}. */
    protected boolean isExecutable(Path file) {
        return ScriptResolver.isExecutable(file);
    }

    /** Tells whether a file is a Python script by its name: {@code .py} or {@code .pyw}. Python: {@code is_python}. */
    protected boolean isPython(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".py") || name.endsWith(".pyw");
    }

    @Override
    protected void dispatch() throws IOException {
        switch (command()) {
            case "GET", "HEAD", "POST" -> super.dispatch();
            default -> {
                if (isCgi()) {
                    runCgi();
                } else {
                    super.dispatch();
                }
            }
        }
    }

    /** Runs the script, or serves the file. Python: {@code do_GET}. */
    @Override
    protected void doGet() throws IOException {
        if (isCgi()) {
            runCgi();
        } else {
            super.doGet();
        }
    }

    /** Runs the script, or serves the file's head. Python: {@code do_HEAD}. */
    @Override
    protected void doHead() throws IOException {
        if (isCgi()) {
            runCgi();
        } else {
            super.doHead();
        }
    }

    /** Runs the script; 501 for what is no script. Python: {@code do_POST}. */
    @Override
    protected void doPost() throws IOException {
        if (isCgi()) {
            runCgi();
        } else {
            sendError(501, "Can only POST to CGI scripts");
        }
    }

    /** Runs the script that the request's path names and sends its response. Python: {@code run_cgi}. */
    protected void runCgi() throws IOException {
        if (postpone()) {
            return;
        }
        CgiInfo info = CgiInfo.of(UrlPath.parse(rawPath()), effective(), files().mounts())
                .orElseThrow(() -> new IllegalStateException("runCgi() for a path that is none of CGI"));
        switch (ScriptResolver.resolve(info, this::translate, files().mounts(), this::isExecutable)) {
            case ScriptResolution.NotFound absent -> fail(absent.finding(), Optional.empty());
            case ScriptResolution.Forbidden forbidden -> fail(forbidden.finding(), Optional.empty());
            case ScriptResolution.Script script -> run(script);
        }
    }

    /**
     * Returns what follows a script that is about to run. Override it to keep more of the run than the log needs.
     *
     * @param id the request's identifier
     */
    protected RunTrace newTrace(String id) {
        return RunTrace.forLog(id);
    }

    /**
     * Answers a request whose script can't be run, or failed; nothing was sent yet and the log has the reason. The client is told no more than the status and the
     * request's identifier, under which the log has it.
     *
     * @param finding why
     * @param report what is known of the run; empty if there was none
     */
    protected void sendFailure(Finding finding, Optional<RunReport> report) throws IOException {
        int status = finding.cause().status();
        String where = " The log of the server says why, under the id " + requestId() + ".";
        if (status == 503) {
            throw HttpException.busy("The server is busy. Try again later." + where);
        }
        String message = report.isPresent()
                ? StatusText.of(status).phrase()
                : status == 404 ? "No such CGI script" : "CGI script can not be run";
        sendError(status, message, (report.isPresent() ? "The script failed." : message + ".") + where);
    }

    private void fail(Finding finding, Optional<RunReport> report) throws IOException {
        String id = requestId();
        LOG.warn(
                "{} {}: {} [request {}]",
                finding.cause().status(),
                AccessLog.escape(path()),
                AccessLog.escape(report.map(r -> r.explain(finding)).orElseGet(finding::toString)),
                id);
        sendFailure(finding, report);
    }

    private void run(ScriptResolution.Script script) throws IOException {
        checkPlace(script);
        Optional<Finding> finding = config.ownerFinding(script);
        if (finding.isPresent()) {
            fail(finding.get(), Optional.empty());
            return;
        }
        Optional<HandOverExchange> handsOver =
                files().handedOver().isEmpty() ? Optional.empty() : Optional.of(new HandOverExchange(exchange()));
        Exchange scripts = handsOver.isPresent() ? handsOver.get() : exchange();
        var execution = new ScriptExecution(scripts, files().mounts(), effective(), this::translate);
        RunTrace trace = newTrace(requestId());
        Optional<CgiResponse.LocalRedirect> redirect;
        try {
            redirect = execution.run(script, trace);
        } catch (CgiFailure failure) {
            fail(failure.finding(), Optional.of(trace.report()));
            return;
        }
        if (redirect.isPresent()) {
            follow(redirect.get(), trace);
        } else if (handsOver.flatMap(HandOverExchange::taken).isPresent()) {
            sendFileOf(FileByScript.of(handsOver.get().taken().get()));
        }
    }

    /** Makes sure that a link does not lead to a script that the client may not ask for where it really lies. */
    private void checkPlace(ScriptResolution.Script script) throws IOException {
        if (exchange().access().equals(Access.open())) {
            return;
        }
        List<String> rest = script.pathInfo().isEmpty()
                ? List.of()
                : List.of(script.pathInfo().substring(1).split("/", -1));
        for (UrlPath place : files().mounts().urlsOf(script.file().toRealPath())) {
            var segments = new ArrayList<>(place.segments());
            segments.addAll(rest);
            exchange().access().checkPlace(exchange().request(), new UrlPath(segments, false));
        }
    }

    /** Sends the file that a script named. */
    private void sendFileOf(FileByScript named) throws IOException {
        Optional<HandedOver.Target> target = named.target(files());
        if (target.isEmpty()) {
            LOG.warn(
                    "{}: {} names '{}', which is below none of the directories that scripts may have files sent of (option --sendfile)",
                    AccessLog.escape(path()),
                    named.name().name(),
                    AccessLog.escape(named.name().value()));
            sendError(502, StatusText.of(502).phrase(), "The script failed. The log of the server says why.");
            return;
        }
        switch (target.get().lookup()) {
            case Lookup.Found(ServedFile file) -> {
                try (file) {
                    sendNamed(named, file);
                }
            }
            case Lookup.Forbidden() -> sendError(403, "No permission to read file");
            case Lookup.FoundDirectory _, Lookup.Missing _, Lookup.Unknown _ -> sendError(404, "File not found");
        }
    }

    private void sendNamed(FileByScript named, ServedFile file) throws IOException {
        // A script's source is never sent.
        if (!isServedReally(file.real())) {
            sendError(404, "File not found");
            return;
        }
        String mediaType = named.mediaType().orElseGet(() -> guessType(file.real()));
        FileResponse response = named.response(exchange().request(), file, mediaType);
        sendResponse(
                response.status(),
                response.status() == named.head().status() ? named.head().reason() : "");
        response.fields().forEach(field -> sendHeader(field.name(), field.value()));
        endHeaders();
        if (response.body().isPresent() && !exchange().request().isHead()) {
            copyFile(response.body().get());
        }
    }

    /** Answers a local redirect: the request that the script asked for takes the place of the client's, and every check is made again. */
    private void follow(CgiResponse.LocalRedirect redirect, RunTrace trace) throws IOException {
        int most = config.limits().localRedirects();
        redirects++;
        if (redirects > most) {
            var failure = new CgiFailure.TooManyRedirects(most, redirect.location());
            fail(failure.finding(), Optional.of(trace.report()));
            return;
        }
        redirectTo(redirect.follow(exchange().request()));
        dispatch();
    }

    /** Tells, finally, whether something may be served or listed as a file: never what belongs to CGI. */
    @Override
    protected final boolean isServed(UrlPath path) {
        return !CgiInfo.covers(path, files().mounts(), effective());
    }

    @Override
    final boolean isServedReally(Path real) {
        return !CgiInfo.coversReally(real, files().mounts(), effective());
    }

    private CgiConfig effective() {
        List<String> directories = cgiDirectories();
        return directories.equals(config.directories()) ? config : config.withDirectories(directories);
    }

    private Optional<Path> translate(UrlPath path) {
        return translatePath(UrlPath.encode(path.decoded()));
    }

    private String rawPath() {
        return exchange().request().rawPath();
    }
}
