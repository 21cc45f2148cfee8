package dev.htbin.jetty;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Request;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Answers every request with a redirect to the same target on https: 301, or 308 where the method must stay.
 *
 * @param port that of https
 * @param errors tells of what was answered without the server's handler
 */
record Redirect(int port, JettyErrors errors) implements HttpHandler {
    private static final int HTTPS = 443;

    @Override
    public void handle(Exchange exchange) throws IOException {
        Request request = exchange.request();
        boolean safe = request.method().equals("GET") || request.isHead();
        int status = safe ? 301 : 308;
        String host = request.fields().first("Host").map(Redirect::withoutPort).orElse("");
        if (host.isEmpty()) {
            host = exchange.server().name();
        }
        String target = request.target().startsWith("/") ? request.target() : "/";
        String location = "https://" + host + (port == HTTPS ? "" : ":" + port) + target;
        errors.tell(
                exchange.peer().client(),
                "%s %s %s"
                        .formatted(
                                request.method(),
                                request.target(),
                                request.version().text()),
                Optional.of(request),
                status);
        exchange.respond(ResponseHead.of(status, Fields.empty().plus("Location", location)), ByteBuffer.allocate(0));
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }
}
