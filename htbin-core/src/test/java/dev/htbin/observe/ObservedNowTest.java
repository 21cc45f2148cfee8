package dev.htbin.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.file.FileConfig;
import dev.htbin.handler.HostCheck;
import dev.htbin.handler.SimpleHttpRequestHandler;
import dev.htbin.http.Authentication;
import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import dev.htbin.http.RequestNotes;
import dev.htbin.http.ResponseHead;
import dev.htbin.http.TraceParent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wire tests: what listeners are told of requests that are answered without waiting, and of who made them. */
class ObservedNowTest {
    private static final String GET = "GET /a.txt HTTP/1.1\nHost: localhost\n\n";

    @TempDir
    private Path root;

    private final List<RequestReport> told = new ArrayList<>();

    private HttpHandler observed(HttpHandler handler) {
        return new TracingHandler(new ObservedHandler(handler, List.of(told::add)));
    }

    @Test
    void tellsOnceOfAFileWhetherItWasAnsweredNowOrLater() throws Exception {
        Path file = Files.writeString(root.resolve("a.txt"), "0123456789");
        // What has changed just now could change again without a trace, and is not kept in memory.
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("1994-11-06T08:49:37Z")));
        HttpHandler handler =
                observed(HostCheck.before(SimpleHttpRequestHandler.serving(FileConfig.of(root)), Set.of()));
        assertFalse(handler.answerNow(MemoryExchange.of(GET)), "nothing is in memory yet");
        assertEquals(List.of(), told);
        handler.handle(MemoryExchange.of(GET));
        assertEquals(1, told.size());
        MemoryExchange exchange = MemoryExchange.of(GET);
        assertTrue(handler.answerNow(exchange));
        assertEquals(2, told.size());
        for (RequestReport report : told) {
            assertEquals(200, report.status());
            assertEquals(10, report.octets());
            assertEquals("GET /a.txt HTTP/1.1", report.line());
            assertEquals("127.0.0.1", report.client());
            assertFalse(report.broken());
            assertTrue(TraceParent.of(report.request().orElseThrow().fields()).isPresent());
        }
        assertFalse(handler.answerNow(MemoryExchange.of(GET.replace("a.txt", "absent"))));
        assertEquals(2, told.size());
    }

    @Test
    void leavesAFailureThatNobodyHasSeenToTheEngine() {
        HttpHandler handler = observed(new Immediate(exchange -> {
            throw new IllegalStateException("a bug");
        }));
        assertThrows(IllegalStateException.class, () -> handler.answerNow(MemoryExchange.of(GET)));
        assertEquals(List.of(), told);
        HttpHandler worse = observed(new Immediate(exchange -> {
            throw new StackOverflowError();
        }));
        assertThrows(StackOverflowError.class, () -> worse.answerNow(MemoryExchange.of(GET)));
        assertThrows(StackOverflowError.class, () -> worse.handle(MemoryExchange.of(GET)));
        assertEquals(List.of(), told);
    }

    @Test
    void tellsThatAResponseWasBrokenOff() {
        HttpHandler handler = observed(new Immediate(exchange -> {
            exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.allocate(3));
            throw new IOException("the client is gone");
        }));
        assertThrows(IOException.class, () -> handler.answerNow(MemoryExchange.of(GET)));
        assertTrue(told.getFirst().broken());
        assertEquals(200, told.getFirst().status());
    }

    @Test
    void tellsWhoWasFoundToAsk() throws Exception {
        HttpHandler handler = observed(new Immediate(exchange -> {
            RequestNotes.add(new Authentication("", "proxy"));
            RequestNotes.add(new Authentication("Basic", "ann"));
            exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.allocate(0));
        }));
        assertTrue(handler.answerNow(MemoryExchange.of(GET)));
        handler.handle(MemoryExchange.of(GET));
        assertEquals(
                List.of("ann", "ann"), told.stream().map(RequestReport::user).toList());
    }

    /** Answers the same way, now or later. */
    private record Immediate(HttpHandler answer) implements HttpHandler {
        @Override
        public void handle(Exchange exchange) throws IOException {
            answer.handle(exchange);
        }

        @Override
        public boolean answerNow(Exchange exchange) throws IOException {
            answer.handle(exchange);
            return true;
        }
    }
}
