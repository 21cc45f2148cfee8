package dev.htbin.process;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * What a launcher is started with. Immutable.
 *
 * @param user the user that processes run as unless their profile names another, a name or a number; empty: {@code nobody} when this process is root, else its
 *     own user
 * @param profiles the profiles that processes may have, at least one; none can be added later
 * @param serverUser the user that this whole process becomes when it is root, for ever: never root. Empty: it remains who it is
 * @param confinementRequired whether it is an error, and not a warning, when the kernel can't confine as a profile says
 */
public record LauncherConfig(
        Optional<String> user,
        SequencedSet<Profile> profiles,
        Optional<String> serverUser,
        boolean confinementRequired) {
    public LauncherConfig {
        requireNonNull(user, "user");
        requireNonNull(serverUser, "serverUser");
        profiles = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(profiles));
        if (profiles.isEmpty()) {
            throw new IllegalArgumentException("profiles: [] (expected: at least one)");
        }
    }

    /** Returns the defaults: the standard profile alone; this process remains who it is. */
    public static LauncherConfig defaults() {
        var profiles = new LinkedHashSet<Profile>();
        profiles.add(Profile.standard());
        return new LauncherConfig(Optional.empty(), profiles, Optional.empty(), false);
    }

    /** Returns this configuration with another user for processes. */
    public LauncherConfig withUser(Optional<String> other) {
        return new LauncherConfig(other, profiles, serverUser, confinementRequired);
    }

    /** Returns this configuration with other profiles. */
    public LauncherConfig withProfiles(SequencedSet<Profile> others) {
        return new LauncherConfig(user, others, serverUser, confinementRequired);
    }

    /** Returns this configuration with a user that this process becomes. */
    public LauncherConfig withServerUser(String other) {
        return new LauncherConfig(user, profiles, Optional.of(other), confinementRequired);
    }

    /** Returns this configuration with missing confinement an error. */
    public LauncherConfig withConfinementRequired() {
        return new LauncherConfig(user, profiles, serverUser, true);
    }
}
