package dev.htbin.http;

import java.io.IOException;

/** Answers requests. Called by an engine, on a virtual thread of its own for each exchange. */
@FunctionalInterface
public interface HttpHandler {
    /**
     * Answers one request, blocking; the response is complete when this returns.
     *
     * @param exchange the request and the way to respond to it
     * @throws IOException if the client can no longer be read from or written to; the engine then closes the connection
     */
    void handle(Exchange exchange) throws IOException;
}
