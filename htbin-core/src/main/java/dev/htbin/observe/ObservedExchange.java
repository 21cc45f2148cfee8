package dev.htbin.observe;

import dev.htbin.http.Exchange;
import dev.htbin.http.FileRegion;
import dev.htbin.http.ForwardingExchange;
import dev.htbin.http.RequestIds;
import dev.htbin.http.ResponseBody;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An exchange that remembers what was responded. Asked when whoever responds has handed it back. */
final class ObservedExchange extends ForwardingExchange {
    private long octets;
    private int status;
    private String id = "";
    /** Set by any thread. */
    private volatile boolean broken;

    ObservedExchange(Exchange exchange) {
        super(exchange);
    }

    /** Returns the status of the response; 0 if there is none. */
    int status() {
        return status;
    }

    /** Returns how many octets of a body were handed over. */
    long octets() {
        return octets;
    }

    /** Returns the identifier that the response tells; empty if it tells none. */
    String id() {
        return id;
    }

    /** Tells whether the response was broken off. */
    boolean broken() {
        return broken;
    }

    @Override
    public ResponseBody respond(ResponseHead head) throws IOException {
        note(head);
        ResponseBody body = super.respond(head);
        return hasBody(head) ? new Counted(body) : body;
    }

    @Override
    public void respond(ResponseHead head, ByteBuffer body) throws IOException {
        note(head);
        if (hasBody(head)) {
            octets += body.remaining();
        }
        super.respond(head, body);
    }

    @Override
    public void respond(ResponseHead head, FileRegion body) throws IOException {
        note(head);
        if (hasBody(head)) {
            octets += body.length();
        }
        super.respond(head, body);
    }

    @Override
    public void abort(Throwable cause) {
        broken = true;
        super.abort(cause);
    }

    private void note(ResponseHead head) {
        if (!committed()) {
            status = head.status();
            id = head.fields().first(RequestIds.FIELD).orElse("");
        }
    }

    /** Tells whether octets of a body go out at all. */
    private boolean hasBody(ResponseHead head) {
        return !request().isHead() && head.status() != 204 && head.status() != 304;
    }

    private final class Counted extends ResponseBody {
        private final ResponseBody body;

        Counted(ResponseBody body) {
            this.body = body;
        }

        @Override
        public void write(int octet) throws IOException {
            octets++;
            body.write(octet);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            octets += length;
            body.write(bytes, offset, length);
        }

        @Override
        public void write(ByteBuffer buffer) throws IOException {
            octets += buffer.remaining();
            body.write(buffer);
        }

        @Override
        public void flush() throws IOException {
            body.flush();
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }
}
