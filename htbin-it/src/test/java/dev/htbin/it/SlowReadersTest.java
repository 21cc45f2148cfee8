package dev.htbin.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.jetty.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end, embedded with short times: clients that stop reading the output of a script, or a file. Each is broken off, its script ended, and others are served. */
@Timeout(120)
class SlowReadersTest {
    private static final int CROWD = 20;

    @TempDir
    Path folder;

    private Site site;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        site = Site.in(folder);
        var files = FileConfig.of(site.root());
        var handler = BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, CgiConfig.defaults()));
        server = HttpServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                handler,
                EngineConfig.defaults().withIdleTimeout(Duration.ofSeconds(2)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void endsTheScriptWhoseOutputNobodyReads() throws Exception {
        Path pid = site.fifo("pid");
        site.script(
                "endless",
                "#!/bin/sh\necho $$ > '%s'\nprintf 'Content-Type: text/plain\\n\\n'\nexec cat /dev/zero\n"
                        .formatted(pid));
        try (Socket silent = asked("/cgi-bin/endless")) {
            ProcessHandle script = ProcessHandle.of(
                            Long.parseLong(Files.readString(pid).strip()))
                    .orElseThrow();
            assertServed();
            script.onExit().get(60, TimeUnit.SECONDS);
            assertThrows(IOException.class, () -> silent.getInputStream().readAllBytes());
        }
    }

    @Test
    void breaksOffFilesThatNobodyReadsAndServesOthersMeanwhile() throws Exception {
        Files.write(site.root().resolve("large"), new byte[64 << 20]);
        List<Socket> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                crowd.add(asked("/large"));
            }
            for (int i = 0; i < 5; i++) {
                assertServed();
            }
            // The end of an idle connection that came later shows that their time is over.
            try (Socket idle = connected()) {
                assertEquals(-1, idle.getInputStream().read());
            }
            for (Socket silent : crowd) {
                assertThrows(IOException.class, () -> silent.getInputStream().readAllBytes());
            }
        } finally {
            for (Socket socket : crowd) {
                socket.close();
            }
        }
    }

    private void assertServed() throws IOException {
        for (String path : List.of("/hello.txt", "/cgi-bin/hello")) {
            try (Socket client = asked(path)) {
                assertEquals("HTTP/1.1 200", new String(client.getInputStream().readNBytes(12), US_ASCII));
            }
        }
    }

    private Socket asked(String path) throws IOException {
        Socket socket = connected();
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
        return socket;
    }

    private Socket connected() throws IOException {
        var socket = new Socket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }
}
