package dev.htbin.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.file.FileBody;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.http.Exchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A handler that overrides each hook once: an own page, an own CGI directory, an alias, no listings, and the log elsewhere. */
public class GreetingHandler extends CgiHttpRequestHandler {
    private final Consumer<String> log;

    /** Creates the handler of one exchange; its log lines go to a consumer. */
    public GreetingHandler(Exchange exchange, FileConfig files, CgiConfig scripts, Consumer<String> log) {
        super(exchange, files, scripts);
        this.log = log;
    }

    @Override
    protected void doGet() throws IOException {
        if (!path().equals("/greeting")) {
            super.doGet();
            return;
        }
        byte[] body = "Good day, %s.%n".formatted(clientAddress().getAddress().getHostAddress()).getBytes(UTF_8);
        sendResponse(200);
        sendHeader("Content-Type", "text/plain; charset=utf-8");
        sendHeader("Content-Length", Integer.toString(body.length));
        endHeaders();
        sendBody(ByteBuffer.wrap(body));
    }

    @Override
    protected List<String> cgiDirectories() {
        var directories = new ArrayList<String>(super.cgiDirectories());
        directories.add("/programs");
        return directories;
    }

    @Override
    protected Optional<Path> translatePath(String path) {
        return super.translatePath(path.equals("/home") ? "/index.html" : path);
    }

    @Override
    protected Optional<FileBody> listDirectory(Path directory) throws IOException {
        sendError(403, "No listing", "This server lists no directories.");
        return Optional.empty();
    }

    @Override
    protected void logMessage(String message) {
        log.accept(message);
    }
}
