package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Exchange;
import dev.htbin.http.HttpHandler;
import java.io.IOException;

/** The handler in force: a request that has begun ends with the one that it began with. */
final class CurrentHandler implements HttpHandler {
    private volatile HttpHandler current;

    CurrentHandler(HttpHandler first) {
        this.current = requireNonNull(first, "first");
    }

    /** Has requests that begin from now on answered by another one. */
    void become(HttpHandler other) {
        current = requireNonNull(other, "other");
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        current.handle(exchange);
    }

    @Override
    public boolean answerNow(Exchange exchange) throws IOException {
        return current.answerNow(exchange);
    }
}
