package dev.htbin.process;

import java.io.IOException;
import java.util.Optional;

/** Finds the best launcher that the machine has. */
public final class Launchers {
    private Launchers() {}

    /**
     * Starts the best launcher that the machine has.
     *
     * @param user the user that processes run as, a name or a number; empty: {@code nobody} when this process is root, else its own user
     * @throws IOException if the user does not exist, is root, or this process may not become it; the message says which
     */
    public static Launcher start(Optional<String> user) throws IOException {
        if (user.isPresent()) {
            throw new IOException("no launcher yet for user " + user);
        }
        throw new IOException("no launcher yet");
    }
}
