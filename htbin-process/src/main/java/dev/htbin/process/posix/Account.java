package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A user of the machine.
 *
 * @param name the name; the number as text when it has none
 * @param uid the user id
 * @param gid the id of the user's own group
 * @param groups the ids of further groups, without {@code gid}
 */
record Account(String name, int uid, int gid, List<Integer> groups) {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MOST_GROUPS = 1024;

    Account {
        requireNonNull(name, "name");
        groups = List.copyOf(groups);
    }

    /** Returns the user that this process runs as. */
    static Account own() {
        int uid = Libc.geteuid();
        try {
            return byId(uid).orElseGet(() -> nameless(uid));
        } catch (IOException e) {
            return nameless(uid);
        }
    }

    /**
     * Finds a user.
     *
     * @param user a name or a number; a number that no user has stands for a user without a name whose group has the same number
     * @throws IOException if there is no such user, or it can't be looked up
     */
    static Account find(String user) throws IOException {
        Optional<Account> named = user.indexOf('\0') < 0 ? byName(user) : Optional.empty();
        if (named.isPresent()) {
            return named.get();
        }
        if (!user.matches("[0-9]{1,10}") || Long.parseLong(user) >= 0xFFFF_FFFFL) {
            throw new IOException("user: '%s' (expected: a user of this machine, or a number)".formatted(user));
        }
        int uid = (int) Long.parseLong(user);
        return byId(uid).orElseGet(() -> nameless(uid));
    }

    /** Tells whether the user or one of its groups is root's. */
    boolean privileged() {
        return uid == 0 || gid == 0 || groups.contains(0);
    }

    /** Returns the further groups as {@code gid_t list[]}. */
    MemorySegment groupList(Arena arena) {
        MemorySegment list = arena.allocate(JAVA_INT, Math.max(groups.size(), 1));
        for (int i = 0; i < groups.size(); i++) {
            list.setAtIndex(JAVA_INT, i, groups.get(i));
        }
        return list;
    }

    private static Account nameless(int uid) {
        return new Account(Integer.toUnsignedString(uid), uid, uid, List.of());
    }

    private static Optional<Account> byName(String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(LinuxAbi.SIZEOF_PASSWD, 8);
            MemorySegment found = arena.allocate(ADDRESS);
            MemorySegment text = arena.allocateFrom(name);
            int error = LibcUsers.getpwnam_r(text, entry, arena.allocate(BUFFER_BYTES), BUFFER_BYTES, found);
            requireAnswer(error, "getpwnam_r");
            return of(found, entry, arena);
        }
    }

    private static Optional<Account> byId(int uid) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(LinuxAbi.SIZEOF_PASSWD, 8);
            MemorySegment found = arena.allocate(ADDRESS);
            int error = LibcUsers.getpwuid_r(uid, entry, arena.allocate(BUFFER_BYTES), BUFFER_BYTES, found);
            requireAnswer(error, "getpwuid_r");
            return of(found, entry, arena);
        }
    }

    /** Some sources of users say by these errors that there is no such user. */
    private static void requireAnswer(int error, String call) throws IOException {
        boolean answered = error == 0
                || error == Errno.ENOENT.number
                || error == Errno.ESRCH.number
                || error == Errno.EBADF.number
                || error == Errno.EPERM.number;
        if (!answered) {
            throw new IOException(call + ": " + Errno.describe(error));
        }
    }

    private static Optional<Account> of(MemorySegment found, MemorySegment entry, Arena arena) {
        if (found.get(ADDRESS, 0).address() == 0) {
            return Optional.empty();
        }
        MemorySegment name = entry.get(ADDRESS, LinuxAbi.PASSWD_NAME).reinterpret(BUFFER_BYTES);
        int gid = entry.get(JAVA_INT, LinuxAbi.PASSWD_GID);
        MemorySegment list = arena.allocate(JAVA_INT, MOST_GROUPS);
        MemorySegment count = arena.allocate(JAVA_INT);
        count.set(JAVA_INT, 0, MOST_GROUPS);
        int known = LibcUsers.getgrouplist(name, gid, list, count);
        List<Integer> groups = new ArrayList<>();
        for (int i = 0; i < known; i++) {
            int group = list.getAtIndex(JAVA_INT, i);
            if (group != gid) {
                groups.add(group);
            }
        }
        int uid = entry.get(JAVA_INT, LinuxAbi.PASSWD_UID);
        return Optional.of(new Account(name.getString(0, ISO_8859_1), uid, gid, groups));
    }
}
