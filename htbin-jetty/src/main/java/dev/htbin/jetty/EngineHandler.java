package dev.htbin.jetty;

import dev.htbin.http.HttpException;
import dev.htbin.http.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands Jetty's requests to the handler. Those that the handler can answer without waiting are answered on the thread that selects and parses, the others each on a
 * {@link ExchangeThreads thread} of its own.
 */
final class EngineHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(EngineHandler.class);

    private static final long MAPPED_BYTES = 128 << 20;

    private final HttpHandler handler;
    private final EngineConfig config;
    private final JettyErrors errors;
    private final HttpField software;
    private final ReentrantLock idle = new ReentrantLock();
    private final Condition becameIdle = idle.newCondition();
    private final Set<JettyExchange> running = ConcurrentHashMap.newKeySet();
    private final ExchangeThreads threads = new ExchangeThreads();
    private final MappedWindows windows = new MappedWindows(MAPPED_BYTES);

    private volatile boolean stopping;

    EngineHandler(HttpHandler handler, EngineConfig config, JettyErrors errors) {
        super(InvocationType.NON_BLOCKING);
        this.handler = handler;
        this.config = config;
        this.errors = errors;
        this.software =
                new PreEncodedHttpField(HttpHeader.SERVER, config.server().software());
    }

    EngineConfig config() {
        return config;
    }

    HttpField software() {
        return software;
    }

    MappedWindows windows() {
        return windows;
    }

    /** From now on, no connection is kept after an exchange: the response says so where it can. */
    void keepNone() {
        stopping = true;
    }

    boolean keepsNone() {
        return stopping;
    }

    /** Waits, after {@link #keepNone}, until no exchange is going on, for some time. */
    void awaitIdle(Duration most) throws InterruptedException {
        idle.lock();
        try {
            long left = most.toNanos();
            while (!running.isEmpty() && left > 0) {
                left = becameIdle.awaitNanos(left);
            }
        } finally {
            idle.unlock();
        }
    }

    /** Breaks off what is still going on, so that no client takes a part of a response for all of it. */
    void abortAll() {
        running.forEach(JettyExchange::breakOff);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        threads.close();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Optional<ErrorPage> refusal = RequestHead.refusal(request, config);
        if (refusal.isPresent()) {
            errors.refuse(request, response, callback, refusal.get());
            return true;
        }
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        ClientEndPoint client = ClientEndPoint.of(endPoint);
        boolean shared = client != null && client.multiplexed();
        if (client != null && !client.beginExchange()) {
            callback.failed(new Closing());
            return true;
        }
        // A silent script is no idle connection; a client that doesn't read or send fails the write or the read.
        request.addIdleTimeoutListener(timeout -> false);
        var work = new Work(
                request, response, callback, endPoint, client, shared, new JettyExchange(request, response, this));
        running.add(work.exchange());
        boolean takesTime = work.exchange().hasRequestBody() || work.exchange().lacksBody();
        if (takesTime || !answeredNow(work)) {
            work.exchange().watch();
            concludeLater(work, handlerOf(request)::handle);
        }
        return true;
    }

    /**
     * What belongs to one request.
     *
     * @param shared whether other requests share the connection
     */
    private record Work(
            Request request,
            Response response,
            Callback callback,
            EndPoint endPoint,
            @Nullable ClientEndPoint client,
            boolean shared,
            JettyExchange exchange) {}

    @FunctionalInterface
    private interface Answer {
        void to(JettyExchange exchange) throws IOException;
    }

    /**
     * Lets the handler answer on this thread, which serves other connections too, if that needs no waiting. Where something must be waited for after all, a slow
     * client above all, another thread does.
     */
    private boolean answeredNow(Work work) {
        JettyExchange exchange = work.exchange();
        exchange.sendWithoutWaiting(true);
        try {
            if (!handlerOf(work.request()).answerNow(exchange)) {
                exchange.sendWithoutWaiting(false);
                return false;
            }
        } catch (IOException | RuntimeException | Error e) {
            concludeLater(work, _ -> rethrow(e));
            return true;
        }
        if (!exchange.sent() || exchange.closes()) {
            concludeLater(work, _ -> {});
        } else {
            conclude(work, perform(work, _ -> {}));
        }
        return true;
    }

    private void concludeLater(Work work, Answer answer) {
        threads.start(
                () -> {
                    Ending ending = perform(work, answer);
                    Resuming.end(() -> conclude(work, ending));
                },
                work.exchange().hasRequestBody());
    }

    private static void rethrow(Throwable failure) throws IOException {
        switch (failure) {
            case IOException gone -> throw gone;
            case Error error -> throw error;
            default -> throw (RuntimeException) failure;
        }
    }

    private void conclude(Work work, Ending ending) {
        ended(work.exchange());
        ClientEndPoint client = work.client();
        if (client != null && work.shared()) {
            client.endExchange();
        }
        switch (ending) {
            case Ending.Kept _ -> {
                if (client != null && !work.shared()) {
                    client.endExchange();
                    if (stopping) {
                        client.closeWhenQuiet();
                    }
                }
                work.callback().succeeded();
            }
            case Ending.Closed _ -> {
                Linger.discard(work.endPoint());
                work.callback().failed(new Closing());
            }
            case Ending.Broken _ -> work.callback().failed(new Closing());
            case ErrorPage page -> errors.refuse(work.request(), work.response(), work.callback(), page);
        }
    }

    private Ending perform(Work work, Answer answer) {
        Request request = work.request();
        JettyExchange exchange = work.exchange();
        if (exchange.lacksBody()) {
            return new ErrorPage(400, "The body of the request is shorter than its Content-Length.");
        }
        try {
            answer.to(exchange);
            if (exchange.committed()) {
                return exchange.finish() ? new Ending.Kept() : new Ending.Closed();
            }
            if (exchange.broken()) {
                return new Ending.Broken();
            }
            LOG.error("{}: the handler did not respond", RequestHead.line(request));
            return failed(exchange, ErrorPage.INTERNAL);
        } catch (IOException e) {
            LOG.debug("{}: broken off", RequestHead.line(request), e);
            exchange.abort(e);
            return new Ending.Broken();
        } catch (HttpException e) {
            return failed(exchange, new ErrorPage(e.status(), e.publicMessage()));
        } catch (RuntimeException | Error e) {
            // An error must not leave the client without an answer, nor the log without a trace.
            LOG.error("{}: the handler failed", RequestHead.line(request), e);
            return failed(exchange, ErrorPage.INTERNAL);
        }
    }

    private HttpHandler handlerOf(Request request) {
        return request.getConnectionMetaData().getConnector() instanceof ClientConnector connector
                        && connector.redirectPort().isPresent()
                ? new Redirect(connector.redirectPort().getAsInt(), errors)
                : handler;
    }

    private static Ending failed(JettyExchange exchange, ErrorPage page) {
        if (exchange.committed() || exchange.broken()) {
            exchange.abort(new IOException("the handler could not finish the response"));
            return new Ending.Broken();
        }
        return page;
    }

    private void ended(JettyExchange exchange) {
        running.remove(exchange);
        if (stopping && running.isEmpty()) {
            idle.lock();
            try {
                becameIdle.signalAll();
            } finally {
                idle.unlock();
            }
        }
    }
}
