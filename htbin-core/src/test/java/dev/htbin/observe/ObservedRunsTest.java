package dev.htbin.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiLimits;
import dev.htbin.cgi.Concurrency;
import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.RunReport.Outcome;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import dev.htbin.http.TraceParent;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wire tests with real scripts: what listeners are told of requests and of runs. */
@Timeout(120)
class ObservedRunsTest {
    @TempDir
    private Path site;

    private final BlockingQueue<RunReport> runs = new LinkedBlockingQueue<>();
    private final BlockingQueue<RequestReport> requests = new LinkedBlockingQueue<>();
    private ScriptHost host;
    private HttpHandler handler;

    @BeforeEach
    void serve() throws IOException {
        Files.setPosixFilePermissions(site, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(site.resolve("cgi-bin"));
        Files.writeString(site.resolve("file.txt"), "12345");
        host = new ScriptHost(Launchers.start(Optional.empty()), Concurrency.of(1, 0));
        host.listen(run -> {
            throw new IllegalStateException("a listener with a bug");
        });
        host.listen(runs::add);
        handler = handlerWith(CgiLimits.defaults());
    }

    private HttpHandler handlerWith(CgiLimits limits) throws IOException {
        CgiConfig config = CgiConfig.defaults().withHost(host).withLimits(limits);
        FileConfig files = FileConfig.of(site);
        return new ObservedHandler(
                BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, config)),
                List.of(
                        request -> {
                            throw new IllegalStateException("a listener with a bug");
                        },
                        requests::add));
    }

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void tellsOfARunAllThatIsKnown() throws Exception {
        script("hello", "printf 'Content-Type: text/plain\\n\\nhello\\n'; exit 3");
        assertTrue(get("/cgi-bin/hello").endsWith("hello\n"));
        RunReport run = next(runs);
        assertEquals("/cgi-bin/hello", run.scriptName());
        assertEquals("127.0.0.1", run.client());
        assertEquals(Outcome.FAILED, run.outcome());
        assertEquals("exit 3", run.exit().orElseThrow().toString());
        assertEquals(32, run.output().bytes());
        assertTrue(run.pid().orElseThrow() > 0);
        assertTrue(run.usage().orElseThrow().processor().isPositive());
        Duration first = run.times().untilFirstOctet().orElseThrow();
        assertTrue(first.compareTo(run.times().lived().orElseThrow()) <= 0, first::toString);
        assertFalse(run.times().waited().orElseThrow().isNegative());

        RequestReport request = next(requests);
        assertEquals(200, request.status());
        assertEquals(6, request.octets());
        assertEquals("GET /cgi-bin/hello HTTP/1.1", request.line());
        assertEquals(run.id(), request.id());
        assertEquals(run.pid(), request.run().orElseThrow().pid());
        assertEquals(run.usage(), request.run().orElseThrow().usage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "printf 'Content-Type: text/plain\\n\\nhello'           | SUCCEEDED    | 200",
                "kill -9 $$                                            | KILLED       | 502",
                "echo nonsense                                         | BAD_RESPONSE | 502",
                "exit 1                                                | FAILED       | 502",
            })
    void tellsHowARunEnded(String body, Outcome outcome, int status) throws Exception {
        script("ends", body);
        get("/cgi-bin/ends");
        RunReport run = next(runs);
        assertEquals(outcome, run.outcome(), run::toString);
        assertEquals(outcome != Outcome.SUCCEEDED, run.finding().isPresent(), run::toString);
        RequestReport request = next(requests);
        assertEquals(status, request.status());
        assertEquals(outcome, request.run().orElseThrow().outcome());
    }

    @Test
    void tellsThatItsTimeWasOver() throws Exception {
        script("sleeps", "sleep 600");
        handler = handlerWith(CgiLimits.defaults().withScriptTimeout(Duration.ofMillis(100)));
        get("/cgi-bin/sleeps");
        assertEquals(Outcome.TIMED_OUT, next(runs).outcome());
        assertEquals(504, next(requests).status());
    }

    @Test
    void tellsOfAScriptThatDidNotStart() throws Exception {
        script("no", "");
        Files.writeString(site.resolve("cgi-bin/no"), "#!/nowhere/sh\n");
        get("/cgi-bin/no");
        assertEquals(Outcome.NOT_STARTED, next(runs).outcome());
        assertTrue(next(requests).run().orElseThrow().finding().isPresent());
    }

    @Test
    void tellsOfFilesAndOfWhatIsNotThere() throws Exception {
        get("/file.txt");
        RequestReport request = next(requests);
        assertEquals(5, request.octets());
        assertEquals(Optional.empty(), request.run());
        MemoryExchange.answer(handler, "HEAD /file.txt HTTP/1.1\nHost: localhost\n\n");
        assertEquals(0, next(requests).octets());
        get("/absent");
        assertEquals(404, next(requests).status());
        assertTrue(runs.isEmpty());
    }

    @Test
    void tellsOfWhatTheEngineRefused() throws Exception {
        handler.refused("192.0.2.1", "GET", Optional.empty(), 400);
        RequestReport request = next(requests);
        assertEquals(400, request.status());
        assertEquals("192.0.2.1", request.client());
        assertEquals("GET", request.line());
    }

    @Test
    void showsWhatRunsAndStopsIt() throws Exception {
        Path pipe = site.resolve("never");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        script("waits", "read line < " + pipe);
        var response = CompletableFuture.supplyAsync(() -> get("/cgi-bin/waits"));
        while (host.running().isEmpty() || host.running().getFirst().pid().isEmpty()) {
            LockSupport.parkNanos(1_000_000);
        }
        assertTrue(get("/cgi-bin/waits").contains(" 503 "));
        assertEquals(Outcome.REFUSED, next(runs).outcome());
        assertEquals(Outcome.REFUSED, next(requests).run().orElseThrow().outcome());
        assertEquals(0, host.waiting());

        assertFalse(host.stop("no such run"));
        assertTrue(host.stop(host.running().getFirst().id()));
        assertTrue(response.get(30, TimeUnit.SECONDS).contains("The script was stopped."));
        RunReport run = next(runs);
        assertEquals(Outcome.STOPPED, run.outcome());
        assertTrue(host.running().isEmpty());
        assertEquals(Outcome.STOPPED, next(requests).run().orElseThrow().outcome());
    }

    @Test
    void aScriptThatLivesOnAfterItsResponseDoesNotHoldUpTheRecord() throws Exception {
        Path pipe = site.resolve("later");
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", "-m", "666", pipe.toString())
                        .start()
                        .waitFor());
        script("lives", "printf 'Content-Type: text/plain\\n\\nhello'; exec 1>&- 2>&-; read line < " + pipe);
        get("/cgi-bin/lives");
        RequestReport request = next(requests);
        assertEquals(Outcome.UNKNOWN, request.run().orElseThrow().outcome());
        Files.writeString(pipe, "end\n");
        assertEquals(Outcome.SUCCEEDED, next(runs).outcome());
    }

    @Test
    void passesTheTraceOnAsTheEnvironmentCarriesIt() throws Exception {
        String valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        script("env", "printf 'Content-Type: text/plain\\n\\n'; env");
        String sent = answerWith("traceparent: " + valid + "\ntracestate: a=b\nbaggage: c=d\n");
        for (var expected : Map.of(
                        "TRACEPARENT", valid, "HTTP_TRACEPARENT", valid, "TRACESTATE", "a=b", "BAGGAGE", "c=d")
                .entrySet()) {
            assertTrue(
                    sent.contains("\n" + expected.getKey() + "=" + expected.getValue() + "\n"),
                    expected + " in " + sent);
        }
        String broken = answerWith("traceparent: 00-zz\ntracestate: a=b\n");
        assertTrue(broken.contains("\nHTTP_TRACEPARENT=00-zz\n"), broken);
        assertFalse(broken.contains("\nTRACEPARENT="), broken);
        assertFalse(broken.contains("\nTRACESTATE="), broken);
    }

    @Test
    void aRequestOutsideOfAnyTraceBeginsOneWhenAskedTo() throws Exception {
        script("env", "printf 'Content-Type: text/plain\\n\\n'; env");
        handler = new TracingHandler(handler);
        String first = answerWith("traceparent: 00-zz\ntracestate: a=b\n");
        String value = first.replaceAll("(?s).*\nTRACEPARENT=(\\S+)\n.*", "$1");
        String traceId = next(requests)
                .request()
                .flatMap(r -> TraceParent.of(r.fields()))
                .orElseThrow()
                .traceId();
        assertTrue(value.startsWith("00-" + traceId + "-"), first);
        assertTrue(first.contains("\nHTTP_TRACEPARENT=" + value + "\n"), first);
        assertFalse(first.contains("TRACESTATE"), first);
        String valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assertTrue(answerWith("traceparent: " + valid + "\n").contains("\nTRACEPARENT=" + valid + "\n"));
    }

    private String answerWith(String fields) throws InterruptedException {
        String answer = MemoryExchange.answer(handler, "GET /cgi-bin/env HTTP/1.1\nHost: localhost\n" + fields + "\n");
        // One script may run, and its place is free when its end is told.
        next(runs);
        return answer;
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(30, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing was told");
        }
        return next;
    }

    private void script(String name, String body) throws IOException {
        Path file = Files.writeString(site.resolve("cgi-bin").resolve(name), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String get(String target) {
        return MemoryExchange.answer(handler, "GET " + target + " HTTP/1.1\nHost: localhost\n\n");
    }
}
