package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.htbin.cgi.Cause;
import dev.htbin.cgi.Concurrency;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.jetty.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** End to end: every cause of the table, by a real script that fails of it. The log names the cause, the client gets its status, and both tell the same request. */
@Timeout(120)
class CausesTest {
    private static ScriptHost host;

    @TempDir
    Path folder;

    @BeforeAll
    static void startHost() throws Exception {
        Programs.require("scripts that fail", "perl", "php-cgi", "python3", "ruby");
        host = CauseScene.host(Concurrency.defaults());
    }

    @AfterAll
    static void closeHost() {
        if (host != null) {
            host.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void isFoundForAScriptThatFailsOfIt(Cause cause) throws Exception {
        CauseScripts.Arrangement arrangement = CauseScripts.ALL.get(cause);
        assertNotNull(arrangement, () -> cause + " has no script that fails of it");
        var logger = (Logger) LoggerFactory.getLogger("dev.htbin");
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        var client = HttpClient.newHttpClient();
        CauseScene scene = CauseScene.in(folder, host);
        try {
            arrangement.arrange(scene);
            logger.addAppender(log);
            FileConfig files = FileConfig.of(scene.site().root());
            try (var server = HttpServer.start(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, scene.config())))) {
                scene.occupy(path -> {
                    var _ = client.sendAsync(request(server, path), HttpResponse.BodyHandlers.ofString());
                });
                HttpResponse<String> response =
                        client.send(request(server, scene.target()), HttpResponse.BodyHandlers.ofString());
                scene.end();
                List<String> lines = log.list.stream()
                        .map(ILoggingEvent::getFormattedMessage)
                        .toList();
                assertEquals(cause.status(), response.statusCode(), () -> response.body() + "\n" + lines);
                String id = response.headers().firstValue("X-Request-Id").orElseThrow();
                assertTrue(response.body().contains(id), response::body);
                assertTrue(
                        lines.stream().anyMatch(line -> line.contains(cause.id() + " ") && line.contains(id)),
                        lines::toString);
                assertTrue(
                        lines.stream().anyMatch(line -> line.endsWith(" " + cause.status() + " - " + id)),
                        () -> "no access line: " + lines);
            }
        } finally {
            scene.end();
            client.shutdownNow();
            logger.detachAppender(log);
        }
    }

    private static HttpRequest request(HttpServer server, String path) {
        return HttpRequest.newBuilder(server.uri().resolve(path)).build();
    }
}
