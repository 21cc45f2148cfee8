package dev.htbin.handler;

import dev.htbin.http.Exchange;
import dev.htbin.http.HttpHandler;
import java.io.IOException;
import java.util.function.Function;

/**
 * Makes an instance for each request, and before it one that answers if that needs no waiting.
 *
 * @param factory makes instances whose hooks don't wait unless they ask {@link BaseHttpRequestHandler#postpone} before
 */
record ImmediateHandler(Function<Exchange, BaseHttpRequestHandler> factory) implements HttpHandler {
    @Override
    public void handle(Exchange exchange) throws IOException {
        factory.apply(exchange).handle();
    }

    @Override
    public boolean answerNow(Exchange exchange) throws IOException {
        String method = exchange.request().method();
        return (method.equals("GET") || method.equals("HEAD"))
                && factory.apply(exchange).handleNow();
    }
}
