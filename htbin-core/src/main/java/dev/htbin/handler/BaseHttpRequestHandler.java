package dev.htbin.handler;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Exchange;

/** Handles one request (Python: {@code BaseHTTPRequestHandler}). */
public class BaseHttpRequestHandler {
    private final Exchange exchange;

    /** Creates the handler of one exchange. */
    protected BaseHttpRequestHandler(Exchange exchange) {
        this.exchange = requireNonNull(exchange, "exchange");
    }

    /** Returns the exchange that is handled. */
    protected final Exchange exchange() {
        return exchange;
    }
}
