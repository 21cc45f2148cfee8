package dev.htbin.cli;

import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals that end the server: SIGINT, SIGTERM and, unless it asks for the configuration to be read again, SIGHUP. The first asks for an orderly end, a second one
 * ends at once.
 *
 * <p>Through {@code sun.misc.Signal}, not a shutdown hook: a hook could neither tell a second signal from the first nor have the JVM exit with 0.
 * By reflection, for javac warns of that class without a way to suppress it.
 */
final class StopSignals {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);
    private static final int KILLED_BY_SIGINT = 130;
    private static final int KILLED_BY_SIGTERM = 143;

    private final boolean reloads;
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final AtomicBoolean stopping = new AtomicBoolean();

    /** What a signal asks for. */
    enum Asked {
        STOP,
        /** Stop, from the keyboard. */
        INTERRUPT,
        RELOAD
    }

    private StopSignals(boolean reloads) {
        this.reloads = reloads;
    }

    /**
     * Begins to watch. A signal that was ignored when the JVM started stays ignored, but a SIGHUP that does not stop; one that the system doesn't have is left out.
     *
     * @param reloads whether SIGHUP asks for the configuration to be read again
     */
    static StopSignals watch(boolean reloads) {
        var signals = new StopSignals(reloads);
        try {
            if (reloads) {
                Launchers.heedHangUp();
            }
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            var handle = signal.getMethod("handle", signal, handler);
            InvocationHandler received = (proxy, method, arguments) -> signals.answer(proxy, method, arguments);
            Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, received);
            for (String name : List.of("INT", "TERM", "HUP")) {
                try {
                    handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
                } catch (InvocationTargetException e) {
                    LOG.debug("SIG{} is not caught: {}", name, String.valueOf(e.getCause()));
                }
            }
        } catch (ReflectiveOperationException | IOException e) {
            LOG.warn("no signal is caught, so scripts may outlive the server: {}", e.toString());
        }
        return signals;
    }

    /** Waits for the next signal. */
    Asked await() throws InterruptedException {
        return asked.take();
    }

    /** Waits, after the signal that asks to stop, for one that asks to reload; tells whether one came in this time. A second one to stop ends the JVM. */
    boolean reloadWithin(Duration most) throws InterruptedException {
        return asked.poll(most.toNanos(), TimeUnit.NANOSECONDS) == Asked.RELOAD;
    }

    /** Tells whether there was a signal that asks to stop. */
    boolean stopping() {
        return stopping.get();
    }

    private @Nullable Object answer(Object proxy, Method method, Object @Nullable [] arguments) {
        if (arguments == null || !method.getName().equals("handle")) {
            return method.getName().equals("hashCode") ? (Object) System.identityHashCode(proxy) : "StopSignals";
        }
        received(arguments[0].toString());
        return null;
    }

    /** Takes note of a signal, such as {@code SIGTERM}. */
    private void received(String signal) {
        if (reloads && signal.equals("SIGHUP")) {
            asked.add(Asked.RELOAD);
            return;
        }
        boolean interrupt = signal.equals("SIGINT");
        if (!stopping.compareAndSet(false, true)) {
            Runtime.getRuntime().halt(interrupt ? KILLED_BY_SIGINT : KILLED_BY_SIGTERM);
        }
        asked.add(interrupt ? Asked.INTERRUPT : Asked.STOP);
    }
}
