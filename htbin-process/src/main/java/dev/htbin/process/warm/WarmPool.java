package dev.htbin.process.warm;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Profile;
import dev.htbin.process.WarmState;
import dev.htbin.process.posix.PosixLauncher;
import dev.htbin.process.posix.WarmFork;
import dev.htbin.process.posix.WarmProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** The programs that are served warm, as many as there may be. Safe for use by several threads. */
final class WarmPool implements AutoCloseable {
    private final PosixLauncher launcher;
    private final WarmConfig config;
    /** Guarded by this, as is {@link #closed}. */
    private final Map<Key, WarmProgram> programs = new LinkedHashMap<>();

    private boolean closed;

    /** What an interpreter is the same for. */
    private record Key(Path file, Profile profile, Warmable.Yes command, SequencedMap<String, String> environment) {}

    WarmPool(PosixLauncher launcher, WarmConfig config) {
        this.launcher = launcher;
        this.config = config;
    }

    /** Returns what a launch is to fork; empty if it is to be cold, while an interpreter starts, for example. */
    Optional<WarmFork> fork(LaunchSpec spec) {
        if (spec.warmth().isEmpty() || !(Warmable.of(spec.executable()) instanceof Warmable.Yes command)) {
            return Optional.empty();
        }
        SequencedMap<String, String> environment = new LinkedHashMap<>(spec.environment());
        environment.keySet().retainAll(spec.warmth().get().lasting());
        return program(new Key(spec.executable(), spec.profile(), command, environment))
                .flatMap(WarmProgram::fork);
    }

    private synchronized Optional<WarmProgram> program(Key key) {
        if (closed) {
            return Optional.empty();
        }
        WarmProgram known = programs.get(key);
        if (known == null) {
            makeRoom();
            known = new WarmProgram(
                    launcher, config, spec(key), key.file(), key.command().interpreter(), this::ready);
            programs.put(key, known);
        }
        return Optional.of(known);
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
