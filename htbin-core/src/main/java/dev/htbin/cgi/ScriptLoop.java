package dev.htbin.cgi;

import dev.htbin.cgi.CgiFailure.TimedOut.Phase;
import dev.htbin.http.Exchange;
import dev.htbin.http.HttpException;
import dev.htbin.process.Child;
import dev.htbin.process.Child.Event;
import dev.htbin.process.ExitStatus;
import dev.htbin.process.RunsAs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loop over what a script that runs writes, its end, its client and its time. One thread at a time. */
final class ScriptLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ScriptLoop.class);
    private static final int BUFFER_BYTES = 256 << 10;
    /** What a pipe can hold at most: this much may be left of a script that has ended; what comes after is its descendants'. */
    private static final int PIPE_BYTES = 1 << 20;

    private static final ThreadLocal<ByteBuffer> BUFFER =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER_BYTES));

    private final ScriptRun run;
    private final LaunchPlan plan;
    private final Exchange exchange;
    private final CgiLimits limits;
    private final RunTrace trace;
    private final CompletableFuture<Optional<CgiResponse.LocalRedirect>> answered;
    private final ResponseRelay relay;
    private final Child child;
    private final RunsAs user;
    private final StderrLog stderr;
    private final RunClock clock;
    private ByteBuffer buffer = BUFFER.get();
    private boolean outputEnded;
    private boolean exited;
    private boolean stopSeen;
    /** A failure that is not answered before the script has ended, or had its time to: how it ends, and what it still writes to standard error, tells why. */
    private @Nullable CgiFailure failure;

    /**
     * Creates the loop of a script that has just been started.
     *
     * @param answered completed when the response is: with the local redirect if there is one; or failed
     * @param user whom the script runs as
     */
    ScriptLoop(
            ScriptRun run, Child child, RunsAs user, CompletableFuture<Optional<CgiResponse.LocalRedirect>> answered) {
        this.run = run;
        this.plan = run.plan;
        this.exchange = run.exchange;
        this.limits = run.limits;
        this.trace = run.trace;
        this.answered = answered;
        this.relay = new ResponseRelay(plan.script(), exchange, limits);
        this.child = child;
        this.user = user;
        this.clock = new RunClock(limits);
        this.stderr = new StderrLog(origin(), limits.stderrBytes());
    }

    /** Goes on until the response is complete or has failed; returns whether the script goes on for all that, and {@link #untilEnd} is to be called. */
    boolean untilAnswered() throws IOException, InterruptedException {
        while (!exited && !answered.isDone()) {
            turn();
        }
        if (exited) {
            ended();
        }
        return !exited;
    }

    /** Goes on until the script has ended; on any thread. */
    void untilEnd() throws IOException, InterruptedException {
        buffer = BUFFER.get();
        while (!exited) {
            turn();
        }
        ended();
    }

    private void turn() throws IOException, InterruptedException {
        Set<Event> events = child.await(timeout());
        if (events.contains(Event.EXITED)) {
            exited = true;
        }
        if (events.contains(Event.ERROR)) {
            readError();
        }
        if (events.contains(Event.OUTPUT) || exited) {
            readOutput();
        }
        if (events.contains(Event.CLIENT_FINISHED)) {
            clock.clientFinished();
        }
        if (events.contains(Event.CLIENT_GONE)) {
            run.stop(StopReason.CLIENT_GONE);
        }
        if (!exited) {
            flush();
        }
        keepTime();
    }

    private void ended() throws IOException {
        readError();
        stderr.finish();
        ended(child.exitStatus());
    }

    private Duration timeout() {
        boolean done = answered.isDone();
        return clock.untilNext(!done && relay.waits(), done);
    }

    private void readOutput() throws IOException {
        int taken = 0;
        measure();
        while (!outputEnded && taken < PIPE_BYTES) {
            buffer.clear();
            int count = child.readOutput(buffer);
            if (count <= 0) {
                outputEnded = count < 0;
                break;
            }
            taken += count;
            trace.output(buffer.flip());
            relay(buffer);
            clock.outputSeen(!relay.discards());
        }
        if (outputEnded) {
            clock.outputEnded();
        }
    }

    /** Best when there is output: what a script needs, it mostly has by then. */
    private void measure() {
        if (!exited && trace.isMeasured()) {
            child.sampleMemory();
        }
    }

    private void relay(ByteBuffer output) {
        if (isSettled()) {
            return;
        }
        try {
            relay.accept(output);
        } catch (CgiFailure e) {
            fail(e, StopReason.BAD_RESPONSE);
        } catch (IOException e) {
            clientGone(e);
        }
    }

    private void flush() {
        if (isSettled()) {
            return;
        }
        try {
            relay.flush(clock.lingerIsOver());
        } catch (IOException e) {
            clientGone(e);
        }
    }

    private void readError() throws IOException {
        int taken = 0;
        int count;
        do {
            buffer.clear();
            count = child.readError(buffer);
            if (count > 0) {
                trace.stderr(buffer.flip());
                stderr.accept(buffer);
                taken += count;
            }
        } while (count > 0 && taken < PIPE_BYTES);
    }

    /** Ends a script whose time is over, kills one that ignores SIGTERM, and completes the response of one that closed its output and lives on. */
    private void keepTime() {
        StopReason due = clock.due(answered.isDone());
        if (due != null) {
            run.stop(due);
        }
        StopReason reason = run.stopReason();
        if (reason != null && !stopSeen) {
            stopSeen = true;
            clock.stopped();
            trace.stopped(reason);
            giveUp(reason);
        }
        if (clock.killIsDue()) {
            child.kill();
        }
        if (!isSettled() && outputEnded && !exited && clock.exitIsOverdue()) {
            complete(null);
        }
        if (clock.endIsOverdue()) {
            answerFailure(Optional.empty());
        }
    }

    private boolean isSettled() {
        return failure != null || answered.isDone();
    }

    private void giveUp(StopReason reason) {
        LOG.info("{}: ended with SIGTERM: {}", origin(), reason.text());
        switch (reason) {
            case NO_FIRST_BYTE -> fail(new CgiFailure.TimedOut(Phase.FIRST_BYTE, limits.firstByte()), reason);
            case SILENT -> fail(new CgiFailure.TimedOut(Phase.SILENCE, limits.silence()), reason);
            case TOTAL_TIME -> fail(new CgiFailure.TimedOut(Phase.TOTAL, limits.total()), reason);
            case CLIENT_GONE -> clientGone(new IOException("the client is gone"));
            case BAD_RESPONSE, OPERATOR, SERVER_STOPPING -> {}
        }
    }

    private void ended(ExitStatus status) {
        boolean byItself = run.stopReason() == null;
        trace.ended(status, child.usage());
        if (!isSettled()) {
            complete(status);
        }
        answerFailure(byItself ? Optional.of(status) : Optional.empty());
        if (byItself && !status.success() && !answered.isCompletedExceptionally()) {
            reportLateFailure(status);
        }
    }

    /** The response was complete, or what came of it was: the client can't be told any more. */
    private void reportLateFailure(ExitStatus status) {
        Finding finding = diagnosis(Optional.of(status))
                .cause()
                .orElseGet(() -> new Finding(Cause.FAILED, "the script ended with " + status));
        trace.failed(finding);
        LOG.warn(
                "{}: {}; its response was sent all the same",
                origin(),
                trace.report().explain(finding));
    }

    private void complete(@Nullable ExitStatus status) {
        StopReason reason = run.stopReason();
        boolean failed = status != null && !status.success();
        if (failed && (reason == StopReason.SERVER_STOPPING || reason == StopReason.OPERATOR)) {
            stoppedFromOutside(reason);
            return;
        }
        try {
            Optional<CgiResponse.LocalRedirect> redirect = relay.end(status);
            child.unwatch();
            answered.complete(redirect);
        } catch (CgiFailure e) {
            fail(e, StopReason.BAD_RESPONSE);
        } catch (IOException e) {
            clientGone(e);
        }
    }

    private void stoppedFromOutside(StopReason reason) {
        if (reason == StopReason.OPERATOR && !exchange.committed()) {
            answer(new HttpException(503, "The script was stopped."));
            return;
        }
        var broken = new IOException(reason.text());
        exchange.abort(broken);
        answer(broken);
    }

    /** The script's fault: an error response if nothing was sent, once it is known why; else a broken one. */
    private void fail(CgiFailure seen, StopReason reason) {
        if (isSettled()) {
            return;
        }
        failure = seen;
        if (exchange.committed()) {
            var broken = new IOException("the response was broken off: " + seen.getMessage());
            exchange.abort(broken);
            answer(broken);
        }
        run.stop(reason);
    }

    /**
     * Answers a failure with the cause that is found for it.
     *
     * @param status how the script ended; empty if it has not, or not by itself
     */
    private void answerFailure(Optional<ExitStatus> status) {
        CgiFailure seen = failure;
        if (seen == null) {
            return;
        }
        failure = null;
        CgiFailure explained = diagnosis(status)
                .beneath(seen)
                .<CgiFailure>map(finding -> new CgiFailure.Diagnosed(seen, finding))
                .orElse(seen);
        trace.failed(explained.finding());
        if (answered.isDone()) {
            LOG.warn(
                    "{}: {}; the response was broken off",
                    origin(),
                    trace.report().explain(explained.finding()));
        } else {
            answer(explained);
        }
    }

    private Diagnosis diagnosis(Optional<ExitStatus> status) {
        return new Diagnosis(
                plan, user, status, child.outOfMemory(), trace.report().stderrLines());
    }

    private void clientGone(IOException cause) {
        exchange.abort(cause);
        answer(cause);
        run.stop(StopReason.CLIENT_GONE);
    }

    private void answer(Exception reason) {
        child.unwatch();
        answered.completeExceptionally(reason);
    }

    private String origin() {
        return "%s [%d, request %s]".formatted(Printable.of(plan.script().scriptName()), child.pid(), trace.id());
    }
}
