package dev.htbin.process.warm;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.WarmModules;
import dev.htbin.process.WarmState;
import dev.htbin.process.WarmState.Phase;
import dev.htbin.process.posix.PosixLauncher;
import dev.htbin.process.posix.WarmFork;
import dev.htbin.process.posix.WarmProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One program: the interpreter that serves it, the one that is to take its place, and what was learned of it. Its interpreters come and go, what was learned stays.
 * Safe for use by several threads.
 */
final class WarmProgram implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.process.warm");
    /** So many launches are learned from at first, and then one of so many. */
    private static final int LEARNING_LAUNCHES = 8;

    private static final int LEARNING_EVERY = 64;
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    private static final int MOST_MODULES = 2000;

    private final PosixLauncher launcher;
    private final WarmConfig config;
    private final LaunchSpec spec;
    private final Path file;
    private final Warmable.Yes command;
    private final Consumer<WarmProgram> ready;
    private final List<String> excluded;

    private final SequencedSet<String> modules = new LinkedHashSet<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private @Nullable WarmInterpreter serving;
    private @Nullable WarmInterpreter starting;
    private long launches;
    private final AtomicLong served = new AtomicLong();
    private int failures;
    private long restUntilNanos = System.nanoTime();
    private String trouble = "";
    private boolean closed;
    private volatile long usedNanos = System.nanoTime();

    /**
     * Creates a program without an interpreter.
     *
     * @param spec what starts its interpreters
     * @param file the program
     * @param command what its interpreters are
     * @param asked the modules that were asked for
     * @param ready told when one of its interpreters has become ready
     */
    WarmProgram(
            PosixLauncher launcher,
            WarmConfig config,
            LaunchSpec spec,
            Path file,
            Warmable.Yes command,
            WarmModules asked,
            Consumer<WarmProgram> ready) {
        this.launcher = launcher;
        this.config = config;
        this.spec = spec;
        this.file = file;
        this.command = command;
        this.ready = ready;
        modules.addAll(command.interpreter().modules(asked.imported()));
        excluded = command.interpreter().modules(asked.excluded());
    }

    /** Returns the order for one launch; without an interpreter that can take it, starts one and returns nothing. */
    synchronized Optional<WarmFork> fork() {
        usedNanos = System.nanoTime();
        WarmInterpreter now = serving;
        if (now == null || now.process().isEmpty() || now.process().get().broken()) {
            start();
            return Optional.empty();
        }
        launches++;
        boolean learns = launches <= LEARNING_LAUNCHES || launches % LEARNING_EVERY == 0;
        if (now.countLaunch() >= config.launches()) {
            start();
        }
        return Optional.of(new WarmFork(
                now.process().get(), () -> hasRun(now), learns ? Optional.of(this::learn) : Optional.empty()));
    }

    private void hasRun(WarmInterpreter by) {
        by.countServed();
        served.incrementAndGet();
    }

    private void start() {
        if (closed || starting != null || System.nanoTime() - restUntilNanos < 0) {
            return;
        }
        List<String> without = new ArrayList<>(excluded);
        without.addAll(leftOut.keySet());
        var next = new WarmInterpreter(this, spec, WarmProcess.octets(file), List.copyOf(modules), without);
        starting = next;
        Thread.ofPlatform()
                .name("htbin-warm-" + file.getFileName())
                .daemon()
                .start(() -> next.run(
                        launcher, command.interpreter().program(WarmProcess.octets(file), command.executed())));
    }

    /** An interpreter can serve: it takes the place of the one before. */
    void isReady(WarmInterpreter next) {
        synchronized (this) {
            starting = null;
            if (closed) {
                next.retire();
                return;
            }
            if (serving != null) {
                serving.retireSoon();
            }
            serving = next;
            trouble = "";
        }
        LOG.info(
                "{}: warm, process {}, {} modules, {} KiB",
                file,
                next.pid(),
                next.modules().size(),
                next.memoryBytes() >> 10);
        ready.accept(this);
    }

    /**
     * An interpreter has ended, or could not start.
     *
     * @param why empty if it was asked to end
     */
    synchronized void hasEnded(WarmInterpreter ended, String why) {
        if (starting == ended) {
            starting = null;
        }
        if (serving == ended) {
            serving = null;
        }
        if (closed || why.isEmpty()) {
            return;
        }
        if (ended.served() > 0) {
            failures = 0;
            LOG.info("{}: warm interpreter {} has ended: {}", file, ended.pid(), why);
        } else {
            failures++;
            rest(Duration.ofMillis(500L << Math.min(failures, 10)));
            trouble = why;
            LOG.warn("{}: served cold: {}", file, why);
        }
    }

    private void rest(Duration time) {
        Duration bounded = time.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : time;
        restUntilNanos = System.nanoTime() + bounded.toNanos();
    }

    /** A module can't be imported before the launch. */
    synchronized void leavesOut(String module, String why) {
        modules.remove(module);
        leftOut.put(module, why);
        LOG.info("{}: not imported before the launch: {}: {}", file, module, why);
    }

    /** Takes note of the modules that a launch has imported, one a line. */
    private synchronized void learn(String report) {
        int before = modules.size();
        for (String module : report.split("\n", -1)) {
            if (modules.size() < MOST_MODULES && command.interpreter().isModule(module) && !isLeftOut(module)) {
                modules.add(module);
            }
        }
        if (modules.size() > before) {
            start();
        }
    }

    private boolean isLeftOut(String module) {
        return leftOut.containsKey(module) || excluded.contains(module);
    }

    /** Ends its interpreter, until it is used again. */
    synchronized void rest() {
        if (serving != null) {
            serving.retire();
            serving = null;
        }
    }

    /** The memory that there is for all of them is not enough for this one. */
    synchronized void tooLarge() {
        trouble = "its interpreter alone has more than %d MiB".formatted(config.memoryBytes() >> 20);
        LOG.warn("{}: served cold: {}", file, trouble);
        failures++;
        rest();
        rest(LONGEST_REST);
    }

    /** Returns when it was used last, as of {@link System#nanoTime}. */
    long usedNanos() {
        return usedNanos;
    }

    Duration idle() {
        return config.idle();
    }

    synchronized long memoryBytes() {
        return serving == null ? 0 : serving.memoryBytes();
    }

    synchronized WarmState state() {
        List<String> remarks = new ArrayList<>();
        if (!trouble.isEmpty()) {
            remarks.add("Served cold: " + trouble + ".");
        }
        leftOut.forEach((module, why) -> remarks.add("Not imported before the launch: %s: %s.".formatted(module, why)));
        WarmInterpreter now = serving;
        Phase phase = now != null ? Phase.READY : starting != null ? Phase.STARTING : Phase.NONE;
        if (phase == Phase.NONE && !trouble.isEmpty()) {
            phase = Phase.FAILED;
        }
        return new WarmState(
                file,
                spec.profile().name(),
                phase,
                now == null ? 0 : now.pid(),
                served.get(),
                now == null ? 0 : now.memoryBytes(),
                now == null ? List.of() : now.modules(),
                remarks);
    }

    @Override
    public synchronized void close() {
        closed = true;
        rest();
        if (starting != null) {
            starting.retire();
        }
    }
}
