package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The programs that tests need and a machine may lack.
 *
 * <p>With {@code CI=true} or {@code -Dhtbin.require=all}, as {@code ./verify} sets it, a missing program is a failure. Otherwise its tests are left out, and
 * {@link LeftOut} names them loudly at the end.
 */
final class Programs {
    private static final Set<String> LEFT_OUT = new TreeSet<>();

    private Programs() {}

    /**
     * Demands programs for a group of tests.
     *
     * @param group what is left out without them, for the one who reads the build's output
     * @param needed names to find on {@code PATH}, or absolute paths that must exist
     */
    static void require(String group, String... needed) {
        var missing = new ArrayList<String>();
        for (String program : needed) {
            if (!isThere(program)) {
                missing.add(program);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        if (allRequired()) {
            fail("%s needs what is not installed: %s (./verify installs it)".formatted(group, missing));
        }
        synchronized (LEFT_OUT) {
            LEFT_OUT.add("%s: %s missing".formatted(group, String.join(", ", missing)));
        }
        abort("%s is left out: %s missing".formatted(group, missing));
    }

    /** Leaves a group of tests out where this machine does not let it run, whatever is installed: a right of root is missing, say. */
    static void leaveOut(String group, String reason) {
        synchronized (LEFT_OUT) {
            LEFT_OUT.add("%s: %s".formatted(group, reason));
        }
        abort("%s is left out: %s".formatted(group, reason));
    }

    /** Tells whether this process is root. */
    static boolean root() {
        return System.getProperty("user.name").equals("root");
    }

    /** Leaves a group of tests out that only root can arrange. */
    static void requireRoot(String group) {
        if (!root()) {
            leaveOut(group, "not root");
        }
    }

    /** Tells whether a missing program is a failure. */
    static boolean allRequired() {
        return "all".equals(System.getProperty("htbin.require")) || "true".equals(System.getenv("CI"));
    }

    /** Returns each group that was left out, with the programs it lacked. */
    static List<String> leftOut() {
        synchronized (LEFT_OUT) {
            return List.copyOf(LEFT_OUT);
        }
    }

    private static boolean isThere(String program) {
        if (program.startsWith("/")) {
            return Files.exists(Path.of(program));
        }
        String path = System.getenv().getOrDefault("PATH", "");
        for (String directory : path.split(File.pathSeparator, -1)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }
}
