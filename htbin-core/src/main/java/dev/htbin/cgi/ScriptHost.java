package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.process.Launcher;
import dev.htbin.process.Launchers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Where scripts run: the launcher, the bound on how many run at once, and the queue before it. Safe for use by several threads. */
public final class ScriptHost implements AutoCloseable {
    private final Launcher launcher;

    /** Creates a host over a launcher, which it closes. */
    public ScriptHost(Launcher launcher) {
        this.launcher = requireNonNull(launcher, "launcher");
    }

    /** Returns the host that is used unless a configuration names another; made at its first use. */
    public static ScriptHost shared() {
        return Shared.HOST;
    }

    @Override
    public void close() {
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
