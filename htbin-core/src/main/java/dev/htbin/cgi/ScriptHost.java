package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Exchange;
import dev.htbin.http.HttpException;
import dev.htbin.process.Launcher;
import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import dev.htbin.process.Stdin;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Where scripts run: the launcher, the bound on how many run at once, the queue before it, and the threads that watch them. Safe for use by several threads.
 */
public final class ScriptHost implements AutoCloseable {
    /** How many scripts run at once unless said otherwise. */
    public static final int DEFAULT_MAX_SCRIPTS = 64;

    /** How many requests may wait for each script that may run, unless the queue's length is said. */
    public static final int WAITING_PER_SCRIPT = 4;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration STOP_GRACE = Duration.ofSeconds(1);

    private final Launcher launcher;
    private final Admission admission;
    private final Set<ScriptRun> runs = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("htbin-script-", 1).daemon(true).factory());
    private volatile boolean stopping;

    /**
     * Creates a host over a launcher, which it closes.
     *
     * @param launcher starts the scripts
     * @param maxScripts how many scripts may run at once, at least 1
     * @param maxQueue how many requests may wait beyond them, at least 0
     */
    public ScriptHost(Launcher launcher, int maxScripts, int maxQueue) {
        this.launcher = requireNonNull(launcher, "launcher");
        this.admission = new Admission(maxScripts, maxQueue, LONGEST_WAIT);
    }

    /** Creates a host over a launcher, which it closes, with the default bounds: 64 scripts and 256 waiting requests. */
    public ScriptHost(Launcher launcher) {
        this(launcher, DEFAULT_MAX_SCRIPTS, DEFAULT_MAX_SCRIPTS * WAITING_PER_SCRIPT);
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
     * @return the local redirect that the script asked for; empty when the response was sent
     * @throws CgiFailure if the script failed and nothing was sent
     * @throws HttpException with 503 if too many scripts run and wait, or the server is stopping
     * @throws IOException if the client is gone, or the response broke off after its head was sent
     */
    Optional<CgiResponse.LocalRedirect> run(LaunchPlan plan, Stdin stdin, Exchange exchange, CgiLimits limits)
            throws CgiFailure, IOException {
        try {
            admission.enter();
            CompletableFuture<Optional<CgiResponse.LocalRedirect>> answered = new CompletableFuture<>();
            try {
                var run = new ScriptRun(plan, exchange, limits, answered);
                threads.execute(() -> perform(run, stdin));
            } catch (RejectedExecutionException e) {
                admission.leave();
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

    private void perform(ScriptRun run, Stdin stdin) {
        runs.add(run);
        try {
            if (stopping) {
                run.stop(StopReason.SERVER_STOPPING);
            }
            run.perform(launcher, stdin);
        } finally {
            runs.remove(run);
            admission.leave();
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
