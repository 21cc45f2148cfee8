package dev.htbin.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.http.Exchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests that come to the administrator's address. */
final class AdminRequestHandler extends HealthRequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger(AdminRequestHandler.class);
    private static final int MOST_FORM_BYTES = 4096;

    private final Live live;

    AdminRequestHandler(Exchange exchange, Live live) {
        super(exchange, live.watched().obstacle());
        this.live = live;
    }

    @Override
    protected void doGet() throws IOException {
        switch (exchange().request().rawPath()) {
            case "/metrics" -> send(200, Metrics.MEDIA_TYPE, live.metrics().text());
            case "/" ->
                send(
                        200,
                        "text/html; charset=utf-8",
                        LivePage.of(live, exchange().request().rawQuery().equals("still")));
            default -> super.doGet();
        }
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
}
