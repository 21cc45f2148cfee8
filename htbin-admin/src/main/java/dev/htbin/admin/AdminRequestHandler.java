package dev.htbin.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.http.Exchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests that come to the administrator's address. */
final class AdminRequestHandler extends BaseHttpRequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger(AdminRequestHandler.class);
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int MOST_FORM_BYTES = 4096;

    private final Live live;

    AdminRequestHandler(Exchange exchange, Live live) {
        super(exchange);
        this.live = live;
    }

    @Override
    protected void doGet() throws IOException {
        switch (exchange().request().rawPath()) {
            case "/metrics" -> send(200, Metrics.MEDIA_TYPE, live.metrics().text());
            case "/health" -> send(200, TEXT, "alive\n");
            case "/ready" -> {
                Optional<String> obstacle = live.watched().obstacle().get();
                send(obstacle.isEmpty() ? 200 : 503, TEXT, obstacle.orElse("ready") + "\n");
            }
            case "/" ->
                send(
                        200,
                        "text/html; charset=utf-8",
                        LivePage.of(live, exchange().request().rawQuery().equals("still")));
            default -> sendError(404);
        }
    }

    @Override
    protected void doHead() throws IOException {
        doGet();
    }

    @Override
    protected void doPost() throws IOException {
        if (!exchange().request().rawPath().equals("/stop")) {
            sendError(404);
            return;
        }
        Map<String, String> form = form();
        // A page elsewhere can make a browser send a form here, but it can't read the token.
        if (!live.isToken(form.getOrDefault("token", ""))) {
            sendError(403, "Forbidden", "The form does not have the token of this server's page. Load the page anew.");
            return;
        }
        String id = form.getOrDefault("id", "");
        boolean stopped = live.watched().scripts().map(host -> host.stop(id)).orElse(false);
        if (stopped) {
            LOG.info(
                    "the script of request {} is stopped, as {} asked for",
                    id.replaceAll("[^0-9A-Za-z]", "?"),
                    addressString());
        }
        sendResponse(303);
        sendHeader("Location", "/");
        sendHeader("Content-Length", "0");
        endHeaders();
    }

    /** Nobody needs to know who looks: Prometheus does it all the time. */
    @Override
    protected void logRequest(int code, long size) {}

    private Map<String, String> form() throws IOException {
        byte[] body = rfile().readNBytes(MOST_FORM_BYTES);
        var form = new HashMap<String, String>();
        for (String pair : new String(body, UTF_8).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                form.put(pair.substring(0, equals), decoded(pair.substring(equals + 1)));
            }
        }
        return form;
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private void send(int status, String type, String content) throws IOException {
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
