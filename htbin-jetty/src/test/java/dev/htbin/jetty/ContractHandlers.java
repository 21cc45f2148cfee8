package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Handlers by path, for the engine contract: the same answers on every version of HTTP. */
final class ContractHandlers {
    private static final Map<String, HttpHandler> HANDLERS = new ConcurrentHashMap<>();

    static {
        HANDLERS.put("/buffer", x -> x.respond(head(200), bytes("12345")));
        HANDLERS.put("/stream", x -> stream(x, head(200), "12", "345"));
        HANDLERS.put("/small", x -> {
            try (OutputStream out = x.respond(head(200))) {
                out.write("123".getBytes(ISO_8859_1));
                out.write("45".getBytes(ISO_8859_1));
            }
        });
        HANDLERS.put("/length", x -> stream(x, length(200, "5"), "12", "345"));
        HANDLERS.put("/toolong", x -> stream(x, length(200, "5"), "1234", "567", "8"));
        HANDLERS.put("/tooshort", x -> stream(x, length(200, "5"), "1234"));
        HANDLERS.put("/odd", x -> x.respond(new ResponseHead(299, "Odd phr\u00e4se", Fields.empty()), bytes("12345")));
        HANDLERS.put("/555", x -> x.respond(head(555), bytes("12345")));
        HANDLERS.put("/204", x -> stream(x, length(204, "5"), "12345"));
        HANDLERS.put(
                "/304", x -> x.respond(ResponseHead.of(304, Fields.empty().plus("ETag", "\"x\"")), bytes("12345")));
        HANDLERS.put(
                "/close",
                x -> stream(x, ResponseHead.of(200, Fields.empty().plus("Connection", "Close")), "12", "345"));
        HANDLERS.put("/abort", x -> {
            OutputStream out = x.respond(head(200));
            out.write("12345".getBytes(ISO_8859_1));
            out.flush();
            x.abort(new IOException("as the test wants"));
        });
        HANDLERS.put("/fails", x -> {
            throw new IllegalStateException("secret");
        });
        HANDLERS.put("/breaks", x -> {
            OutputStream out = x.respond(head(200));
            out.write("12345".getBytes(ISO_8859_1));
            out.flush();
            throw new IllegalStateException("secret");
        });
        HANDLERS.put("/hints", x -> {
            x.earlyHints(Fields.empty().plus("Link", "</a.css>").plus("Connection", "close"));
            x.earlyHints(Fields.empty().plus("Link", "</b.css>"));
            stream(x, length(200, "5"), "12", "345");
        });
        HANDLERS.put("/nothing", x -> {});
    }

    private ContractHandlers() {}

    static void put(String path, HttpHandler handler) {
        HANDLERS.put(path, handler);
    }

    static void handle(Exchange exchange) throws IOException {
        HANDLERS.getOrDefault(exchange.request().rawPath(), x -> x.respond(head(404), bytes("")))
                .handle(exchange);
    }

    private static void stream(Exchange exchange, ResponseHead head, String... parts) throws IOException {
        try (OutputStream out = exchange.respond(head)) {
            for (String part : parts) {
                out.write(part.getBytes(ISO_8859_1));
                out.flush();
            }
        }
    }

    private static ResponseHead head(int status) {
        return ResponseHead.of(status, Fields.empty());
    }

    private static ResponseHead length(int status, String length) {
        return ResponseHead.of(status, Fields.empty().plus("Content-Length", length));
    }

    private static ByteBuffer bytes(String octets) {
        return ByteBuffer.wrap(octets.getBytes(ISO_8859_1));
    }
}
