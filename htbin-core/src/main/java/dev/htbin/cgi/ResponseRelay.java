package dev.htbin.cgi;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpDate;
import dev.htbin.http.Precondition;
import dev.htbin.http.ResponseBody;
import dev.htbin.http.ResponseHead;
import dev.htbin.process.ExitStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a script's output into the response: reads the head, then passes the body on as it comes, held to the script's {@code Content-Length}.
 *
 * <p>A response that is short and complete at once goes out whole, with its length; one that is not waits {@link #LINGER} at most before what is there is
 * sent. Used by one thread.
 */
final class ResponseRelay {
    /** How long the first output may wait for the end of the script, so that a short response goes out in one piece. */
    static final Duration LINGER = Duration.ofMillis(2);

    private static final Logger LOG = LoggerFactory.getLogger(ResponseRelay.class);
    private static final int PENDING_BYTES = 32 << 10;

    private final ScriptResolution.Script script;
    private final Exchange exchange;
    private final CgiResponseReader reader;
    private final ByteBuffer pending = ByteBuffer.allocate(PENDING_BYTES);
    private @Nullable CgiResponse response;
    private @Nullable ResponseBody stream;
    private long bodyBytes;
    private boolean unflushed;
    private boolean cut;

    ResponseRelay(ScriptResolution.Script script, Exchange exchange, CgiLimits limits) {
        this.script = script;
        this.exchange = exchange;
        this.reader = new CgiResponseReader(limits, script.nph());
    }

    /** Takes a part of the output. */
    void accept(ByteBuffer output) throws CgiFailure, IOException {
        if (response == null) {
            Optional<CgiResponse> head = reader.feed(output);
            for (Fields hints : reader.earlyHints()) {
                exchange.earlyHints(hints);
            }
            if (head.isEmpty()) {
                return;
            }
            response = head.get() instanceof CgiResponse.Document document ? conditional(document) : head.get();
            response.warnings()
                    .forEach(warning -> LOG.warn("{}: {}", Printable.of(script.scriptName()), Printable.of(warning)));
        }
        if (response instanceof CgiResponse.ToClient begun && output.hasRemaining()) {
            body(output, begun);
        }
    }

    /**
     * Returns 304 in the place of a document that the client has: a script that names an entity tag or a date need not compare them itself.
     *
     * @spec https://www.rfc-editor.org/rfc/rfc9110#section-13.2 RFC 9110 section 13.2
     */
    private CgiResponse.Document conditional(CgiResponse.Document document) {
        String method = exchange.request().method();
        Fields fields = document.head().fields();
        boolean current = document.head().status() == 200
                && (method.equals("GET") || method.equals("HEAD"))
                && Precondition.notModified(
                        exchange.request().fields(),
                        fields.first("ETag"),
                        fields.first("Last-Modified").flatMap(text -> HttpDate.parse(text, Instant.now())));
        return current
                ? new CgiResponse.Document(
                        ResponseHead.of(304, fields.without("Content-Type")), OptionalLong.empty(), document.warnings())
                : document;
    }

    /** Tells whether something waits to be sent until {@link #LINGER} is over. */
    boolean waits() {
        return stream == null && response instanceof CgiResponse.ToClient begun && sendable(begun);
    }

    /** Tells whether what the script still writes is discarded: the body of a response that has none, or what is beyond its Content-Length. */
    boolean discards() {
        return response instanceof CgiResponse.ToClient begun
                && (!expectsBody(begun) || bodyBytes >= begun.contentLength().orElse(Long.MAX_VALUE));
    }

    /** Sends what is there, if it may not wait any longer. */
    void flush(boolean lingerIsOver) throws IOException {
        if (lingerIsOver && stream == null && response instanceof CgiResponse.ToClient begun && sendable(begun)) {
            start(begun);
        }
        if (stream != null && unflushed) {
            stream.flush();
            unflushed = false;
        }
    }

    /**
     * Completes the response.
     *
     * @param status how the script ended; null if it lives on without its output
     * @return the local redirect, if the script gave one
     * @throws CgiFailure if the output was no whole response
     */
    Optional<CgiResponse.LocalRedirect> end(@Nullable ExitStatus status) throws CgiFailure, IOException {
        return switch (response) {
            case null -> throw reader.ended(Optional.ofNullable(status));
            case CgiResponse.LocalRedirect redirect -> Optional.of(redirect);
            case CgiResponse.ToClient begun -> {
                requireWhole(begun, status);
                finish(begun);
                yield Optional.empty();
            }
        };
    }

    private void requireWhole(CgiResponse.ToClient begun, @Nullable ExitStatus status) throws CgiFailure {
        OptionalLong declared = begun.contentLength();
        boolean whole = !expectsBody(begun) || (declared.isPresent() && bodyBytes >= declared.getAsLong());
        if (!whole && status instanceof ExitStatus.Signaled) {
            throw new CgiFailure.EndedEarly(status);
        }
        if (!whole && declared.isPresent()) {
            throw new CgiFailure.LengthMismatch(declared.getAsLong(), bodyBytes);
        }
    }

    private void finish(CgiResponse.ToClient complete) throws IOException {
        if (stream != null) {
            stream.close();
        } else if (!expectsBody(complete)) {
            exchange.respond(head(complete)).close();
        } else if (complete instanceof CgiResponse.ClientRedirect redirect && bodyBytes == 0) {
            RedirectPage.send(redirect, exchange);
        } else {
            exchange.respond(head(complete), pending.flip());
        }
    }

    private void body(ByteBuffer output, CgiResponse.ToClient begun) throws IOException {
        if (!expectsBody(begun)) {
            return;
        }
        long room = begun.contentLength().orElse(Long.MAX_VALUE) - bodyBytes;
        if (output.remaining() > room) {
            cut(begun);
            output.limit(output.position() + (int) room);
        }
        bodyBytes += output.remaining();
        if (stream == null && output.remaining() <= pending.remaining()) {
            pending.put(output);
            return;
        }
        ResponseBody out = stream == null ? start(begun) : stream;
        out.write(output);
        unflushed = true;
    }

    private void cut(CgiResponse.ToClient begun) {
        if (!cut) {
            cut = true;
            long announced = begun.contentLength().orElseThrow();
            LOG.warn(
                    "{}: {}",
                    Printable.of(script.scriptName()),
                    new CgiFailure.LengthMismatch(announced, announced + 1).reasonForLog());
        }
    }

    private ResponseBody start(CgiResponse.ToClient begun) throws IOException {
        ResponseBody out = exchange.respond(head(begun));
        stream = out;
        out.write(pending.array(), 0, pending.position());
        unflushed = true;
        return out;
    }

    /** Tells whether the head may go out before the script's end. A redirect without a body gets one at the end. */
    private boolean sendable(CgiResponse.ToClient begun) {
        return !(begun instanceof CgiResponse.ClientRedirect) || bodyBytes > 0;
    }

    private boolean expectsBody(CgiResponse.ToClient begun) {
        if (exchange instanceof TakesOver other && other.takesOver(begun.head())) {
            return false;
        }
        int status = begun.head().status();
        return !exchange.request().isHead() && status != 204 && status != 205 && status != 304;
    }

    private ResponseHead head(CgiResponse.ToClient begun) {
        ResponseHead head = begun.head().status() == 204 ? begun.head() : begun.headWithLength();
        Fields fields = head.fields();
        if (expectsBody(begun) && !fields.contains("Content-Type") && !fields.contains("X-Content-Type-Options")) {
            fields = fields.plus("X-Content-Type-Options", "nosniff");
        }
        if (script.nph() && exchange.request().version().hasStatusLine()) {
            fields = fields.plus("Connection", "close");
        }
        return new ResponseHead(head.status(), head.reason(), fields);
    }
}
