package dev.htbin.process.posix;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.Profile;
import dev.htbin.process.Run;
import dev.htbin.process.posix.Faults.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Starts a launcher once for each call of a start and each error that this call can have: it refuses, or its processes are confined whole. */
final class StartFaults {
    /** What a kernel may lack, or what is of no consequence: the start goes on. */
    private static final Set<String> HARMLESS = Set.of(
            "close", "posix_spawn_file_actions_destroy", "posix_spawn", "getpwuid_r", "pidfd_send_signal", "seccomp");

    private static final boolean ROOT = Account.own().uid() == 0;

    private final Faults faults;
    private final FaultReport report;
    private final LauncherConfig config = LauncherConfig.defaults()
            .withProfiles(new LinkedHashSet<>(List.of(Profile.standard(), LaunchScenario.readonly())));

    StartFaults(Faults faults, FaultReport report) {
        this.faults = faults;
        this.report = report;
    }

    void run() throws Exception {
        start(config);
        faults.arm(List.of());
        PosixLauncher.start(config).close();
        var calls = new LinkedHashMap<>(faults.calls());
        for (Map.Entry<String, Integer> function : calls.entrySet()) {
            for (int nth : new LinkedHashSet<>(List.of(1, Math.min(2, function.getValue()), function.getValue()))) {
                for (int errno : PlausibleErrors.starting(function.getKey())) {
                    attempt(config, new Fault(function.getKey(), nth, errno));
                }
            }
        }
        attempt(config.withConfinementRequired(), new Fault("landlock_create_ruleset", 1, Errno.ENOSYS.number));
        attempt(config.withConfinementRequired(), new Fault("seccomp", 1, Errno.EINVAL.number));
        if (ROOT) {
            leavingRoot();
        }
    }

    /** Each goes a step further: the last becomes the other user for good. */
    private void leavingRoot() throws Exception {
        LauncherConfig leaving = config.withServerUser("nobody");
        for (String call : List.of("setgroups", "setresgid", "setresuid")) {
            for (int errno : PlausibleErrors.starting(call + " of all threads")) {
                attempt(leaving, new Fault(call + " of all threads", 1, errno));
            }
        }
        attempt(leaving, new Fault("becoming root again", 1, Faults.NOTHING));
    }

    private void attempt(LauncherConfig asked, Fault fault) throws Exception {
        Leaks before = Leaks.now();
        faults.arm(List.of(fault));
        String outcome = start(asked, fault);
        boolean refused = !outcome.equals("success");
        String problem = "";
        if (refused != mustRefuse(asked, fault)) {
            problem = outcome;
        } else if (refused && !names(outcome, fault)) {
            problem = "the message does not name the call: " + outcome;
        }
        faults.disarm();
        report.note(outcome);
        boolean left = Libc.geteuid() != 0 && ROOT;
        String next = left ? "success" : start(config, fault);
        if (!next.equals("success") && !next.equals(outcome)) {
            problem += " next start: " + next;
        }
        if (!left) {
            faults.arm(List.of());
            problem += " " + start(config);
        }
        problem += " " + Leaks.now().since(before) + threads();
        report.add("start: " + fault, problem.strip());
    }

    private static boolean mustRefuse(LauncherConfig asked, Fault fault) {
        if (asked.confinementRequired()) {
            return true;
        }
        boolean harmless = HARMLESS.contains(fault.function())
                || fault.function().equals("prctl(" + LinuxAbi.PR_SET_KEEPCAPS + ")")
                || (fault.function().equals("prctl(" + LinuxAbi.PR_CAP_AMBIENT + ")")
                        && fault.errno() == Errno.EINVAL.number)
                || (fault.function().equals("landlock_create_ruleset") && fault.nth() == 1);
        return !harmless;
    }

    private static boolean names(String message, Fault fault) {
        String name = fault.function().replaceAll("[( ].*", "").replaceAll("(file_actions)_.*", "$1");
        return switch (name) {
            case "open" -> message.contains("/dev/null") || message.contains("tree: '");
            case "becoming" -> message.contains("become root");
            case "seccomp" -> message.contains("filters no system calls");
            case "landlock_create_ruleset" -> message.contains(name) || message.contains("Landlock");
            default -> message.contains(name);
        };
    }

    private String start(LauncherConfig asked, Fault fault) throws Exception {
        try (var launcher = PosixLauncher.start(asked)) {
            if (faults.disarm().contains(fault)) {
                return "was not called";
            }
            String found = confinement(launcher, fault);
            return found.isEmpty() ? "success" : found;
        } catch (IOException e) {
            return e.toString();
        } catch (RuntimeException | AssertionError e) {
            report.trace(e);
            return e.toString();
        }
    }

    /** Starts without a fault, and says what was wrong. */
    private String start(LauncherConfig asked) throws Exception {
        faults.arm(List.of());
        try (var launcher = PosixLauncher.start(asked)) {
            return confinement(launcher, new Fault("", 0, 0));
        }
    }

    /** Says what a process is not held to. */
    private static String confinement(PosixLauncher launcher, Fault fault) throws Exception {
        var lacks = new ArrayList<String>();
        var spec = new LaunchSpec(
                Path.of("/bin/cat"), List.of("cat", "/proc/self/status"), new LinkedHashMap<>(), Path.of("/"));
        try (var stdin = launcher.newStdin();
                Child child = launcher.launch(spec, stdin)) {
            Map<String, String> status = Run.toEnd(child)
                    .output()
                    .lines()
                    .map(line -> line.split(":\\s*", 2))
                    .collect(Collectors.toMap(words -> words[0], words -> words[1]));
            expect(status, "NoNewPrivs", "1", lacks);
            expect(status, "CapEff", "0000000000000000", lacks);
            expect(status, "CapPrm", "0000000000000000", lacks);
            if (ROOT) {
                expect(status, "CapBnd", "0000000000000000", lacks);
                expect(status, "Groups", "", lacks);
                String uid = String.valueOf(Account.find("nobody").uid());
                expect(status, "Uid", String.join("\t", uid, uid, uid, uid), lacks);
            }
            if (!fault.function().equals("seccomp")) {
                expect(status, "Seccomp", "2", lacks);
            }
        }
        return lacks.isEmpty() ? "" : "not confined: " + lacks;
    }

    private static void expect(Map<String, String> status, String name, String value, List<String> lacks) {
        String found = status.getOrDefault(name, "").strip();
        if (!found.equals(value)) {
            lacks.add(name + ": " + found);
        }
    }

    /** Wardens end by themselves; says if one does not. */
    private static String threads() {
        long deadline = System.nanoTime() + Run.LONG.toNanos();
        while (System.nanoTime() < deadline) {
            boolean ended = Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("htbin-warden"));
            if (ended) {
                return "";
            }
            Thread.onSpinWait();
        }
        return " a warden that does not end";
    }
}
