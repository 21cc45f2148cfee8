package dev.htbin.jetty;

/** A server for a handler. */
public final class HttpServer {
    private HttpServer() {}
}
