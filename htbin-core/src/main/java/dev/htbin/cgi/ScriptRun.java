package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Exchange;
import dev.htbin.http.HttpException;
import dev.htbin.process.Child;
import dev.htbin.process.LaunchException;
import dev.htbin.process.Launcher;
import dev.htbin.process.RunsAs;
import dev.htbin.process.Stdin;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One script from its start to its end, on platform threads, one at a time: a single {@link ScriptLoop} over its output, its standard error, its end, its client and
 * its time.
 *
 * <p>The response is given to the waiting exchange as soon as it is complete or has failed; the loop goes on until the process has ended.
 */
final class ScriptRun {
    private static final Logger LOG = LoggerFactory.getLogger(ScriptRun.class);
    final LaunchPlan plan;
    final Exchange exchange;
    final CgiLimits limits;
    final RunTrace trace;
    private final CompletableFuture<Optional<CgiResponse.LocalRedirect>> answered;
    private final AtomicReference<@Nullable StopReason> stopReason = new AtomicReference<>();
    private volatile @Nullable Child child;
    private @Nullable ScriptLoop loop;

    /**
     * Creates a run.
     *
     * @param answered completed when the response is: with the local redirect if there is one; or failed
     * @param trace told of what happens
     */
    ScriptRun(
            LaunchPlan plan,
            Exchange exchange,
            CgiLimits limits,
            CompletableFuture<Optional<CgiResponse.LocalRedirect>> answered,
            RunTrace trace) {
        this.plan = plan;
        this.exchange = exchange;
        this.limits = limits;
        this.answered = answered;
        this.trace = trace;
    }

    /** Ends the script before its time; the first reason counts. From any thread. */
    void stop(StopReason reason) {
        if (stopReason.compareAndSet(null, reason)) {
            Child running = child;
            if (running != null) {
                running.terminate();
                running.wake();
            }
        }
    }

    /** Returns why the script is ended before its time; null while it is not. */
    @Nullable
    StopReason stopReason() {
        return stopReason.get();
    }

    /** Returns the identifier of its request. */
    String id() {
        return trace.id();
    }

    /** Returns what is known of it by now. From any thread. */
    RunReport report() {
        return trace.report();
    }

    /** Kills the script at once. From any thread. */
    void kill() {
        Child running = child;
        if (running != null) {
            running.kill();
        }
    }

    /**
     * Starts the script and watches it until the response is complete or has failed.
     *
     * @return whether the script goes on for all that: {@link #watchOn} is to be called then, on any thread
     */
    boolean begin(Launcher launcher, Stdin stdin) {
        boolean goesOn = false;
        try {
            Child started = launcher.launch(plan.spec(), stdin);
            child = started;
            trace.started(started.pid(), started.warm());
            if (stopReason() != null) {
                started.terminate();
            }
            exchange.peer().connection().ifPresent(tcp -> started.watch(tcp.local(), tcp.remote()));
            exchange.onDisconnect(() -> stop(StopReason.CLIENT_GONE));
            RunsAs user = launcher.runsAs(plan.spec().profile());
            loop = new ScriptLoop(this, started, user, answered);
            goesOn = loop.untilAnswered();
        } catch (LaunchException e) {
            RunsAs user = launcher.runsAs(plan.spec().profile());
            var failure = new CgiFailure.NotStarted(e, ScriptDiagnosis.ofFailedStart(e.reason(), plan.spec(), user));
            trace.failed(failure.finding());
            answered.completeExceptionally(failure);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            lost(e);
        } finally {
            if (!goesOn) {
                end();
            }
        }
        return goesOn;
    }

    /** Is not begun, since the server is stopping. */
    void refuse() {
        trace.refused();
        answered.completeExceptionally(stopping());
    }

    private static HttpException stopping() {
        return new HttpException(503, "The server is stopping.");
    }

    /** Watches the script until it has ended. */
    void watchOn() {
        try {
            requireNonNull(loop).untilEnd();
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            lost(e);
        } finally {
            end();
        }
    }

    private void lost(Throwable cause) {
        if (cause instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            answered.completeExceptionally(stopping());
            return;
        }
        LOG.error(
                "{}: the script could not be watched any longer", plan.script().scriptName(), cause);
        boolean mayPass = cause instanceof IOException && !exchange.committed();
        answered.completeExceptionally(
                mayPass ? HttpException.busy("The server is out of resources. Try again later.") : cause);
    }

    private void end() {
        Child last = child;
        child = null;
        if (last != null) {
            last.close();
        }
        trace.finish();
    }
}
