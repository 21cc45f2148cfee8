package dev.htbin.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.jetty.HttpServer;
import dev.htbin.observe.ObservedHandler;
import dev.htbin.process.launch.Launchers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real servers and real scripts: what the administrator's address tells, and what it refuses. */
@Timeout(120)
class AdminServerTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    private Path site;

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicReference<Optional<String>> obstacle = new AtomicReference<>(Optional.empty());
    private ScriptHost host;
    private Metrics metrics;
    private HttpServer server;
    private AdminServer admin;

    @BeforeEach
    void start() throws Exception {
        Files.setPosixFilePermissions(site, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(site.resolve("cgi-bin"));
        host = new ScriptHost(Launchers.start(Optional.empty()));
        metrics = new Metrics();
        var files = FileConfig.of(site);
        CgiConfig config = CgiConfig.defaults().withHost(host);
        server = HttpServer.start(
                ANY_PORT,
                new ObservedHandler(
                        BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, config)),
                        List.of(metrics)));
        metrics.watchConnections(server::connections);
        admin = AdminServer.bind(ANY_PORT, false);
        admin.serve(new Watched("the <server>", Optional.of(host), obstacle::get), metrics);
    }

    @AfterEach
    void stop() {
        admin.close();
        server.close();
        host.close();
        metrics.close();
        client.close();
    }

    @Test
    void countsAndMeasures() throws Exception {
        script("good", "printf 'Content-Type: text/plain\\n\\nhello'");
        script("bad", "exit 7");
        assertEquals(200, get(server.address(), "/cgi-bin/good").statusCode());
        assertEquals(502, get(server.address(), "/cgi-bin/bad").statusCode());
        assertEquals(404, get(server.address(), "/absent").statusCode());
        eventually("htbin_scripts_total{outcome=\"failed\",script=\"/cgi-bin/bad\"} 1.0");
        for (String line : List.of(
                "htbin_scripts_total{outcome=\"succeeded\",script=\"/cgi-bin/good\"} 1.0",
                "htbin_requests_total{method=\"GET\",status=\"2xx\"} 1.0",
                "htbin_requests_total{method=\"GET\",status=\"4xx\"} 1.0",
                "htbin_requests_total{method=\"GET\",status=\"5xx\"} 1.0",
                "htbin_script_duration_seconds_count{script=\"/cgi-bin/good\"} 1",
                "htbin_script_queue_seconds_bucket{script=\"/cgi-bin/good\",le=\"60.0\"} 1",
                "htbin_script_first_octet_seconds_count{script=\"/cgi-bin/good\"} 1",
                "htbin_request_duration_seconds_count 3",
                "htbin_scripts_running 0.0",
                "htbin_scripts_waiting 0.0",
                "htbin_connections ",
                "htbin_response_octets_total ",
                "jvm_memory_used_bytes",
                "process_files_open_files")) {
            eventually(line);
        }
        assertEquals(
                "text/plain; version=0.0.4; charset=utf-8",
                get(admin.address(), "/metrics")
                        .headers()
                        .firstValue("Content-Type")
                        .orElseThrow());
    }

    @Test
    void clientsMakeNoNewSeries() throws Exception {
        for (String method : List.of("FOO", "BAR", "BAZ")) {
            client.send(
                    HttpRequest.newBuilder(uri(server.address(), "/"))
                            .method(method, BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.discarding());
        }
        eventually("htbin_requests_total{method=\"other\",status=\"5xx\"} 3.0");
        assertFalse(metrics.text().contains("FOO"));
    }

    @Test
    void tellsThatItLivesAndWhetherItIsReady() throws Exception {
        assertEquals(200, get(admin.address(), "/health").statusCode());
        assertEquals(200, get(admin.address(), "/ready").statusCode());
        obstacle.set(Optional.of("the server is stopping"));
        HttpResponse<String> unready = get(admin.address(), "/ready");
        assertEquals(503, unready.statusCode());
        assertEquals("the server is stopping\n", unready.body());
        assertEquals(200, get(admin.address(), "/health").statusCode());
        assertEquals(404, get(admin.address(), "/absent").statusCode());
    }

    @Test
    void showsWhatRunsAndStopsItWithTheTokenAlone() throws Exception {
        Path pipe = site.resolve("never");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        script("waits", "read line < " + pipe);
        CompletableFuture<HttpResponse<String>> waiting = client.sendAsync(
                HttpRequest.newBuilder(uri(server.address(), "/cgi-bin/waits")).build(), BodyHandlers.ofString());
        while (host.running().isEmpty() || host.running().getFirst().pid().isEmpty()) {
            LockSupport.parkNanos(1_000_000);
        }
        String page = get(admin.address(), "/").body();
        assertTrue(page.contains("<h2>1 running, 0 waiting</h2>"), page);
        assertTrue(page.contains("<td class=\"script\">/cgi-bin/waits"), page);
        String id = hidden(page, "id");

        assertEquals(403, post("token=&id=" + id).statusCode());
        assertEquals(403, post("id=" + id).statusCode());
        assertEquals(403, post("token=" + "0".repeat(32) + "&id=" + id).statusCode());
        assertEquals(1, host.runningCount());
        assertFalse(waiting.isDone());

        assertEquals(303, post("token=" + hidden(page, "token") + "&id=" + id).statusCode());
        HttpResponse<String> stopped = waiting.get(60, TimeUnit.SECONDS);
        assertEquals(503, stopped.statusCode());
        assertTrue(stopped.body().contains("The script was stopped."), stopped.body());
    }

    @Test
    void showsFailuresEscaped() throws Exception {
        script("x&<y>", "echo '<script>alert(1)</script> & \"quoted\"' >&2; exit 1");
        get(server.address(), "/cgi-bin/" + URLEncoder.encode("x&<y>", UTF_8));
        eventually("htbin_scripts_total{outcome=\"failed\"");
        HttpResponse<String> response = get(admin.address(), "/");
        String page = response.body();
        assertFalse(page.contains("<script"), page);
        assertFalse(page.contains("<y>"), page);
        assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;"), page);
        assertTrue(page.contains("/cgi-bin/x&amp;&lt;y&gt;"), page);
        assertTrue(page.contains("<h1>the &lt;server&gt;</h1>"), page);
        String policy = response.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.startsWith("default-src 'none'; style-src 'sha256-"), policy);
    }

    @Test
    void boundsWhatItShowsOfStandardError() throws Exception {
        script("loud", "i=0; while [ $i -lt 2000 ]; do echo 'a line of some length' >&2; i=$((i+1)); done; exit 1");
        for (int i = 0; i < 3; i++) {
            get(server.address(), "/cgi-bin/loud");
        }
        eventually("htbin_scripts_total{outcome=\"failed\",script=\"/cgi-bin/loud\"} 3.0");
        String page = get(admin.address(), "/").body();
        assertTrue(page.length() < 30_000, () -> page.length() + " characters");
    }

    @Test
    void refusesAnAddressThatOtherMachinesCanReachUnlessForced() throws Exception {
        var everywhere = new InetSocketAddress("0.0.0.0", 0);
        var refusal = assertThrows(IllegalArgumentException.class, () -> AdminServer.bind(everywhere, false));
        assertTrue(refusal.getMessage().contains("no loopback address"), refusal.getMessage());
        AdminServer.bind(everywhere, true).close();
    }

    /** A page elsewhere could else read this one through a name of its own that leads here. */
    @Test
    void refusesOtherHostNames() throws Exception {
        try (var socket = new java.net.Socket(
                InetAddress.getLoopbackAddress(), admin.address().getPort())) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".getBytes(UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 421 "), answer);
        }
    }

    private void eventually(String line) {
        while (!metrics.text().contains(line)) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void script(String name, String body) throws Exception {
        Path file = Files.writeString(site.resolve("cgi-bin").resolve(name), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private HttpResponse<String> get(InetSocketAddress address, String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(address, path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String form) throws Exception {
        return client.send(
                HttpRequest.newBuilder(uri(admin.address(), "/stop"))
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }

    private static URI uri(InetSocketAddress address, String path) {
        return URI.create("http://127.0.0.1:" + address.getPort() + path);
    }

    private static String hidden(String page, String name) {
        Matcher field =
                Pattern.compile("name=\"" + name + "\" value=\"([^\"]+)\"").matcher(page);
        assertTrue(field.find(), page);
        return field.group(1);
    }
}
