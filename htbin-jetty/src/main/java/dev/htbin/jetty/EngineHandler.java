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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands Jetty's requests to the handler, each on a virtual thread. */
final class EngineHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(EngineHandler.class);

    private final HttpHandler handler;
    private final EngineConfig config;
    private final JettyErrors errors;
    private final HttpField software;
    private final ReentrantLock idle = new ReentrantLock();
    private final Condition becameIdle = idle.newCondition();
    private final Set<JettyExchange> running = ConcurrentHashMap.newKeySet();

    private volatile boolean stopping;

    EngineHandler(HttpHandler handler, EngineConfig config, JettyErrors errors) {
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

    /** From now on, no connection is kept after an exchange. */
    void keepNone() {
        stopping = true;
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
        var exchange = new JettyExchange(request, response, this);
        running.add(exchange);
        Ending ending;
        try {
            ending = perform(request, exchange);
        } finally {
            ended(exchange);
            if (client != null && shared) {
                client.endExchange();
            }
        }
        switch (ending) {
            case Ending.Kept _ -> {
                if (client != null && !shared) {
                    client.endExchange();
                    if (stopping) {
                        client.closeWhenQuiet();
                    }
                }
                callback.succeeded();
            }
            case Ending.Closed _ -> {
                Linger.discard(endPoint);
                callback.failed(new Closing());
            }
            case Ending.Broken _ -> callback.failed(new Closing());
            case ErrorPage page -> errors.refuse(request, response, callback, page);
        }
        return true;
    }

    private Ending perform(Request request, JettyExchange exchange) {
        if (exchange.lacksBody()) {
            return new ErrorPage(400, "The body of the request is shorter than its Content-Length.");
        }
        try {
            handlerOf(request).handle(exchange);
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
        } catch (RuntimeException e) {
            LOG.error("{}: the handler failed", RequestHead.line(request), e);
            return failed(exchange, ErrorPage.INTERNAL);
        }
    }

    private HttpHandler handlerOf(Request request) {
        return request.getConnectionMetaData().getConnector() instanceof ClientConnector connector
                        && connector.redirectPort().isPresent()
                ? new Redirect(connector.redirectPort().getAsInt())
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
