package dev.htbin.jetty;

import dev.htbin.http.HttpException;
import dev.htbin.http.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
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
    private final AtomicInteger running = new AtomicInteger();

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

    /** Waits until no exchange is going on, for some time. */
    void awaitIdle(Duration grace) {
        long end = System.nanoTime() + grace.toNanos();
        stopping = true;
        idle.lock();
        try {
            long left = end - System.nanoTime();
            while (running.get() > 0 && left > 0) {
                left = becameIdle.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            idle.unlock();
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Optional<ErrorPage> refusal = RequestHead.refusal(request, config);
        if (refusal.isPresent()) {
            errors.answer(request, response, callback, refusal.get());
            return true;
        }
        ClientEndPoint client =
                request.getConnectionMetaData().getConnection().getEndPoint() instanceof ClientEndPoint plain
                        ? plain
                        : null;
        if (client != null) {
            client.beginExchange();
        }
        running.incrementAndGet();
        try {
            // A silent script is no idle connection; a client that doesn't read or send fails the write or the read.
            request.addIdleTimeoutListener(timeout -> false);
            exchange(new JettyExchange(request, response, this), request, response, callback);
        } finally {
            ended();
            if (client != null) {
                client.endExchange();
            }
        }
        return true;
    }

    private void ended() {
        if (running.decrementAndGet() == 0 && stopping) {
            idle.lock();
            try {
                becameIdle.signalAll();
            } finally {
                idle.unlock();
            }
        }
    }

    private void exchange(JettyExchange exchange, Request request, Response response, Callback callback) {
        try {
            handler.handle(exchange);
            if (!exchange.committed()) {
                LOG.error("{}: the handler did not respond", RequestHead.line(request));
                refuse(exchange, request, response, callback, 500, "The server could not answer the request.");
                return;
            }
            exchange.finish();
            callback.succeeded();
        } catch (IOException e) {
            LOG.debug("{}: broken off", RequestHead.line(request), e);
            exchange.abort(e);
            callback.failed(new Broken(e));
        } catch (HttpException e) {
            refuse(exchange, request, response, callback, e.status(), e.publicMessage());
        } catch (RuntimeException e) {
            LOG.error("{}: the handler failed", RequestHead.line(request), e);
            refuse(exchange, request, response, callback, 500, "The server could not answer the request.");
        }
    }

    private void refuse(
            JettyExchange exchange, Request request, Response response, Callback callback, int status, String message) {
        if (exchange.committed()) {
            var cause = new IOException("the response was broken off");
            exchange.abort(cause);
            callback.failed(new Broken(cause));
        } else {
            errors.answer(request, response, callback, new ErrorPage(status, message));
        }
    }

    /** Closes the connection without an error page or a line in Jetty's log. */
    private static final class Broken extends Request.Handler.AbortException {
        private static final long serialVersionUID = 1L;

        Broken(IOException cause) {
            super(cause);
        }
    }
}
