package dev.htbin.process.launch;

import dev.htbin.process.Launcher;
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
     * Starts the best launcher that the machine has: posix_spawn on Linux with glibc and the grant of native access, else {@link ProcessBuilder}, which runs
     * processes as this process's own user and is therefore refused to root.
     *
     * @param user the user that processes run as, a name or a number; empty: {@code nobody} when this process is root, else its own user
     * @throws IOException if the user does not exist, is root, or this process may not become it; the message says which
     */
    public static Launcher start(Optional<String> user) throws IOException {
        Optional<String> obstacle = PosixLauncher.obstacle();
        if (obstacle.isPresent()) {
            Launcher launcher = JdkLauncher.start(user, obstacle.get());
            LOG.warn(
                    "processes start by {} as {}, unconfined: {}",
                    launcher.name(),
                    launcher.runsAs().user(),
                    obstacle.get());
            return launcher;
        }
        Launcher launcher = PosixLauncher.start(user);
        LOG.info(
                "processes start by {} as {}",
                launcher.name(),
                launcher.runsAs().user());
        return launcher;
    }
}
