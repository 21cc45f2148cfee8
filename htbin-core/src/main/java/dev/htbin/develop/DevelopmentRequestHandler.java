package dev.htbin.develop;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.Finding;
import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.RunTrace;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpException;
import dev.htbin.http.RequestIds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Serves one request in development mode. */
final class DevelopmentRequestHandler extends CgiHttpRequestHandler {
    private final FileConfig files;
    private final CgiConfig cgi;
    private final Development development;

    DevelopmentRequestHandler(Exchange exchange, FileConfig files, CgiConfig cgi, Development development) {
        super(exchange, files, cgi);
        this.files = files;
        this.cgi = cgi;
        this.development = development;
    }

    @Override
    protected void dispatch() throws IOException {
        String path = exchange().request().rawPath();
        if (development.reload().isPresent() && path.equals(DevelopmentPages.EVENTS)) {
            requireMethod("GET");
            development.reload().get().send(exchange());
        } else if (development.reload().isPresent() && path.equals(DevelopmentPages.RELOAD_SCRIPT)) {
            requireMethod("GET");
            send(200, "text/javascript; charset=utf-8", LiveReload.SCRIPT);
        } else if (development.pages() && path.startsWith(DevelopmentPages.PREFIX)) {
            dispatchPage(path);
        } else {
            super.dispatch();
        }
    }

    private void dispatchPage(String path) throws IOException {
        if (path.equals(DevelopmentPages.LIST)) {
            requireMethod("GET");
            sendPage(200, DevelopmentPages.list(development.recordings().newestFirst()));
        } else if (path.startsWith(DevelopmentPages.RUN)) {
            requireMethod("GET");
            RunReport run = recorded(path.substring(DevelopmentPages.RUN.length()));
            sendPage(200, new ReportPage(run.request(), 0, run.id(), run.finding(), Optional.of(run), true).html());
        } else if (path.startsWith(DevelopmentPages.RECORDING) && path.endsWith(".json")) {
            requireMethod("GET");
            RunReport run = recorded(path.substring(DevelopmentPages.RECORDING.length(), path.length() - 5));
            send(200, "application/json", RecordingText.of(run));
        } else if (path.startsWith(DevelopmentPages.REPLAY)) {
            requireMethod("POST");
            replay(recorded(path.substring(DevelopmentPages.REPLAY.length())));
        } else {
            sendError(404);
        }
    }

    private void requireMethod(String method) {
        if (!command().equals(method)) {
            throw new HttpException(405, "Only " + method + ".", Fields.empty().plus("Allow", method));
        }
    }

    private RunReport recorded(String id) {
        return development
                .recordings()
                .of(id)
                .orElseThrow(() -> new HttpException(404, "That run is not among the last ones any more."));
    }

    /** Makes a request again. Another site's page must not be able to have it made, though it can't know the identifier. */
    private void replay(RunReport run) throws IOException {
        String site = headers().first("Sec-Fetch-Site").orElse("same-origin");
        if (!site.equals("same-origin")) {
            throw new HttpException(403, "Only pages of this server can have a request made again.");
        }
        if (!run.body().whole()) {
            throw new HttpException(409, "The request's body was too long to be kept, so it can't be made again.");
        }
        new DevelopmentRequestHandler(new ReplayExchange(exchange(), run), files, cgi, development).handle();
    }

    @Override
    protected RunTrace newTrace(String id) {
        return RunTrace.keeping(id, development.keptBytes(), development::ended);
    }

    @Override
    protected void sendFailure(Finding finding, Optional<RunReport> report) throws IOException {
        if (!development.pages()) {
            super.sendFailure(finding, report);
            return;
        }
        int status = finding.cause().status();
        report.ifPresent(run -> development.recordings().add(run));
        sendPage(
                status,
                new ReportPage(
                                exchange().request(),
                                status,
                                requestId(),
                                Optional.of(finding),
                                report,
                                report.isPresent())
                        .html());
    }

    private void sendPage(int status, String html) throws IOException {
        String nonce = RequestIds.next() + RequestIds.next();
        String page = development.reload().isPresent()
                ? html + "<script nonce=\"%s\" src=\"%s\"></script>\n".formatted(nonce, DevelopmentPages.RELOAD_SCRIPT)
                : html;
        sendResponse(status);
        sendHeader("Content-Type", "text/html; charset=utf-8");
        sendHeader("Cache-Control", "no-store");
        sendHeader("Content-Security-Policy", DevelopmentPages.POLICY.formatted(nonce));
        sendHeader("X-Content-Type-Options", "nosniff");
        sendHeader("Referrer-Policy", "no-referrer");
        endHeaders();
        sendBody(ByteBuffer.wrap(page.getBytes(UTF_8)));
    }

    private void send(int status, String type, String text) throws IOException {
        sendResponse(status);
        sendHeader("Content-Type", type);
        sendHeader("Cache-Control", "no-store");
        sendHeader("X-Content-Type-Options", "nosniff");
        endHeaders();
        sendBody(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }
}
