package dev.htbin.handler;

import dev.htbin.http.Exchange;
import dev.htbin.http.FileRegion;
import dev.htbin.http.ForwardingExchange;
import dev.htbin.http.Request;
import dev.htbin.http.RequestIds;
import dev.htbin.http.ResponseBody;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that tells the status of its response when that starts, whoever starts it, and whose request can be replaced by the one that a script's local
 * redirect asks for.
 */
final class LoggedExchange extends ForwardingExchange {
    private final IntConsumer onStart;
    private boolean told;
    private String id = "";
    private @Nullable Request redirected;

    LoggedExchange(Exchange exchange, IntConsumer onStart) {
        super(exchange);
        this.onStart = onStart;
    }

    /** Returns the request that the client sent. */
    Request received() {
        return super.request();
    }

    /** Has the response tell the request's identifier, unless it tells one already. */
    void identify(String requestId) {
        id = requestId;
    }

    /**
     * Puts another request, without a body, in the place of the present one.
     *
     * @throws HttpException if the client may not make that request
     */
    void redirectTo(Request request) {
        access().authenticate(request);
        redirected = request;
    }

    @Override
    public Request request() {
        Request other = redirected;
        return other == null ? super.request() : other;
    }

    @Override
    public boolean hasRequestBody() {
        return redirected == null && super.hasRequestBody();
    }

    @Override
    public InputStream requestBody() throws IOException {
        return redirected == null ? super.requestBody() : InputStream.nullInputStream();
    }

    @Override
    public ResponseBody respond(ResponseHead head) throws IOException {
        tell(head);
        return super.respond(identified(head));
    }

    @Override
    public void respond(ResponseHead head, ByteBuffer body) throws IOException {
        tell(head);
        super.respond(identified(head), body);
    }

    @Override
    public void respond(ResponseHead head, FileRegion body) throws IOException {
        tell(head);
        super.respond(identified(head), body);
    }

    /** Sends a head alone; without a length, one of 0 is told, unless the head answers HEAD. */
    void respondWithoutBody(ResponseHead head, boolean toHead) throws IOException {
        if (toHead || head.fields().contains("Content-Length")) {
            respond(head).close();
        } else {
            respond(head, ByteBuffer.allocate(0));
        }
    }

    /** Answers with a page whatever was to be the response; breaks off what has begun. */
    void giveUp(RuntimeException failure, ErrorPage page) throws IOException {
        if (committed()) {
            abort(failure);
        } else {
            respond(ResponseHead.of(500, page.fields()), page.octets());
        }
    }

    private ResponseHead identified(ResponseHead head) {
        return id.isEmpty() || head.fields().contains(RequestIds.FIELD)
                ? head
                : new ResponseHead(head.status(), head.reason(), head.fields().plus(RequestIds.FIELD, id));
    }

    private void tell(ResponseHead head) {
        if (!told && !super.committed()) {
            told = true;
            onStart.accept(head.status());
        }
    }
}
