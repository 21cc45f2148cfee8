package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** An exchange that is another one, but for what a subclass changes. */
public abstract class ForwardingExchange implements Exchange {
    private final Exchange exchange;

    /**
     * Creates it.
     *
     * @param exchange the other one
     */
    protected ForwardingExchange(Exchange exchange) {
        this.exchange = requireNonNull(exchange, "exchange");
    }

    @Override
    public Request request() {
        return exchange.request();
    }

    @Override
    public Peer peer() {
        return exchange.peer();
    }

    @Override
    public ServerInfo server() {
        return exchange.server();
    }

    @Override
    public Access access() {
        return exchange.access();
    }

    @Override
    public boolean hasRequestBody() {
        return exchange.hasRequestBody();
    }

    @Override
    public InputStream requestBody() throws IOException {
        return exchange.requestBody();
    }

    @Override
    public void earlyHints(Fields hints) throws IOException {
        exchange.earlyHints(hints);
    }

    @Override
    public ResponseBody respond(ResponseHead head) throws IOException {
        return exchange.respond(head);
    }

    @Override
    public void respond(ResponseHead head, ByteBuffer body) throws IOException {
        exchange.respond(head, body);
    }

    @Override
    public void respond(ResponseHead head, FileRegion body) throws IOException {
        exchange.respond(head, body);
    }

    @Override
    public boolean committed() {
        return exchange.committed();
    }

    @Override
    public void abort(Throwable cause) {
        exchange.abort(cause);
    }

    @Override
    public void onDisconnect(Runnable action) {
        exchange.onDisconnect(action);
    }
}
