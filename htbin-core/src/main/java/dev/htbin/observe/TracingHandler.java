package dev.htbin.observe;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.ForwardingExchange;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Request;
import dev.htbin.http.TraceParent;
import java.io.IOException;
import java.util.Optional;

/**
 * Begins a trace for each request that belongs to none: one without a {@code traceparent}, or with one that is not valid, is handled as if its client had begun one.
 * Safe for use by several threads.
 *
 * @param next answers the requests
 */
public record TracingHandler(HttpHandler next) implements HttpHandler {
    public TracingHandler {
        requireNonNull(next, "next");
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        next.handle(traced(exchange));
    }

    @Override
    public boolean answerNow(Exchange exchange) throws IOException {
        return next.answerNow(traced(exchange));
    }

    private static Exchange traced(Exchange exchange) {
        boolean traced = TraceParent.of(exchange.request().fields()).isPresent();
        return traced ? exchange : new TracedExchange(exchange);
    }

    @Override
    public void refused(String client, String requestLine, Optional<Request> request, int status) {
        next.refused(client, requestLine, request, status);
    }

    private static final class TracedExchange extends ForwardingExchange {
        private final Request request;

        TracedExchange(Exchange exchange) {
            super(exchange);
            Request received = exchange.request();
            // What the state is of, is not known.
            Fields fields = received.fields()
                    .without(TraceParent.STATE_FIELD)
                    .with(TraceParent.FIELD, TraceParent.next().value());
            request = new Request(received.method(), received.target(), received.version(), fields);
        }

        @Override
        public Request request() {
            return request;
        }
    }
}
