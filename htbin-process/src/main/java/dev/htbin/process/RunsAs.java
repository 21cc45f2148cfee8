package dev.htbin.process;

import static java.util.Objects.requireNonNull;

/**
 * The user that a launcher's processes run as.
 *
 * @param user the user's name; the number as text when it has no name
 * @param uid the user id; -1 where there are no user ids
 * @param gid the group id; -1 where there are no group ids
 * @param noNewPrivileges whether set-user-id programs gain nothing
 */
public record RunsAs(String user, long uid, long gid, boolean noNewPrivileges) {
    public RunsAs {
        requireNonNull(user, "user");
    }
}
