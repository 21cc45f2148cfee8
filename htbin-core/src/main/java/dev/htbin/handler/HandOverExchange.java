package dev.htbin.handler;

import dev.htbin.cgi.TakesOver;
import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.FileRegion;
import dev.htbin.http.ForwardingExchange;
import dev.htbin.http.ResponseBody;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The exchange of a script that may name a file to be sent in its place. Such a response is kept here and not sent; every other is sent without the fields that
 * would name one.
 */
final class HandOverExchange extends ForwardingExchange implements TakesOver {
    /** A path in the file system (Apache's mod_xsendfile, lighttpd). */
    static final String SENDFILE = "X-Sendfile";

    /** A URL path (nginx). */
    static final String ACCEL_REDIRECT = "X-Accel-Redirect";

    /** What else nginx takes out of a response; each is about buffers and limits that are not there. */
    private static final List<String> OTHERS =
            List.of("X-Accel-Buffering", "X-Accel-Charset", "X-Accel-Expires", "X-Accel-Limit-Rate");

    private volatile @Nullable ResponseHead taken;

    HandOverExchange(Exchange exchange) {
        super(exchange);
    }

    /** Returns the head of the response that is to be sent with a file. */
    Optional<ResponseHead> taken() {
        return Optional.ofNullable(taken);
    }

    @Override
    public boolean takesOver(ResponseHead head) {
        boolean hasBody = !head.bodiless() && head.status() / 100 != 3;
        return hasBody && (head.fields().contains(SENDFILE) || head.fields().contains(ACCEL_REDIRECT));
    }

    @Override
    public void earlyHints(Fields hints) throws IOException {
        super.earlyHints(withoutNames(hints));
    }

    @Override
    public ResponseBody respond(ResponseHead head) throws IOException {
        if (takesOver(head)) {
            taken = head;
            return new Nowhere();
        }
        return super.respond(withoutNames(head));
    }

    @Override
    public void respond(ResponseHead head, ByteBuffer body) throws IOException {
        if (takesOver(head)) {
            taken = head;
        } else {
            super.respond(withoutNames(head), body);
        }
    }

    @Override
    public void respond(ResponseHead head, FileRegion body) throws IOException {
        if (takesOver(head)) {
            taken = head;
        } else {
            super.respond(withoutNames(head), body);
        }
    }

    /** Returns the fields without those that are for the server alone. */
    static Fields withoutNames(Fields fields) {
        Fields rest = fields.without(SENDFILE).without(ACCEL_REDIRECT);
        for (String name : OTHERS) {
            rest = rest.without(name);
        }
        return rest;
    }

    private static ResponseHead withoutNames(ResponseHead head) {
        return new ResponseHead(head.status(), head.reason(), withoutNames(head.fields()));
    }

    /** The body of a response that is not sent. */
    private static final class Nowhere extends ResponseBody {
        @Override
        public void write(int octet) {}

        @Override
        public void write(byte[] octets, int offset, int length) {}

        @Override
        public void write(ByteBuffer octets) {
            octets.position(octets.limit());
        }
    }
}
