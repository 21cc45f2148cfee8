package dev.htbin.jetty;

import dev.htbin.http.HttpHandler;
import dev.htbin.jetty.tls.TestFiles;
import dev.htbin.jetty.tls.TlsConfig;
import java.io.IOException;

/** What HTTP/1 is spoken over: the contract is the same. */
enum Wire {
    CLEAR,
    TLS;

    HttpServer start(HttpHandler handler, EngineConfig config) throws IOException {
        ListenerConfig listener = ListenerConfig.of(HttpServerTest.ANYWHERE);
        if (this == TLS) {
            listener = listener.withTls(TlsConfig.of(TestFiles.path("ec.crt"), TestFiles.path("ec.key")));
        }
        return HttpServer.start(java.util.List.of(listener), handler, config);
    }

    HttpServer start(HttpHandler handler) throws IOException {
        return start(handler, EngineConfig.defaults());
    }
}
