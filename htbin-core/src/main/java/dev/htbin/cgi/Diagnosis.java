package dev.htbin.cgi;

import dev.htbin.process.ExitStatus;
import dev.htbin.process.Resource;
import dev.htbin.process.RunsAs;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the cause underneath what was seen of a script's failure: in how it ended, in what it wrote to standard error, and in its file.
 *
 * @param plan what was executed
 * @param user who it ran as
 * @param exit how it ended; empty if it has not, or was ended by this server
 * @param outOfMemory whether the kernel says that it exceeded the memory of its control group
 * @param stderr the last lines of standard error
 */
record Diagnosis(LaunchPlan plan, RunsAs user, Optional<ExitStatus> exit, boolean outOfMemory, List<String> stderr) {
    /** What is seen of a script that ended too early says little of why. */
    private static final Set<Cause> SUPERFICIAL =
            EnumSet.of(Cause.NO_OUTPUT, Cause.NO_BLANK_LINE, Cause.KILLED, Cause.FAILED, Cause.LENGTH_MISMATCH);

    private static final Pattern MEMORY = Pattern.compile(
            ".*(?:MemoryError|[Cc]annot allocate memory|Out of memory|out of memory|memory exhausted|bad_alloc|Allowed memory size of).*");
    private static final Pattern PROCESSES = Pattern.compile(
            ".*(?:[Cc]annot fork|can't fork|can't start new thread|fork.*Resource temporarily unavailable|BlockingIOError: \\[Errno 11]).*");
    private static final Pattern DESCRIPTORS = Pattern.compile(".*[Tt]oo many open files.*");
    private static final Pattern FILE_SIZE = Pattern.compile(".*(?:File too large|EFBIG).*");
    private static final Pattern NO_SPACE = Pattern.compile(".*(?:No space left on device|Disk quota exceeded).*");

    /** What ended a script is in its last lines, and near their beginning: more of a hostile one would cost more than it tells. */
    private static final int MOST_LINES = 50;

    private static final int MOST_CHARS = 1000;

    Diagnosis {
        stderr = readable(stderr);
    }

    /** Returns of the lines what is looked at. */
    static List<String> readable(List<String> lines) {
        return lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()).stream()
                .map(line -> line.length() > MOST_CHARS ? line.substring(0, MOST_CHARS) : line)
                .toList();
    }

    /**
     * Returns the cause, if a better one is found than what was seen.
     *
     * @param seen what was seen
     */
    Optional<Finding> beneath(CgiFailure seen) {
        if (!SUPERFICIAL.contains(seen.finding().cause())) {
            return Optional.empty();
        }
        Optional<Finding> found = cause();
        return found.map(f -> new Finding(f.cause(), f.detail() + "; " + seen.symptom()));
    }

    /** Returns why the script ended as it did; empty if that is not seen. */
    Optional<Finding> cause() {
        if (outOfMemory) {
            return Optional.of(new Finding(
                    Cause.MEMORY,
                    "the script and its processes exceeded their memory%s".formatted(limit(Resource.MEMORY))));
        }
        Optional<Finding> found = ofLimits();
        if (found.isEmpty() && neverBegan()) {
            String path = plan.spec().environment().getOrDefault("PATH", CgiConfig.DEFAULT_PATH);
            found = ScriptDiagnosis.of(plan.script(), path, user);
        }
        if (found.isEmpty()) {
            found = Denial.in(stderr, plan.script().file(), plan.spec().profile(), user);
        }
        if (found.isEmpty()) {
            found = PythonFailure.in(stderr);
        }
        if (found.isEmpty()) {
            found = OtherFailure.in(stderr);
        }
        return found.isEmpty() ? ofExit() : found;
    }

    /** A shell and env end with 126 or 127 when they can't execute what they shall; an interpreter that can't read the script with 2. */
    private boolean neverBegan() {
        return exit.orElse(null) instanceof ExitStatus.Exited(int code) && (code == 126 || code == 127 || code == 2);
    }

    private Optional<Finding> ofLimits() {
        for (String line : stderr.reversed()) {
            if (MEMORY.matcher(line).matches()) {
                return said(Cause.MEMORY, line, limit(Resource.ADDRESS_SPACE) + limit(Resource.MEMORY));
            }
            if (PROCESSES.matcher(line).matches()) {
                return said(Cause.PROCESS_LIMIT, line, limit(Resource.PROCESSES));
            }
            if (DESCRIPTORS.matcher(line).matches()) {
                return said(Cause.DESCRIPTOR_LIMIT, line, limit(Resource.OPEN_FILES));
            }
            if (FILE_SIZE.matcher(line).matches()) {
                return said(Cause.FILE_SIZE_LIMIT, line, limit(Resource.FILE_SIZE));
            }
            if (NO_SPACE.matcher(line).matches()) {
                return said(Cause.DISK_FULL, line, "");
            }
        }
        return Optional.empty();
    }

    private static Optional<Finding> said(Cause cause, String line, String limit) {
        return Optional.of(new Finding(cause, "the script says: " + line + limit));
    }

    private String limit(Resource resource) {
        var most = plan.spec().profile().limits().of(resource);
        return most.isEmpty()
                ? ""
                : " (limit %s: %d %s)".formatted(resource.label(), most.getAsLong(), resource.unit());
    }

    /** A shell tells by its own status, 128 and the signal's number, that what it ran was killed. */
    private Optional<Finding> ofExit() {
        return switch (exit.orElse(null)) {
            case ExitStatus.Signaled(int number, String name) -> ofSignal(number, "the script was killed by " + name);
            case ExitStatus.Exited(int code)
            when code > 128 && code < 160 ->
                ofSignal(
                        code - 128,
                        "a program that the script ran was killed by " + dev.htbin.process.Signals.name(code - 128));
            case ExitStatus.Exited exited -> Optional.empty();
            case null -> Optional.empty();
        };
    }

    private Optional<Finding> ofSignal(int number, String seen) {
        Optional<Cause> cause = CgiFailure.ofSignal(number);
        return cause.map(c -> new Finding(c, seen + ofLimit(c)));
    }

    private String ofLimit(Cause cause) {
        return switch (cause) {
            case PROCESSOR_LIMIT -> limit(Resource.CPU);
            case FILE_SIZE_LIMIT -> limit(Resource.FILE_SIZE);
            default -> "";
        };
    }
}
