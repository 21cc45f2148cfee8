package dev.htbin.admin;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.ScriptHost;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The server that is told of.
 *
 * @param name what it is called on the page, for example its address
 * @param scripts where its scripts run; empty if it runs none
 * @param obstacle says why it is not ready to serve; empty while it is
 */
public record Watched(String name, Optional<ScriptHost> scripts, Supplier<Optional<String>> obstacle) {
    public Watched {
        requireNonNull(name, "name");
        requireNonNull(scripts, "scripts");
        requireNonNull(obstacle, "obstacle");
    }
}
