package dev.htbin.process.launch;

import dev.htbin.process.Child;
import dev.htbin.process.ExitStatus;
import dev.htbin.process.Signals;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A process of {@link ProcessBuilder}: two threads read its streams, and this tells what they have. */
final class JdkChild implements Child {
    /** How long the streams must be quiet after the process ended until nothing more is expected of it: its last octets may still be on their way through a thread. */
    private static final long QUIET_NANOS = 100_000_000;

    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 31;

    private final Process process;
    private final JdkStdin stdin;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final StreamPump output;
    private final StreamPump error;
    /** Every descendant that was ever seen: when its parent ends, it can't be found any more. */
    private final Set<ProcessHandle> seen = new LinkedHashSet<>();

    private boolean ended;
    private long quietSince;
    private boolean woken;
    private boolean closed;

    JdkChild(Process process, JdkStdin stdin) {
        this.process = process;
        this.stdin = stdin;
        this.output = new StreamPump(process.getInputStream(), lock, changed);
        this.error = new StreamPump(process.getErrorStream(), lock, changed);
        String name = "htbin-process-" + process.pid();
        Thread.ofPlatform().name(name + "-output").daemon().start(output);
        Thread.ofPlatform().name(name + "-error").daemon().start(error);
        var _ = process.onExit().thenRun(this::end);
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public boolean warm() {
        return false;
    }

    @Override
    public boolean watch(InetSocketAddress local, InetSocketAddress remote) {
        return false;
    }

    @Override
    public void unwatch() {}

    @Override
    public Set<Event> await(Duration timeout) throws IOException, InterruptedException {
        long left = timeout.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE / 2 : timeout.toNanos();
        long deadline = System.nanoTime() + left;
        lock.lockInterruptibly();
        try {
            while (true) {
                requireOpen();
                Set<Event> events = events();
                long now = System.nanoTime();
                if (!events.isEmpty() || deadline - now <= 0) {
                    woken = false;
                    return events;
                }
                long pause = deadline - now;
                if (ended) {
                    pause = Math.min(pause, Math.max(1, quietSince + QUIET_NANOS - now));
                }
                long remaining = changed.awaitNanos(pause);
                if (remaining > pause) {
                    throw new AssertionError("time went backwards");
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int readOutput(ByteBuffer buffer) throws IOException {
        return read(output, buffer);
    }

    @Override
    public int readError(ByteBuffer buffer) throws IOException {
        return read(error, buffer);
    }

    @Override
    public ExitStatus exitStatus() {
        if (process.isAlive()) {
            throw new IllegalStateException("process %d has not ended yet".formatted(process.pid()));
        }
        int code = process.exitValue();
        int signal = code - SIGNAL_BASE;
        return signal > 0 && signal <= LAST_SIGNAL
                ? new ExitStatus.Signaled(signal, Signals.name(signal))
                : new ExitStatus.Exited(code);
    }

    @Override
    public void terminate() {
        everyone().forEach(ProcessHandle::destroy);
    }

    @Override
    public void kill() {
        everyone().forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            output.close();
            error.close();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        kill();
        try {
            process.onExit().join();
        } finally {
            stdin.release();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            quietSince = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Set<Event> events() {
        Set<Event> events = EnumSet.noneOf(Event.class);
        if (output.ready()) {
            events.add(Event.OUTPUT);
        }
        if (error.ready()) {
            events.add(Event.ERROR);
        }
        if (ended && allRead()) {
            events.add(Event.EXITED);
        }
        if (woken) {
            events.add(Event.WOKEN);
        }
        return events;
    }

    /** Tells whether nothing more of what the process itself wrote can come. */
    private boolean allRead() {
        if (output.ended() && error.ended()) {
            return true;
        }
        return output.idle() && error.idle() && System.nanoTime() - quietSince >= QUIET_NANOS;
    }

    private int read(StreamPump pump, ByteBuffer buffer) throws IOException {
        lock.lock();
        try {
            requireOpen();
            quietSince = System.nanoTime();
            return pump.read(buffer);
        } finally {
            lock.unlock();
        }
    }

    private Set<ProcessHandle> everyone() {
        lock.lock();
        try {
            process.descendants().forEach(seen::add);
            // The process itself first: else it might see its children die and go on.
            Set<ProcessHandle> all = new LinkedHashSet<>();
            all.add(process.toHandle());
            all.addAll(seen);
            return all;
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("process %d: closed".formatted(process.pid()));
        }
    }
}
