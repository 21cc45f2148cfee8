package dev.htbin.jetty;

import org.eclipse.jetty.server.Request;

/** Makes Jetty close the connection of an exchange, without an error page or a line in its log. */
final class Closing extends Request.Handler.AbortException {
    private static final long serialVersionUID = 1L;

    Closing() {
        super(new java.io.IOException("the connection is closed after this exchange"));
    }
}
