package dev.htbin.process.launch;

import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.posix.PosixLauncher;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the best launcher that the machine has. */
public final class Launchers {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.process");

    private Launchers() {}

    /**
     * Starts the best launcher that the machine has, with the standard profile alone.
     *
     * @param user the user that processes run as, a name or a number; empty: {@code nobody} when this process is root, else its own user
     * @throws IOException if the user does not exist, is root, or this process may not become it; the message says which
     */
    public static Launcher start(Optional<String> user) throws IOException {
        return start(LauncherConfig.defaults().withUser(user));
    }

    /**
     * Starts the best launcher that the machine has: posix_spawn on Linux with glibc and the grant of native access, else {@link ProcessBuilder}, which runs
     * processes as this process's own user, confines nothing, and is therefore refused to root.
     *
     * @throws IOException if a user does not exist, is root, or this process may not become it; if a tree of a profile does not exist; if confinement is required
     *     and something of it can't be had. The message says which
     */
    public static Launcher start(LauncherConfig config) throws IOException {
        Optional<String> obstacle = PosixLauncher.obstacle();
        if (obstacle.isPresent()) {
            if (config.confinementRequired()) {
                throw new IOException("confinement is required, and none can be had: " + obstacle.get());
            }
            Launcher launcher = JdkLauncher.start(config, obstacle.get());
            LOG.warn("processes start by {}, unconfined: {}", launcher.name(), obstacle.get());
            return launcher;
        }
        return PosixLauncher.start(config);
    }
}
