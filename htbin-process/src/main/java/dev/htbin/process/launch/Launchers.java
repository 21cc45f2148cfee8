package dev.htbin.process.launch;

import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.ServerUser;
import dev.htbin.process.posix.PosixLauncher;
import dev.htbin.process.warm.WarmConfig;
import dev.htbin.process.warm.WarmLauncher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the best launcher that the machine has. */
public final class Launchers {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.process");

    private static final List<String> SERVER_USERS = List.of("htbin", "daemon", "bin");

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
     * processes as this process's own user, confines nothing, and is therefore refused to root. With posix_spawn it serves programs by warm interpreters, where a
     * {@link dev.htbin.process.LaunchSpec} allows it.
     *
     * @throws IOException if a user does not exist, is root, or this process may not become it; if a tree of a profile does not exist; if confinement is required
     *     and something of it can't be had. The message says which
     */
    public static Launcher start(LauncherConfig config) throws IOException {
        return start(config, WarmConfig.defaults());
    }

    /**
     * Starts the best launcher that the machine has, as {@link #start(LauncherConfig)} does, with other bounds of warm interpreters.
     *
     * @throws IOException for the same reasons
     */
    public static Launcher start(LauncherConfig config, WarmConfig warm) throws IOException {
        Optional<String> obstacle = PosixLauncher.obstacle();
        if (obstacle.isPresent()) {
            if (config.confinementRequired()) {
                throw new IOException("confinement is required, and none can be had: " + obstacle.get());
            }
            Launcher launcher = JdkLauncher.start(config, obstacle.get());
            LOG.warn("processes start by {}, unconfined: {}", launcher.name(), obstacle.get());
            return launcher;
        }
        return WarmLauncher.over(PosixLauncher.start(config), warm);
    }

    /**
     * Finds the user that a server started as root should become: {@code htbin} if there is such a user, else one of those that every system has for servers.
     *
     * @param asked whom the user of the server asked for; empty: nobody in particular
     * @param others the users that processes run as: a server of the same user would be less safe from them
     * @param trees what the server must still be able to read
     * @return empty if this process is not root; without a name if there is no such user
     */
    public static Optional<ServerUser> serverUser(Optional<String> asked, Set<String> others, Collection<Path> trees) {
        if (PosixLauncher.obstacle().isPresent() || !PosixLauncher.isRoot()) {
            return Optional.empty();
        }
        List<String> candidates = asked.map(List::of).orElse(SERVER_USERS);
        return Optional.of(PosixLauncher.serverUser(candidates, asked.isPresent() ? Set.of() : others, trees));
    }

    /**
     * Makes this whole process, which is root, another user, for ever: for a server that starts no processes. One that does names the user in its
     * {@link LauncherConfig}.
     *
     * @throws IOException if there is no such user, if it is privileged, or if the system refuses it
     */
    public static void leaveRoot(String user) throws IOException {
        PosixLauncher.leaveRoot(user);
    }

    /**
     * Has SIGHUP reach this process also if it was started with that ignored, as nohup(1) has it: the JVM catches no signal that is ignored. Does nothing where there
     * is no such signal.
     *
     * @throws IOException if the system refuses it
     */
    public static void heedHangUp() throws IOException {
        if (PosixLauncher.obstacle().isEmpty()) {
            PosixLauncher.heedHangUp();
        }
    }

    /**
     * Has the calling thread, and the threads and processes that are started from it from now on, go on for ten milliseconds when others wait for the processor, where it
     * would be less: more gets done when there are more scripts than processors. A launcher that is started then does the same with its processes. Does nothing where
     * that can't be chosen: before Linux 6.12, for example.
     */
    public static void lengthenTimeSlices() {
        if (PosixLauncher.obstacle().isEmpty()) {
            PosixLauncher.lengthenTimeSlices();
        }
    }
}
