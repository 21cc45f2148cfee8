package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Exchange;
import dev.htbin.http.HttpException;
import dev.htbin.http.RequestNotes;
import dev.htbin.process.Launcher;
import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import dev.htbin.process.Stdin;
import dev.htbin.process.WarmState;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where scripts run: the launcher, the bound on how many run at once, the queue before it, and the threads that watch them. Safe for use by several threads.
 */
public final class ScriptHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScriptHost.class);
    private static final Duration STOP_GRACE = Duration.ofSeconds(1);

    private final Launcher launcher;
    private final Admission admission;
    private final Set<ScriptRun> runs = ConcurrentHashMap.newKeySet();
    /** For runs whose requests are handled on virtual threads, and for scripts that go on after their response. */
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("htbin-script-", 1).daemon(true).factory());

    private final List<RunListener> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition anyEnded = lock.newCondition();
    private volatile boolean stopping;

    /**
     * Creates a host over a launcher, which it closes.
     *
     * @param launcher starts the scripts
     * @param most how many run at once, and how many requests wait
     */
    public ScriptHost(Launcher launcher, Concurrency most) {
        this.launcher = requireNonNull(launcher, "launcher");
        this.admission = new Admission(most);
    }

    /** Creates a host over a launcher, which it closes, with {@link Concurrency#defaults()}. */
    public ScriptHost(Launcher launcher) {
        this(launcher, Concurrency.defaults());
    }

    /**
     * Returns the host that is used unless a configuration names another; made at its first use and never closed.
     *
     * @throws UncheckedIOException if no launcher can be had; the message says why
     */
    public static ScriptHost shared() {
        return Shared.HOST;
    }

    /**
     * Returns the user that scripts of a profile run as and what confines them.
     *
     * @throws IllegalArgumentException if the launcher was not started with the profile
     */
    public RunsAs runsAs(Profile profile) {
        return launcher.runsAs(profile);
    }

    /** Returns how scripts are started, for the banner: for example {@code posix_spawn}. */
    public String launcherName() {
        return launcher.name();
    }

    /** Returns why a plan's script is always executed, and never served by a warm interpreter: a clause. Empty if it is served by one whenever one can. */
    public Optional<String> coldReason(LaunchPlan plan) {
        return launcher.coldReason(plan.spec());
    }

    /** Returns the warm interpreters that there are, and those that could not be. */
    public List<WarmState> warm() {
        return launcher.warm();
    }

    /** Has other bounds from now on; scripts that run go on, and requests that wait keep their place. */
    public void bound(Concurrency most) {
        admission.bound(most);
    }

    /** Has a listener told of every run that ends from now on. */
    public void listen(RunListener listener) {
        listeners.add(requireNonNull(listener, "listener"));
    }

    /** Returns what is known of the scripts that run just now, those that started first before the others. */
    public List<RunReport> running() {
        return runs.stream()
                .map(ScriptRun::report)
                .sorted(Comparator.comparing((RunReport run) -> run.times().received()))
                .toList();
    }

    /** Returns how many scripts run just now. */
    public int runningCount() {
        return runs.size();
    }

    /** Returns how many requests wait for their turn. */
    public int waiting() {
        return admission.waiting();
    }

    /**
     * Ends a script before its time: SIGTERM, and SIGKILL after the grace.
     *
     * @param id the identifier of its request
     * @return whether such a script runs
     */
    public boolean stop(String id) {
        requireNonNull(id, "id");
        Optional<ScriptRun> run = runs.stream().filter(r -> r.id().equals(id)).findAny();
        run.ifPresent(r -> r.stop(StopReason.OPERATOR));
        return run.isPresent();
    }

    /** Returns a new, empty standard input for a script. */
    Stdin newStdin() throws IOException {
        return launcher.newStdin();
    }

    /**
     * Runs a script and sends its response, blocking until the response is complete. A platform thread does both itself.
     *
     * @param plan what to run
     * @param stdin the request's body
     * @param exchange where the response goes; untouched if this throws {@code CgiFailure} or {@code HttpException}
     * @param limits what the script is held to
     * @param trace told of what happens
     * @return the local redirect that the script asked for; empty when the response was sent
     * @throws CgiFailure if the script failed, or too many run and wait, and nothing was sent
     * @throws HttpException with 503 if the server is stopping
     * @throws IOException if the client is gone, or the response broke off after its head was sent
     */
    Optional<CgiResponse.LocalRedirect> run(
            LaunchPlan plan, Stdin stdin, Exchange exchange, CgiLimits limits, RunTrace trace)
            throws CgiFailure, IOException {
        trace.planned(exchange.request(), plan, runsAs(plan.spec().profile()).user());
        if (RequestNotes.add(trace) || !listeners.isEmpty()) {
            trace.measure();
        }
        var claim = Admission.Claim.of(plan, exchange.peer().client());
        try {
            enter(claim, trace);
            CompletableFuture<Optional<CgiResponse.LocalRedirect>> answered = new CompletableFuture<>();
            watch(new ScriptRun(plan, exchange, limits, answered, trace), stdin, claim);
            return answered.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpException(503, "The server is stopping.");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case CgiFailure failure -> throw failure;
                case IOException failure -> throw failure;
                case HttpException failure -> throw failure;
                case null, default -> throw new IllegalStateException("a script's thread failed", e.getCause());
            }
        }
    }

    /**
     * Has a run begin: here, if this is a platform thread, until its response is complete; else on one of the host's, since a virtual thread would keep its carrier from
     * all others.
     */
    private void watch(ScriptRun run, Stdin stdin, Admission.Claim claim) {
        if (!Thread.currentThread().isVirtual()) {
            if (begin(run, stdin, claim)) {
                elsewhere(() -> watchOn(run, claim), () -> watchOn(run, claim));
            }
            return;
        }
        elsewhere(
                () -> {
                    if (begin(run, stdin, claim)) {
                        watchOn(run, claim);
                    }
                },
                () -> {
                    run.refuse();
                    ended(run, claim);
                });
    }

    /** Does something on one of the host's threads, or something else here if they have ended. */
    private void elsewhere(Runnable work, Runnable otherwise) {
        try {
            threads.execute(work);
        } catch (RejectedExecutionException e) {
            otherwise.run();
        }
    }

    private boolean begin(ScriptRun run, Stdin stdin, Admission.Claim claim) {
        runs.add(run);
        boolean goesOn = false;
        try {
            if (stopping) {
                run.refuse();
            } else {
                goesOn = run.begin(launcher, stdin);
            }
            return goesOn;
        } finally {
            if (!goesOn) {
                ended(run, claim);
            }
        }
    }

    private void watchOn(ScriptRun run, Admission.Claim claim) {
        try {
            run.watchOn();
        } finally {
            ended(run, claim);
        }
    }

    private void ended(ScriptRun run, Admission.Claim claim) {
        admission.leave(claim);
        tell(run.report());
        runs.remove(run);
        if (stopping) {
            lock.lock();
            try {
                anyEnded.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void enter(Admission.Claim claim, RunTrace trace) throws CgiFailure, InterruptedException {
        try {
            admission.enter(claim);
        } catch (CgiFailure refusal) {
            trace.failed(refusal.finding());
            trace.refused();
            tell(trace.report());
            throw refusal;
        }
    }

    private void tell(RunReport report) {
        for (RunListener listener : listeners) {
            try {
                listener.ended(report);
            } catch (RuntimeException e) {
                LOG.error("a listener failed at the end of {}", Printable.of(report.scriptName()), e);
            }
        }
    }

    /**
     * Ends the scripts that still run, SIGTERM first and SIGKILL a second later, and frees the launcher. Requests that come later get 503.
     */
    @Override
    public void close() {
        stopping = true;
        runs.forEach(run -> run.stop(StopReason.SERVER_STOPPING));
        try {
            if (!awaitNone()) {
                runs.forEach(ScriptRun::kill);
                awaitNone();
            }
        } catch (InterruptedException e) {
            runs.forEach(ScriptRun::kill);
            Thread.currentThread().interrupt();
        }
        threads.shutdown();
        launcher.close();
    }

    /** Waits until no script runs, for a bounded time. */
    private boolean awaitNone() throws InterruptedException {
        long nanos = STOP_GRACE.toNanos();
        lock.lock();
        try {
            while (!runs.isEmpty() && nanos > 0) {
                nanos = anyEnded.awaitNanos(nanos);
            }
            return runs.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private static final class Shared {
        static final ScriptHost HOST = start();

        private static ScriptHost start() {
            try {
                return new ScriptHost(Launchers.start(Optional.empty()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
