package dev.htbin.handler;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Exchange;
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.FileRegion;
import dev.htbin.http.HttpDate;
import dev.htbin.http.HttpException;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import dev.htbin.http.RequestIds;
import dev.htbin.http.ResponseHead;
import dev.htbin.http.ServerInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles one request: looks at its method and calls the hook that answers it (Python: {@code BaseHTTPRequestHandler}).
 *
 * <p>A subclass overrides {@code doGet}, {@code doHead}, {@code doPost}, and for other methods {@link #dispatch}. A hook answers either with
 * {@link #sendError}, or with {@link #sendResponse}, {@link #sendHeader} and {@link #endHeaders} and then the body to {@link #wfile}. The head is
 * collected and goes out with the first octets of the body or when the hook returns; until then an error can still take its place.
 *
 * <p>One instance for each exchange, used by one thread. Strings that go to the wire are octet strings ({@link Octets}); error messages and
 * explanations are text.
 */
public class BaseHttpRequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger(BaseHttpRequestHandler.class);

    private final LoggedExchange exchange;
    private final PendingHead head = new PendingHead();
    private String id = "";
    private Fields errorFields = Fields.empty();
    private boolean immediate;
    private boolean postponed;
    private @Nullable OutputStream body;

    /**
     * Creates the handler of one exchange.
     *
     * @param exchange not answered yet
     */
    // The hook is called when a response starts, never during construction.
    @SuppressWarnings("this-escape")
    protected BaseHttpRequestHandler(Exchange exchange) {
        this.exchange = new LoggedExchange(requireNonNull(exchange, "exchange"), code -> logRequest(code, -1));
    }

    /**
     * Returns a handler that makes an instance for each request and lets it handle that (Python: the handler class given to {@code HTTPServer}).
     *
     * @param factory makes the instance; safe for use by several threads
     */
    public static HttpHandler perRequest(Function<Exchange, ? extends BaseHttpRequestHandler> factory) {
        requireNonNull(factory, "factory");
        return exchange -> factory.apply(exchange).handle();
    }

    /**
     * Answers an exchange with an error page and its access line, outside of any handler.
     *
     * @throws IOException if the client can no longer be written to
     */
    public static void refuse(Exchange exchange, HttpException refusal) throws IOException {
        var handler = new BaseHttpRequestHandler(exchange);
        handler.refuse(refusal);
        handler.finish();
    }

    /**
     * Answers the request. The response is complete when this returns.
     *
     * <p>An {@link HttpException} from a hook becomes its error page. Any other unchecked exception is a bug: it is logged with its trace under an id,
     * and the client gets 500 and the id. Once the head is out, all that is left is to break the exchange off.
     *
     * @throws IOException if the client can no longer be read from or written to
     */
    public final void handle() throws IOException {
        try {
            try {
                dispatch();
                finish();
            } catch (HttpException e) {
                if (exchange.committed()) {
                    throw e;
                }
                refuse(e);
                finish();
            }
        } catch (RuntimeException e) {
            reportBug(e);
        }
    }

    /** Answers the request if that needs no waiting, and tells whether it did. If not, nothing was logged or sent; another instance is to handle the request. */
    final boolean handleNow() throws IOException {
        immediate = true;
        try {
            dispatch();
            if (!postponed) {
                finish();
            }
            return !postponed;
        } catch (RuntimeException e) {
            if (exchange.committed()) {
                reportBug(e);
            }
            return exchange.committed();
        }
    }

    /** Adds fields to the head, as {@link #sendHeader} does; an instance that must not wait has no subclass's hook to ask. */
    final void sendHeaders(List<Field> fields) {
        fields.forEach(immediate ? head::add : field -> sendHeader(field.name(), field.value()));
    }

    /** Tells whether this instance must not wait. */
    final boolean immediate() {
        return immediate;
    }

    /** Tells whether what comes next must be left to an instance that may wait. The caller then returns; it has responded nothing and logged nothing. */
    final boolean postpone() {
        postponed |= immediate;
        return immediate;
    }

    /** Calls the hook of the request's method; a method that has none is answered with 501. Override it to handle more methods. */
    protected void dispatch() throws IOException {
        switch (command()) {
            case "GET" -> doGet();
            case "HEAD" -> doHead();
            case "POST" -> doPost();
            default -> sendUnsupportedMethod();
        }
    }

    /** Answers GET; 501 unless overridden. Python: {@code do_GET}. */
    protected void doGet() throws IOException {
        sendUnsupportedMethod();
    }

    /** Answers HEAD; 501 unless overridden. Python: {@code do_HEAD}. */
    protected void doHead() throws IOException {
        sendUnsupportedMethod();
    }

    /** Answers POST; 501 unless overridden. Python: {@code do_POST}. */
    protected void doPost() throws IOException {
        sendUnsupportedMethod();
    }

    /** Answers 501 and names the method, as Python does. */
    protected final void sendUnsupportedMethod() throws IOException {
        String quote = command().indexOf('\'') < 0 ? "'" : "\"";
        sendError(501, "Unsupported method (" + quote + command() + quote + ")");
    }

    /** Returns the exchange that is handled; starting a response on it directly is logged like any other. */
    protected final Exchange exchange() {
        return exchange;
    }

    /**
     * Returns what tells this request from all others, and has the response and the log tell it too from now on. Of an ordinary file they do not: nothing else could
     * be found under it.
     */
    protected final String requestId() {
        if (id.isEmpty()) {
            id = RequestIds.next();
            exchange.identify(id);
        }
        return id;
    }

    /** Puts another request, without a body, in the place of the present one; the log keeps to the one that the client sent. */
    final void redirectTo(Request request) {
        exchange.redirectTo(request);
    }

    /** Returns the request's method, case kept, for example {@code GET}. Python: {@code command}. */
    public final String command() {
        return exchange.request().method();
    }

    /** Returns the request's target as it came, query included. Python: {@code path}. */
    public final String path() {
        return exchange.request().target();
    }

    /** Returns the version of the request, for example {@code HTTP/1.1}. Python: {@code request_version}. */
    public final String requestVersion() {
        return exchange.request().version().text();
    }

    /** Returns the header fields of the request. Python: {@code headers}. */
    public final Fields headers() {
        return exchange.request().fields();
    }

    /** Returns the client's address and port. Python: {@code client_address}. */
    public final InetSocketAddress clientAddress() {
        return exchange.peer().client();
    }

    /** Returns what the server says of itself. Python: {@code server}. */
    public final ServerInfo server() {
        return exchange.server();
    }

    /** Returns the request's body, without its transfer coding; at its end when there is none. Python: {@code rfile}. */
    public final InputStream rfile() throws IOException {
        return exchange.requestBody();
    }

    /**
     * Returns where the body of the response goes. It is closed when the hook has returned. Python: {@code wfile}.
     *
     * @throws IllegalStateException if {@link #endHeaders} was not called before
     */
    public final OutputStream wfile() throws IOException {
        if (body == null) {
            body = exchange.respond(head.take());
        }
        return body;
    }

    /** Sends the head that {@link #endHeaders} completed, and a body from memory. Nothing may be written to {@link #wfile} before or after. */
    protected final void sendBody(ByteBuffer octets) throws IOException {
        exchange.respond(head.take(), octets);
    }

    /** Sends the head that {@link #endHeaders} completed, and a part of a file as the body. Nothing may be written to {@link #wfile} before or after. */
    protected final void sendBody(FileRegion region) throws IOException {
        exchange.respond(head.take(), region);
    }

    /** Sends an error page with the registered phrase and its explanation. Python: {@code send_error}. */
    protected final void sendError(int code) throws IOException {
        sendError(code, StatusText.of(code).phrase());
    }

    /** Sends an error page with a message and the registered explanation. Python: {@code send_error}. */
    protected final void sendError(int code, String message) throws IOException {
        sendError(code, message, StatusText.of(code).explanation());
    }

    /**
     * Logs an error and sends a page that tells of it. All errors take this way. Drops a head that was begun. Python: {@code send_error}.
     *
     * @param code 400 to 599
     * @param message one line of text; it is the reason phrase too
     * @param explain a sentence of text, or empty
     * @throws IllegalStateException if the response was started before
     */
    protected void sendError(int code, String message, String explain) throws IOException {
        if (postpone()) {
            return;
        }
        logError("code " + code + ", message " + message);
        var page = errorPage(code).map(ErrorPage::custom).orElseGet(() -> ErrorPage.of(code, message, explain));
        sendResponse(code, message);
        errorFields.forEach(field -> sendHeader(field.name(), field.value()));
        page.fields().forEach(field -> sendHeader(field.name(), field.value()));
        endHeaders();
        sendBody(page.octets());
    }

    /** Returns a page to be sent in the place of the built-in one. */
    Optional<ByteBuffer> errorPage(int code) {
        return Optional.empty();
    }

    /** Begins a head with the registered reason phrase; drops one that was begun before. Python: {@code send_response}. */
    protected final void sendResponse(int code) {
        sendResponse(code, "");
    }

    /**
     * Begins a head; drops one that was begun before. {@code Server} and {@code Date} are added when the head is sent. Python: {@code send_response}.
     *
     * @param code 200 to 599
     * @param message the reason phrase; what can't stand in a status line is replaced. Empty: the registered phrase
     */
    protected void sendResponse(int code, String message) {
        head.begin(code, requireNonNull(message, "message"));
    }

    /**
     * Adds a field to the head. Python: {@code send_header}.
     *
     * @throws IllegalArgumentException if the name is no token or the value can't stand in a field
     */
    protected void sendHeader(String name, String value) {
        head.add(new Field(name, value));
    }

    /**
     * Completes the head. Override it to add fields to every response. Python: {@code end_headers}.
     *
     * @throws IllegalStateException if {@link #sendResponse} was not called before
     */
    protected void endHeaders() throws IOException {
        String software = versionString();
        if (!software.equals(server().software())) {
            head.add(new Field("Server", software));
        }
        head.complete();
    }

    /**
     * Logs the request. Called once for each request, when its response starts. Python: {@code log_request}.
     *
     * @param code the status of the response
     * @param size the length of the response's body in octets; -1: not told
     */
    protected void logRequest(int code, long size) {
        if (immediate && !AccessLog.isOn()) {
            return;
        }
        logMessage(AccessLog.line(exchange.received(), requestVersion(), code, size, id));
    }

    /** Logs that a request could not be fulfilled. Python: {@code log_error}. */
    protected void logError(String message) {
        logMessage(message);
    }

    /** Logs a message; all lines of a handler take this way. The client's address and the time are put before it. Python: {@code log_message}. */
    protected void logMessage(String message) {
        AccessLog.write(addressString(), message);
    }

    /** Returns the client's address as the log has it. Python: {@code address_string}. */
    protected String addressString() {
        return exchange.peer().clientAddress();
    }

    /** Returns the current time as a header field has it. Python: {@code date_time_string}. */
    public final String dateTimeString() {
        return HttpDate.format(Instant.now());
    }

    /** Returns a time as a header field has it, for example {@code Sun, 22 Nov 2026 22:00:00 GMT}. Python: {@code date_time_string}. */
    public final String dateTimeString(Instant time) {
        return HttpDate.format(time);
    }

    /** Returns the value of the {@code Server} field. Python: {@code version_string}. */
    protected String versionString() {
        return server().software();
    }

    private void finish() throws IOException {
        ResponseHead complete = head.peek();
        if (body != null) {
            body.close();
        } else if (complete != null) {
            exchange.respondWithoutBody(head.take(), command().equals("HEAD"));
        } else if (!exchange.committed()) {
            throw new IllegalStateException(
                    "%s returned without a response to %s".formatted(getClass().getName(), command()));
        }
    }

    private void refuse(HttpException refusal) throws IOException {
        errorFields = refusal.fields();
        sendError(refusal.status(), StatusText.of(refusal.status()).phrase(), refusal.publicMessage());
    }

    private void reportBug(RuntimeException bug) throws IOException {
        LOG.error("bug {} at {} {}", requestId(), AccessLog.escape(command()), AccessLog.escape(path()), bug);
        if (exchange.committed()) {
            exchange.abort(bug);
            return;
        }
        String explain = "The log of the server has more, under the id " + requestId() + ".";
        errorFields = Fields.empty();
        try {
            sendError(500, StatusText.of(500).phrase(), explain);
            finish();
        } catch (RuntimeException again) {
            LOG.error("bug {}: its error page failed", id, again);
            exchange.giveUp(again, ErrorPage.of(500, StatusText.of(500).phrase(), explain));
        }
    }
}
