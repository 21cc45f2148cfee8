package dev.htbin.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.http.Exchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Supplier;

/** Answers whether the server lives, and whether it is ready for requests. */
class HealthRequestHandler extends BaseHttpRequestHandler {
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Supplier<Optional<String>> obstacle;

    HealthRequestHandler(Exchange exchange, Supplier<Optional<String>> obstacle) {
        super(exchange);
        this.obstacle = obstacle;
    }

    @Override
    protected void doGet() throws IOException {
        switch (exchange().request().rawPath()) {
            case "/health" -> send(200, TEXT, "alive\n");
            case "/ready" -> {
                Optional<String> why = obstacle.get();
                send(why.isEmpty() ? 200 : 503, TEXT, why.orElse("ready") + "\n");
            }
            default -> sendError(404);
        }
    }

    @Override
    protected final void doHead() throws IOException {
        doGet();
    }

    /** Nobody needs to know who looks: Prometheus and load balancers do it all the time. */
    @Override
    protected final void logRequest(int code, long size) {}

    final void send(int status, String type, String content) throws IOException {
        byte[] octets = content.getBytes(UTF_8);
        sendResponse(status);
        sendHeader("Content-Type", type);
        sendHeader("Content-Length", Integer.toString(octets.length));
        sendHeader("Cache-Control", "no-store");
        sendHeader("X-Content-Type-Options", "nosniff");
        if (type.startsWith("text/html")) {
            sendHeader("Content-Security-Policy", LivePage.POLICY);
            sendHeader("X-Frame-Options", "DENY");
            sendHeader("Referrer-Policy", "no-referrer");
        }
        endHeaders();
        sendBody(ByteBuffer.wrap(octets));
    }
}
