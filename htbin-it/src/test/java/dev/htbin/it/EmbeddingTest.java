package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.examples.GreetingHandler;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.jetty.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** End to end: the subclass in examples/embedding, each hook that it overrides. */
class EmbeddingTest {
    @TempDir
    Path directory;

    @Test
    void everyOverriddenHookIsAsked() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(directory.resolve("index.html"), "the index");
        Path programs = Files.createDirectory(directory.resolve("programs"));
        Files.createDirectory(directory.resolve("empty"));
        Path script = Files.writeString(
                programs.resolve("hello"), "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nfrom a script'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        var files = FileConfig.of(directory);
        var log = new CopyOnWriteArrayList<String>();
        var handler =
                BaseHttpRequestHandler.perRequest(x -> new GreetingHandler(x, files, CgiConfig.defaults(), log::add));
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var server = HttpServer.start(address, handler);
                var client = HttpClient.newHttpClient()) {
            assertEquals(
                    "Good day, 127.0.0.1.",
                    get(client, server, "greeting").body().strip());
            assertEquals("from a script", get(client, server, "programs/hello").body());
            assertEquals("the index", get(client, server, "home").body());
            assertEquals(403, get(client, server, "empty/").statusCode());
        }
        assertEquals(5, log.size(), log.toString());
        assertTrue(log.containsAll(List.of("\"GET /greeting HTTP/1.1\" 200 -")), log.toString());
    }

    private static HttpResponse<String> get(HttpClient client, HttpServer server, String target) throws Exception {
        return client.send(
                HttpRequest.newBuilder(server.uri().resolve(target)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
