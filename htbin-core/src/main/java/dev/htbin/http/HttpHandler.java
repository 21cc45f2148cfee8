package dev.htbin.http;

import java.io.IOException;
import java.util.Optional;

/** Answers requests. Called by an engine, on a thread of its own for each exchange: a virtual one, or a platform one where the engine has it to spare. */
@FunctionalInterface
public interface HttpHandler {
    /**
     * Answers one request, blocking; the response is complete when this returns.
     *
     * @param exchange the request and the way to respond to it
     * @throws IOException if the client can no longer be read from or written to; the engine then closes the connection
     */
    void handle(Exchange exchange) throws IOException;

    /**
     * Answers one request if that needs no waiting. An engine may ask this before {@link #handle}, for a request without a body, on a thread that serves other
     * connections too; {@link Exchange#respond(ResponseHead, java.nio.ByteBuffer)} does not wait for the client then. Every check that {@code handle} makes is
     * made here as well.
     *
     * @param exchange the request and the way to respond to it
     * @return whether the response was given; if not, nothing was done, logged or started, and {@code handle} is to be called
     * @throws IOException if the client can no longer be written to; the engine then closes the connection
     */
    default boolean answerNow(Exchange exchange) throws IOException {
        return false;
    }

    /**
     * Is told that the engine itself answered what was no request, one that can't be served, or one that is to be made elsewhere. Called by the engine for its outermost
     * handler; must not block.
     *
     * @param client the client's IP address as text; {@code -} when there is none
     * @param requestLine the request line as far as it is known, an octet string; {@code -} when it is not
     * @param request the request's head; empty when it is not known, or none
     * @param status the status of the answer
     */
    default void refused(String client, String requestLine, Optional<Request> request, int status) {}
}
