package dev.htbin.examples;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.http.HttpHandler;
import dev.htbin.jetty.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** The smallest program with a server in it: the one of the README. */
public final class Embedding {
    private Embedding() {}

    /** Serves the example site on port 8000 until it is interrupted. */
    public static void main(String[] arguments) throws Exception {
        var files = FileConfig.of(Path.of("examples/site"));
        var scripts = CgiConfig.defaults();
        HttpHandler handler = BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, scripts));
        try (var server = HttpServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8000), handler)) {
            server.serveForever();
        }
    }
}
