package dev.htbin.process.warm;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Profile;
import dev.htbin.process.WarmModules;
import dev.htbin.process.WarmState;
import dev.htbin.process.Warmth;
import dev.htbin.process.posix.PosixLauncher;
import dev.htbin.process.posix.WarmFork;
import dev.htbin.process.posix.WarmProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The programs that are served warm, as many as there may be. Safe for use by several threads. */
final class WarmPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.process.warm");

    private final PosixLauncher launcher;
    private final WarmConfig config;
    /** Guarded by this, as is {@link #closed}. */
    private final Map<Key, WarmProgram> programs = new LinkedHashMap<>();

    private boolean closed;
    private boolean adopting;
    private Optional<String> obstacle = Optional.empty();

    /** What an interpreter is the same for. */
    private record Key(
            Path file,
            Profile profile,
            Warmable.Yes command,
            SequencedMap<String, String> environment,
            WarmModules modules) {}

    WarmPool(PosixLauncher launcher, WarmConfig config) {
        this.launcher = launcher;
        this.config = config;
    }

    /** Returns what a launch is to fork; empty if it is to be cold, while an interpreter starts, for example. */
    Optional<WarmFork> fork(LaunchSpec spec) {
        if (spec.warmth().isEmpty() || !(Warmable.of(spec) instanceof Warmable.Yes command)) {
            return Optional.empty();
        }
        SequencedMap<String, String> environment = new LinkedHashMap<>(spec.environment());
        Warmth warmth = spec.warmth().get();
        environment.keySet().retainAll(warmth.lasting());
        return program(new Key(Warmable.fileOf(spec), spec.profile(), command, environment, warmth.modules()))
                .flatMap(WarmProgram::fork);
    }

    private synchronized Optional<WarmProgram> program(Key key) {
        if (closed || !adopts()) {
            return Optional.empty();
        }
        WarmProgram known = programs.get(key);
        if (known == null) {
            makeRoom();
            known = new WarmProgram(launcher, config, spec(key), key.file(), key.command(), key.modules(), this::ready);
            programs.put(key, known);
        }
        return Optional.of(known);
    }

    /** Has descendants become children of this process, which they otherwise don't: not before the first program is to be warm. */
    private boolean adopts() {
        if (!adopting && obstacle.isEmpty()) {
            try {
                launcher.adoptOrphans();
                adopting = true;
            } catch (IOException e) {
                obstacle = Optional.of(String.valueOf(e.getMessage()));
                LOG.warn("no warm interpreters: {}", e.getMessage());
            }
        }
        return adopting;
    }

    /** Returns why no program can be warm; empty if that is not known. */
    synchronized Optional<String> obstacle() {
        return obstacle;
    }

    /** Returns what starts the interpreter of a program: it lies in the root, where no directory is in the way of anything. */
    private static LaunchSpec spec(Key key) {
        List<String> arguments = new ArrayList<>(key.command().arguments());
        arguments.add(key.command().interpreter().place());
        arguments.add("warm:" + WarmProcess.octets(key.file()));
        return new LaunchSpec(key.command().executable(), arguments, key.environment(), Path.of("/"), key.profile());
    }

    private void makeRoom() {
        while (programs.size() >= config.interpreters()) {
            Map.Entry<Key, WarmProgram> oldest = programs.entrySet().stream()
                    .min(Comparator.comparingLong(entry -> entry.getValue().usedNanos()))
                    .orElseThrow();
            programs.remove(oldest.getKey());
            oldest.getValue().close();
        }
    }

    /** An interpreter has become ready: others go until there is memory for it. */
    private synchronized void ready(WarmProgram program) {
        long sum =
                programs.values().stream().mapToLong(WarmProgram::memoryBytes).sum();
        while (sum > config.memoryBytes()) {
            Optional<WarmProgram> oldest = programs.values().stream()
                    .filter(other -> other != program && other.memoryBytes() > 0)
                    .min(Comparator.comparingLong(WarmProgram::usedNanos));
            if (oldest.isEmpty()) {
                program.tooLarge();
                return;
            }
            sum -= oldest.get().memoryBytes();
            oldest.get().rest();
        }
    }

    synchronized List<WarmState> states() {
        return programs.values().stream().map(WarmProgram::state).toList();
    }

    @Override
    public synchronized void close() {
        closed = true;
        programs.values().forEach(WarmProgram::close);
        programs.clear();
    }
}
