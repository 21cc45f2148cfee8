package dev.htbin.process;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * The user that a server started as root can become for ever.
 *
 * @param name the user's name; empty if there is none that can do
 * @param obstacles for each user that was thought of, why it can't do; a sentence each
 */
public record ServerUser(Optional<String> name, List<String> obstacles) {
    public ServerUser {
        requireNonNull(name, "name");
        obstacles = List.copyOf(obstacles);
    }
}
