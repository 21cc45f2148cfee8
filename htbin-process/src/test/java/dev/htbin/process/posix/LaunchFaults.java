package dev.htbin.process.posix;

import static java.util.Objects.requireNonNull;

import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchException.Reason;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.Profile;
import dev.htbin.process.posix.Faults.Fault;
import dev.htbin.process.posix.LaunchScenario.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lives every scenario once for each call of it and each error that this call can have. */
final class LaunchFaults {
    /** How many calls of one function in one stage fail: later ones are made by the same code. */
    private static final int MOST_CALLS = 3;
    /** Enough for every scenario. */
    private static final int MOST_FREE_DESCRIPTORS = 16;
    /** How often these are called depends on who is faster, the script or its reader. */
    private static final Set<String> UNCERTAIN = Set.of("poll", "read", "waitid");

    private final Faults faults;
    private final FaultReport report;
    private final PosixLauncher launcher;

    LaunchFaults(Faults faults, FaultReport report) throws IOException {
        this.faults = faults;
        this.report = report;
        var profiles = new LinkedHashSet<>(List.of(Profile.standard(), LaunchScenario.readonly()));
        this.launcher = PosixLauncher.start(LauncherConfig.defaults().withProfiles(profiles));
    }

    void run() throws Exception {
        for (LaunchScenario scenario : LaunchScenario.values()) {
            run(scenario);
        }
        for (LaunchScenario scenario : LaunchScenario.values()) {
            for (int free = 0; free <= MOST_FREE_DESCRIPTORS; free++) {
                withDescriptors(scenario, free);
            }
        }
        launcher.close();
    }

    /** No fault is made: the process's own limit leaves it no more descriptors. */
    private void withDescriptors(LaunchScenario scenario, int free) throws Exception {
        Leaks before = Leaks.now();
        DescriptorLimit limit = DescriptorLimit.lower(free);
        String outcome;
        try {
            outcome = outcome(scenario, scenario.given);
        } finally {
            limit.restore();
        }
        // Input that is received, and the sockets of a scenario, fail with IOException.
        boolean clean =
                Set.of("success", "IOException", Reason.EXHAUSTED.toString()).contains(outcome);
        String problem = clean ? "" : outcome;
        String next = outcome(scenario, scenario.given);
        if (!next.equals("success")) {
            problem += " next launch: " + next;
        }
        problem += " " + Leaks.now().since(before);
        report.add("%s with %d free descriptors".formatted(scenario, free), problem.strip());
    }

    private void run(LaunchScenario scenario) throws Exception {
        // The first run loads classes and opens what stays open.
        live(scenario, scenario.given);
        Map<Stage, Map<String, Integer>> begun = live(scenario, scenario.given);
        Map<String, Integer> calls = faults.calls();
        List<Stage> stages = List.of(Stage.values());
        for (int i = 0; i < stages.size(); i++) {
            Stage stage = stages.get(i);
            Map<String, Integer> first = requireNonNull(begun.get(stage));
            Map<String, Integer> end = i + 1 < stages.size() ? requireNonNull(begun.get(stages.get(i + 1))) : calls;
            for (Map.Entry<String, Integer> function : end.entrySet()) {
                int before = first.getOrDefault(function.getKey(), 0);
                int last = Math.min(function.getValue(), before + MOST_CALLS);
                for (int nth = before + 1; nth <= last; nth++) {
                    for (int errno : PlausibleErrors.launching(function.getKey())) {
                        attempt(scenario, stage, new Fault(function.getKey(), nth, errno));
                    }
                }
            }
        }
    }

    private void attempt(LaunchScenario scenario, Stage stage, Fault fault) throws Exception {
        if (fault.function().equals("write") && stage.compareTo(Stage.LAUNCH) > 0) {
            // An eventfd takes every number while its counter is not full.
            return;
        }
        if (scenario.given.stream()
                .anyMatch(given -> given.function().equals(fault.function()) && given.nth() == fault.nth())) {
            return;
        }
        Leaks before = Leaks.now();
        Workspace workspace = onlyWorkspace();
        var all = new ArrayList<>(scenario.given);
        all.add(fault);
        String outcome = outcome(scenario, all);
        if (faults.disarm().contains(fault)) {
            if (!UNCERTAIN.contains(fault.function())) {
                report.failed(scenario + ": " + fault, "was not called: " + outcome);
            }
            return;
        }
        var expected = ExpectedOutcome.of(stage, fault);
        String problem = expected.contains(outcome) ? "" : "%s (expected: %s)".formatted(outcome, expected);
        String next = outcome(scenario, scenario.given);
        if (!next.equals("success")) {
            problem += " next launch: " + next;
        }
        problem += " " + Leaks.now().since(before);
        if (onlyWorkspace() != workspace) {
            problem += " workspace lost";
        }
        report.add(scenario + ", " + stage + ": " + fault, problem.strip());
    }

