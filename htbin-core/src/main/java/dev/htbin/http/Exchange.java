package dev.htbin.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * One request and its response: what an engine provides and all that htbin knows of an engine.
 *
 * <p>Used by one thread at a time, which need not be the one that received it; {@link #onDisconnect} and {@link #abort} may be called from any thread.
 * Engines give a framed, bounded and syntactically valid request: what is malformed, they refuse.
 */
public interface Exchange {
    /** Returns the head of the request. */
    Request request();

    /** Returns the two ends of the connection. */
    Peer peer();

    /** Returns what the server says of itself. */
    ServerInfo server();

    /** Returns who may make requests here: {@link Access#open} unless something before the handler asks for users. */
    Access access();

    /** Tells whether the request has a body, be it of length 0 (a {@code Content-Length} or a transfer coding was there). */
    boolean hasRequestBody();

    /**
     * Returns the request's body, without its transfer coding. The first read sends {@code 100 Continue} when the client waits for it.
     *
     * <p>Reads fail with {@link HttpException} 400 when the framing is broken, 408 when the client is too slow; with {@code IOException} when it is gone.
     */
    InputStream requestBody() throws IOException;

    /**
     * Sends an informational response, 103 (Early Hints), before the response: what the client may begin to fetch. May be called several times. Where the
     * client can't take it, as over HTTP/1.0, or the engine can't send it, nothing is sent.
     *
     * @param hints fields that the response will probably have, {@code Link} above all
     * @throws IllegalStateException if the response was started before
     * @spec https://www.rfc-editor.org/rfc/rfc8297 RFC 8297
     */
    default void earlyHints(Fields hints) throws IOException {}

    /**
     * Starts the response and returns where its body goes. Once in an exchange.
     *
     * <p>Written bytes may wait in memory until {@code flush} or {@code close}; {@code flush} sends them to the client; {@code close} completes the response.
     * What is written beyond the {@code Content-Length}, after HEAD, or with 204 or 304 is discarded. A head that was never flushed goes out with the first
     * bytes.
     *
     * @throws IllegalStateException if the response was started before
     */
    ResponseBody respond(ResponseHead head) throws IOException;

    /**
     * Sends a complete response from memory; {@code Content-Length} is set when it is missing.
     *
     * @throws IllegalStateException if the response was started before
     */
    void respond(ResponseHead head, ByteBuffer body) throws IOException;

    /**
     * Sends a complete response whose body is a part of a file; {@code Content-Length} is set. The region's channel is left open.
     *
     * @throws IllegalStateException if the response was started before
     */
    void respond(ResponseHead head, FileRegion body) throws IOException;

    /** Tells whether the response was started. */
    boolean committed();

    /**
     * Breaks the exchange off so that the client can see it: no last chunk, a reset connection or stream. Does nothing after a complete response.
     *
     * @param cause why, for the log
     */
    void abort(Throwable cause);

    /**
     * Runs an action, once, when the engine notices that the client is gone; best effort. At once if it has noticed already. The action must not block.
     */
    void onDisconnect(Runnable action);
}
