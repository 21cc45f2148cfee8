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
import java.util.concurrent.TimeUnit;
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
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("htbin-script-", 1).daemon(true).factory());
    private final List<RunListener> listeners = new CopyOnWriteArrayList<>();
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
     * Runs a script and sends its response, blocking until the response is complete.
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
            try {
                var run = new ScriptRun(plan, exchange, limits, answered, trace);
                threads.execute(() -> perform(run, stdin, claim));
            } catch (RejectedExecutionException e) {
                admission.leave(claim);
                throw new HttpException(503, "The server is stopping.");
            }
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

    private void perform(ScriptRun run, Stdin stdin, Admission.Claim claim) {
        runs.add(run);
        try {
            if (stopping) {
                run.stop(StopReason.SERVER_STOPPING);
            }
            run.perform(launcher, stdin);
        } finally {
            runs.remove(run);
            admission.leave(claim);
            tell(run.report());
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
        threads.shutdown();
        try {
            if (!threads.awaitTermination(STOP_GRACE.toNanos(), TimeUnit.NANOSECONDS)) {
                runs.forEach(ScriptRun::kill);
                threads.awaitTermination(STOP_GRACE.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            runs.forEach(ScriptRun::kill);
            Thread.currentThread().interrupt();
        }
        launcher.close();
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
