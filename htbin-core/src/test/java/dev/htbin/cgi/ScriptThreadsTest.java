package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.file.FileConfig;
import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scripts are watched by the thread that handles their request, if it is a platform thread, else by another: the same comes of both. */
class ScriptThreadsTest {
    @TempDir
    private Path site;

    private final BlockingQueue<RunReport> ended = new LinkedBlockingQueue<>();
    private ScriptHost host;
    private HttpHandler handler;

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of("platform", Thread.ofPlatform().daemon().factory()),
                Arguments.of("virtual", Thread.ofVirtual().factory()));
    }

    @BeforeEach
    void serve() throws IOException {
        Files.setPosixFilePermissions(site, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(site.resolve("cgi-bin"));
        host = new ScriptHost(Launchers.start(Optional.empty()));
        host.listen(ended::add);
        CgiConfig config = CgiConfig.defaults().withHost(host);
        FileConfig files = FileConfig.of(site);
        handler = BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, config));
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private void script(String body) throws IOException {
        Path file = site.resolve("cgi-bin/script");
        Files.writeString(file, "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Returns the response once the handler has returned. */
    private CompletableFuture<String> get(ThreadFactory threads) {
        var answer = new CompletableFuture<String>();
        threads.newThread(() -> {
                    var exchange = MemoryExchange.of("GET /cgi-bin/script HTTP/1.1\nHost: localhost\n\n");
                    try {
                        handler.handle(exchange);
                        answer.complete(exchange.response());
                    } catch (IOException | RuntimeException e) {
                        answer.completeExceptionally(e);
                    }
                })
                .start();
        return answer;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void aScriptThatGoesOnAfterItsResponseHoldsNobodyUp(String kind, ThreadFactory threads) throws Exception {
        script("printf whole\nexec >&- 2>&-\nread never <> \"$0.fifo\"\n");
        new ProcessBuilder("mkfifo", "-m", "666", site.resolve("cgi-bin/script.fifo") + "")
                .start()
                .waitFor();
        assertTrue(get(threads).get().contains("whole"));
        assertEquals(1, host.runningCount());
        assertTrue(ended.isEmpty());
        Files.writeString(site.resolve("cgi-bin/script.fifo"), "now\n");
        assertEquals(RunReport.Outcome.SUCCEEDED, ended.take().outcome());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void closingEndsWhatRunsAndRefusesWhatComes(String kind, ThreadFactory threads) throws Exception {
        new ProcessBuilder("mkfifo", "-m", "666", site.resolve("cgi-bin/script.fifo") + "")
                .start()
                .waitFor();
        script("echo > \"$0.fifo\"\nexec sleep 600\n");
        CompletableFuture<String> first = get(threads);
        Files.readString(site.resolve("cgi-bin/script.fifo"));
        host.close();
        assertEquals(0, host.runningCount());
        assertFalse(ended.isEmpty());
        assertTrue(first.handle((_, _) -> true).get());
        assertTrue(get(threads).get().startsWith("HTTP/1.1 503 "));
    }
}
