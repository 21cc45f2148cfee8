package dev.htbin.process.warm;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import dev.htbin.process.Stdin;
import dev.htbin.process.WarmState;
import dev.htbin.process.posix.PosixLauncher;
import java.util.List;
import java.util.Optional;

/**
 * Starts processes by forks of warm interpreters where a spec allows it and there is one, and by posix_spawn else: nobody sees a difference but in time.
 *
 * <p>{@link #launch} may block its thread for two seconds in the kernel when an interpreter hangs: call it on a platform thread.
 */
public final class WarmLauncher implements Launcher {
    private final PosixLauncher launcher;
    private final WarmPool pool;

    private WarmLauncher(PosixLauncher launcher, WarmPool pool) {
        this.launcher = launcher;
        this.pool = pool;
    }

    /** Makes a launcher over another, which it closes. */
    public static WarmLauncher over(PosixLauncher launcher, WarmConfig config) {
        return new WarmLauncher(launcher, new WarmPool(launcher, config));
    }

    @Override
    public Stdin newStdin() {
        return launcher.newStdin();
    }

    @Override
    public Child launch(LaunchSpec spec, Stdin stdin) throws LaunchException, InterruptedException {
        return launcher.launch(spec, stdin, pool.fork(spec));
    }

    @Override
    public RunsAs runsAs(Profile profile) {
        return launcher.runsAs(profile);
    }

    @Override
    public List<WarmState> warm() {
        return pool.states();
    }

    @Override
    public Optional<String> coldReason(LaunchSpec spec) {
        if (spec.warmth().isEmpty()) {
            return Launcher.super.coldReason(spec);
        }
        return switch (Warmable.of(spec)) {
            case Warmable.Yes _ -> pool.obstacle();
            case Warmable.No(String reason) -> Optional.of(reason);
        };
    }

    @Override
    public String name() {
        return launcher.name();
    }

    @Override
    public void close() {
        pool.close();
        launcher.close();
    }
}
