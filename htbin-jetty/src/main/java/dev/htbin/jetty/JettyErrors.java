package dev.htbin.jetty;

import dev.htbin.http.HttpHandler;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests that Jetty or the engine refuses: a page, a line in the log, and the connection, or the stream of HTTP/2, is closed. */
final class JettyErrors implements Request.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(JettyErrors.class);
    private static final HttpField TYPE = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/html;charset=utf-8");
    private static final HttpField NO_SNIFF = new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
    private static final HttpField CLOSE = new PreEncodedHttpField(HttpHeader.CONNECTION, "close");

    private final HttpField software;
    private final HttpHandler handler;

    /** Creates what answers, and tells the handler of it. */
    JettyErrors(EngineConfig config, HttpHandler handler) {
        this.handler = handler;
        software = new PreEncodedHttpField(HttpHeader.SERVER, config.server().software());
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = request.getAttribute(ErrorHandler.ERROR_STATUS) instanceof Integer code ? code : 500;
        if (status >= 500 && request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof Throwable cause) {
            LOG.debug("refused with {}", status, cause);
            if (cause instanceof IllegalArgumentException) {
                // No exception of a handler comes here: Jetty's own check of the head could not read a field.
                status = 400;
            }
        }
        answer(request, response, callback, () -> succeed(callback), page(status));
        return true;
    }

    /** Sends the page and closes the connection. Does not block. */
    void refuse(Request request, Response response, Callback callback, ErrorPage page) {
        answer(request, response, callback, () -> callback.failed(new Closing()), page);
    }

    private void answer(Request request, Response response, Callback callback, Runnable close, ErrorPage page) {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        ClientEndPoint client = ClientEndPoint.of(endPoint);
        boolean shared = client != null && client.multiplexed();
        if (client != null && !shared && !client.beginExchange()) {
            callback.failed(new Closing());
            return;
        }
        tell(
                request.getConnectionMetaData().getRemoteSocketAddress(),
                RequestHead.line(request),
                RequestHead.ofRefused(request),
                page.status());
        HttpFields.Mutable fields = response.getHeaders();
        fields.clear();
        fields.add(software);
        fields.add(request.getConnectionMetaData().getConnector().getServer().getDateField());
        fields.add(TYPE);
        fields.add(NO_SNIFF);
        response.setStatus(page.status());
        if (shared) {
            // Only the stream ends: what else the connection carries is not concerned.
            response.write(true, ByteBuffer.wrap(page.html()), callback);
            return;
        }
        fields.add(CLOSE);
        Callback sent = Callback.from(
                () -> Thread.startVirtualThread(() -> {
                    Linger.discard(endPoint);
                    close.run();
                }),
                callback::failed);
        response.write(true, ByteBuffer.wrap(page.html()), sent);
    }

    /** Logs an answer that no handler gave. */
    void tell(
            @Nullable SocketAddress client, String requestLine, Optional<dev.htbin.http.Request> request, int status) {
        AccessLog.answered(client, requestLine, status);
        try {
            handler.refused(AccessLog.addressOf(client), requestLine, request, status);
        } catch (RuntimeException e) {
            LOG.error("the handler could not be told of a refusal", e);
        }
    }

    private static void succeed(Callback callback) {
        try {
            callback.succeeded();
        } catch (IllegalStateException e) {
            // The client closed the connection first, and with that Jetty completed the exchange.
            LOG.trace("completed before", e);
        }
    }

    private static ErrorPage page(int status) {
        return switch (status) {
            case 408 -> new ErrorPage(408, "The request did not arrive in time.");
            case 413 -> new ErrorPage(413, "The body of the request is too large.");
            case 414 -> new ErrorPage(414, "The request line is too long.");
            case 417 -> new ErrorPage(417, "The only expectation that is met here is 100-continue.");
            case 426, 505 ->
                new ErrorPage(505, "The versions that are spoken here are HTTP/1.0, HTTP/1.1, and HTTP/2.");
            case 431 -> new ErrorPage(431, "The head of the request is too large.");
            case 501 -> new ErrorPage(501, "The request asks for what is not implemented here.");
            default ->
                status >= 500 ? ErrorPage.INTERNAL : new ErrorPage(400, "The request is not HTTP as RFC 9112 has it.");
        };
    }
}
