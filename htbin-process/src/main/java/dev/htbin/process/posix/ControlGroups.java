package dev.htbin.process.posix;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.stream.Collectors.joining;

import dev.htbin.process.Resource;
import dev.htbin.process.ResourceLimits;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Control groups, version 2, one per limited script: memory and processes are then counted for the script with all its descendants, and all of them, also those in
 * a session of their own, end with it. Safe for use by several threads.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">Control Group v2</a>
 */
final class ControlGroups implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.process");
    private static final String NAME = "htbin-";
    private static final String SERVER = "htbin-server";
    private static final int MOST_GENERATIONS = 8;
    private static final List<String> CONTROLLERS = List.of("memory", "pids");

    /** How many launchers of this process have asked for groups. */
    private static final AtomicLong STARTED = new AtomicLong();

    private final Path parent;
    private final Set<String> controllers;
    private final AtomicLong created = new AtomicLong();
    /** Groups whose last process had not vanished yet. */
    private final Queue<Path> leftOver = new ConcurrentLinkedQueue<>();

    ControlGroups(Path parent, Set<String> controllers) {
        this.parent = parent;
        this.controllers = Set.copyOf(controllers);
    }

    /** What was found: groups, or why there are none. */
    record Found(Optional<ControlGroups> groups, String obstacle) {}

    /**
     * Makes the group in which those of scripts will be, below the one that this process is in.
     *
     * @param server who will make groups in it
     */
    static Found find(Account server) {
        try {
            Optional<Path> mount = mountPoint(Files.readString(Path.of("/proc/self/mountinfo")));
            if (mount.isEmpty()) {
                return new Found(Optional.empty(), "version 2 is not mounted");
            }
            Path own = ownGroup(Files.readString(Path.of("/proc/self/cgroup")), mount.get());
            if (!Files.isWritable(own.resolve("cgroup.procs")) || !Files.isWritable(own)) {
                return new Found(Optional.empty(), "'%s' is not writable (systemd: Delegate=yes)".formatted(own));
            }
            sweep(own);
            Set<String> enabled = enable(own);
            Path parent = Files.createDirectory(
                    own.resolve(NAME + ProcessHandle.current().pid() + "-" + STARTED.incrementAndGet()));
            boolean made = false;
            try {
                for (String controller : enabled) {
                    Files.writeString(parent.resolve("cgroup.subtree_control"), "+" + controller);
                }
                delegate(
                        List.of(parent, parent.resolve("cgroup.procs"), parent.resolve("cgroup.subtree_control")),
                        server);
                // Who moves a process must be able to write where both groups meet.
                delegate(List.of(own.resolve("cgroup.procs")), server);
                made = true;
            } finally {
                if (!made) {
                    removed(parent);
                }
            }
            String obstacle = enabled.containsAll(CONTROLLERS)
                    ? ""
                    : "'%s' has no controller for %s".formatted(own, without(enabled));
            return new Found(Optional.of(new ControlGroups(parent, enabled)), obstacle);
        } catch (IOException e) {
            return new Found(Optional.empty(), e.toString());
        }
    }

    /** A group of one script. */
    final class Group {
        private final Path path;

        private Group(Path path) {
            this.path = path;
        }

        /**
         * Puts a process into the group, with the children that it has by now.
         *
         * @throws IOException if the kernel refuses it; a process that has ended is no reason
         */
        void add(int pid) throws IOException {
            Files.writeString(path.resolve("cgroup.procs"), Integer.toString(pid));
            addChildren(Integer.toString(pid), 0);
        }

        private void addChildren(String pid, int generation) {
            if (generation > MOST_GENERATIONS) {
                return;
            }
            try {
                for (String child : words(Path.of("/proc", pid, "task", pid, "children"))) {
                    if (!child.isEmpty()) {
                        Files.writeString(path.resolve("cgroup.procs"), child);
                        addChildren(child, generation + 1);
                    }
                }
            } catch (IOException e) {
                // It has ended meanwhile. What is in the group starts everything else in the group.
            }
        }

        /** Tells whether a process of the group was killed for the group's memory. */
        boolean outOfMemory() {
            try {
                return killedForMemory(Files.readString(path.resolve("memory.events")));
            } catch (IOException e) {
                return false;
            }
        }

        /** Kills what is left of the script, and removes the group; at once, or with a later one. */
        void end() {
            try {
                Files.writeString(path.resolve("cgroup.kill"), "1");
            } catch (IOException e) {
                LOG.warn("control group '{}': {}", path, e.toString());
            }
            leftOver.add(path);
            removeLeftOver();
        }
    }

    /**
     * Makes a group.
     *
     * @throws IOException if the kernel refuses it
     */
    Group make(ResourceLimits limits) throws IOException {
        Path path = Files.createDirectory(parent.resolve(Long.toHexString(created.incrementAndGet())));
        boolean limited = false;
        try {
            limit(path, limits);
            limited = true;
            return new Group(path);
        } finally {
            if (!limited) {
                leftOver.add(path);
                removeLeftOver();
            }
        }
    }

    private void limit(Path path, ResourceLimits limits) throws IOException {
        limit(
                path,
                "memory",
                "memory.max",
                limits.of(Resource.MEMORY).stream().boxed().findFirst());
        if (limits.of(Resource.MEMORY).isPresent() && controllers.contains("memory")) {
            // One process that is too large ends the script, not whichever of it the kernel picks.
            Files.writeString(path.resolve("memory.oom.group"), "1");
        }
        limit(
                path,
                "pids",
                "pids.max",
                limits.of(Resource.PROCESSES).stream().boxed().findFirst());
    }

    /** Removes the groups; processes that daemonised under a profile without limits are in none. */
    @Override
    public void close() {
        removeLeftOver();
        try {
            Files.deleteIfExists(parent);
        } catch (IOException e) {
            LOG.info("control group left for the next start: {}", e.toString());
        }
    }

    private void limit(Path group, String controller, String file, Optional<Long> limit) throws IOException {
        if (limit.isPresent() && controllers.contains(controller)) {
            Files.writeString(group.resolve(file), limit.get().toString());
        }
    }

    /** A group can be removed when its last process has vanished, which is not at once when it was killed. */
    private void removeLeftOver() {
        for (int i = leftOver.size(); i > 0; i--) {
            Path path = leftOver.poll();
            if (path != null && !removed(path)) {
                leftOver.add(path);
            }
        }
    }

    private static boolean removed(Path group) {
        try {
            Files.delete(group);
            return true;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Makes the controllers count for groups below; a group with processes of its own can't have that, so they move into one below. */
    private static Set<String> enable(Path own) throws IOException {
        Set<String> available = words(own.resolve("cgroup.controllers"));
        available.retainAll(CONTROLLERS);
        for (String controller : available) {
            try {
                Files.writeString(own.resolve("cgroup.subtree_control"), "+" + controller);
            } catch (IOException e) {
                Path leaf = own.resolve(SERVER);
                Files.createDirectories(leaf);
                for (String pid : Files.readAllLines(own.resolve("cgroup.procs"))) {
                    Files.writeString(leaf.resolve("cgroup.procs"), pid);
                }
                Files.writeString(own.resolve("cgroup.subtree_control"), "+" + controller);
            }
        }
        return available;
    }

    /** Removes the groups of servers that were killed, if they are empty. */
    private static void sweep(Path own) throws IOException {
        try (Stream<Path> groups = Files.list(own)) {
            for (Path group : groups.filter(ControlGroups::isOfEndedServer).toList()) {
                try (Stream<Path> scripts = Files.list(group)) {
                    for (Path script : scripts.filter(Files::isDirectory).toList()) {
                        Files.writeString(script.resolve("cgroup.kill"), "1");
                        removed(script);
                    }
                }
                removed(group);
            }
        } catch (DirectoryNotEmptyException e) {
            LOG.info("control group left: {}", e.toString());
        }
    }

    private static boolean isOfEndedServer(Path group) {
        String name = String.valueOf(group.getFileName());
        return name.matches(NAME + "[0-9]{1,10}-[0-9]{1,10}")
                && ProcessHandle.of(Long.parseLong(name.substring(NAME.length(), name.lastIndexOf('-'))))
                        .isEmpty();
    }

    private static void delegate(List<Path> files, Account server) throws IOException {
        for (Path file : files) {
            if ((Integer) Files.getAttribute(file, "unix:uid", NOFOLLOW_LINKS) != server.uid()) {
                Files.setAttribute(file, "unix:uid", server.uid(), NOFOLLOW_LINKS);
            }
        }
    }

    private static Set<String> words(Path file) throws IOException {
        return new TreeSet<>(Arrays.asList(Files.readString(file).strip().split("\\s+")));
    }

    /** Tells whether {@code memory.events} counts a kill. */
    static boolean killedForMemory(String events) {
        return events.lines().anyMatch(line -> line.matches("oom_(group_)?kill [1-9][0-9]*"));
    }

    private static String without(Set<String> enabled) {
        return CONTROLLERS.stream().filter(c -> !enabled.contains(c)).collect(joining(" and "));
    }

    /** Finds where version 2 is mounted: a line's fields, then a dash, then the type of the file system. */
    static Optional<Path> mountPoint(String mountInfo) {
        return mountInfo
                .lines()
                .filter(line -> line.contains(" - cgroup2 "))
                .map(line -> Path.of(line.split(" ", -1)[4]))
                .findFirst();
    }

    /** Finds the group of a process: the line of hierarchy 0. */
    static Path ownGroup(String groups, Path mount) {
        String path = groups.lines()
                .filter(line -> line.startsWith("0::/"))
                .map(line -> line.substring("0::/".length()))
                .findFirst()
                .orElse("");
        return mount.resolve(path);
    }
}
