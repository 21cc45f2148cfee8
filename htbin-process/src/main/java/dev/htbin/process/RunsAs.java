package dev.htbin.process;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The user that processes of a profile run as, and what confines them.
 *
 * @param user the user's name; the number as text when it has no name
 * @param uid the user id; -1 where there are no user ids
 * @param gid the group id; -1 where there are no group ids
 * @param confinement what the kernel holds the processes to, and what of their profile it does not, a sentence each
 */
public record RunsAs(String user, long uid, long gid, List<String> confinement) {
    public RunsAs {
        requireNonNull(user, "user");
        confinement = List.copyOf(confinement);
    }
}