    /** All is done one after the other, so one workspace is enough for all. */
    private Workspace onlyWorkspace() {
        Workspace first = launcher.workspaces().borrow();
        Workspace second = launcher.workspaces().borrow();
        launcher.workspaces().giveBack(first);
        if (first == second) {
            throw new AssertionError("a workspace was given back twice");
        }
        return first;
    }

    private String outcome(LaunchScenario scenario, List<Fault> failing) throws Exception {
        try {
            live(scenario, failing);
            return "success";
        } catch (LaunchException e) {
            report.note(e.toString());
            return e.reason().toString();
        } catch (IOException e) {
            report.note(e.toString());
            return "IOException";
        } catch (RuntimeException | AssertionError e) {
            report.trace(e);
            return e.toString();
        }
    }

    /** Returns how often each function had been called when each stage began. */
    private Map<Stage, Map<String, Integer>> live(LaunchScenario scenario, List<Fault> failing) throws Exception {
        Map<Stage, Map<String, Integer>> begun = new EnumMap<>(Stage.class);
        faults.arm(failing);
        scenario.run(launcher, stage -> begun.put(stage, faults.calls()));
        return begun;
    }

    /** What may come of a fault. */
    private static final class ExpectedOutcome {
        private static final Set<String> HARMLESS = Set.of(
                "close",
                "posix_spawn_file_actions_destroy",
                "fcntl(1030)",
                "fcntl(1031)",
                "getsockopt",
                "kill",
                "waitid",
                "waitpid",
                // Something else takes its place.
                "memfd_create",
                "open(O_TMPFILE)");

        static Set<String> of(Stage stage, Fault fault) {
            String function = fault.function();
            int errno = fault.errno();
            boolean harmless = HARMLESS.contains(function)
                    || (stage == Stage.CLOSE && !UNCERTAIN.contains(function))
                    || errno == Errno.EINTR.number
                    || errno == Faults.SHORT
                    || (function.equals("read") && errno == Errno.EAGAIN.number)
                    || (function.equals("prlimit") && errno == Errno.ESRCH.number)
                    || (function.equals("posix_spawn") && errno == Errno.ETXTBSY.number);
            if (harmless) {
                return Set.of("success");
            }
            if (function.equals("posix_spawn") && errno == Errno.EACCES.number) {
                // By its other path, if it was not tried by that already.
                return Set.of("success", Reason.NOT_PERMITTED.toString());
            }
            if (UNCERTAIN.contains(function)) {
                // The same call, of another stage or descriptor.
                return Set.of("success", "IOException");
            }
            return switch (stage) {
                case STDIN, WATCH, CLOSE -> Set.of("IOException");
                case LAUNCH -> Set.of(reason(fault).toString());
            };
        }

        private static Reason reason(Fault fault) {
            Errno errno = errno(fault.errno());
            boolean ofScript =
                    fault.function().equals("posix_spawn") || (fault.function().equals("open") && fault.nth() == 1);
            return switch (errno) {
                case EAGAIN, ENOMEM, EMFILE, ENFILE -> Reason.EXHAUSTED;
                case ENOSPC, EDQUOT -> Reason.NO_SPACE;
                case ENOENT, ENOTDIR, ELOOP -> ofScript ? Reason.NOT_FOUND : Reason.OTHER;
                case EACCES, EPERM, EISDIR -> ofScript ? Reason.NOT_PERMITTED : Reason.OTHER;
                case ENOEXEC, ELIBBAD -> Reason.NOT_EXECUTABLE_FORMAT;
                case E2BIG, ENAMETOOLONG -> Reason.TOO_LONG;
                default -> Reason.OTHER;
            };
        }

        private static Errno errno(int number) {
            for (Errno errno : Errno.values()) {
                if (errno.number == number) {
                    return errno;
                }
            }
            throw new IllegalArgumentException("errno " + number);
        }
    }
}
