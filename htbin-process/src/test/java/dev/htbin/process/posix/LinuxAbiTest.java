package dev.htbin.process.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Process test: compares our numbers with those of the machine's own headers, where it has a C compiler. */
final class LinuxAbiTest {
    /** What stands for a constant in C, where its name does not. */
    private static final Map<String, String> IN_C = Map.ofEntries(
            Map.entry("SIZEOF_SPAWNATTR", "sizeof(posix_spawnattr_t)"),
            Map.entry("SIZEOF_FILE_ACTIONS", "sizeof(posix_spawn_file_actions_t)"),
            Map.entry("SIZEOF_SIGSET", "sizeof(sigset_t)"),
            Map.entry("SIZEOF_SIGACTION", "sizeof(struct sigaction)"),
            Map.entry("SIZEOF_SIGINFO", "sizeof(siginfo_t)"),
            Map.entry("SIGINFO_CODE", "offsetof(siginfo_t, si_code)"),
            Map.entry("SIGINFO_PID", "offsetof(siginfo_t, si_pid)"),
            Map.entry("SIGINFO_STATUS", "offsetof(siginfo_t, si_status)"),
            Map.entry("SIZEOF_RUSAGE", "sizeof(struct rusage)"),
            Map.entry("RUSAGE_UTIME", "offsetof(struct rusage, ru_utime)"),
            Map.entry("RUSAGE_STIME", "offsetof(struct rusage, ru_stime)"),
            Map.entry("RUSAGE_MAXRSS", "offsetof(struct rusage, ru_maxrss)"),
            Map.entry("SYS_WAITID", "SYS_waitid"),
            Map.entry("SIZEOF_TIMESPEC", "sizeof(struct timespec)"),
            Map.entry("SIZEOF_SOCKADDR_STORAGE", "sizeof(struct sockaddr_storage)"),
            Map.entry("SIZEOF_PASSWD", "sizeof(struct passwd)"),
            Map.entry("PASSWD_NAME", "offsetof(struct passwd, pw_name)"),
            Map.entry("PASSWD_UID", "offsetof(struct passwd, pw_uid)"),
            Map.entry("PASSWD_GID", "offsetof(struct passwd, pw_gid)"),
            Map.entry("SIZEOF_MSGHDR", "sizeof(struct msghdr)"),
            Map.entry("MSGHDR_IOV", "offsetof(struct msghdr, msg_iov)"),
            Map.entry("MSGHDR_IOVLEN", "offsetof(struct msghdr, msg_iovlen)"),
            Map.entry("MSGHDR_CONTROL", "offsetof(struct msghdr, msg_control)"),
            Map.entry("MSGHDR_CONTROLLEN", "offsetof(struct msghdr, msg_controllen)"),
            Map.entry("SIZEOF_IOVEC", "sizeof(struct iovec)"),
            Map.entry("SIZEOF_CMSGHDR", "sizeof(struct cmsghdr)"),
            Map.entry("WALL", "__WALL"),
            Map.entry("CAPABILITY_VERSION_3", "_LINUX_CAPABILITY_VERSION_3"),
            Map.entry("SYS_SETGROUPS", "SYS_setgroups"),
            Map.entry("SYS_SETRESUID", "SYS_setresuid"),
            Map.entry("SYS_SETRESGID", "SYS_setresgid"),
            Map.entry("SYS_CAPSET", "SYS_capset"),
            Map.entry("SIZEOF_SCHED_ATTR", "sizeof(struct sched_attr)"),
            Map.entry("SCHED_ATTR_POLICY", "offsetof(struct sched_attr, sched_policy)"),
            Map.entry("SCHED_ATTR_RUNTIME", "offsetof(struct sched_attr, sched_runtime)"),
            Map.entry("SYS_SCHED_SETATTR", "SYS_sched_setattr"),
            Map.entry("SYS_SCHED_GETATTR", "SYS_sched_getattr"),
            Map.entry("SYS_PIDFD_OPEN", "SYS_pidfd_open"),
            Map.entry("SYS_PIDFD_SEND_SIGNAL", "SYS_pidfd_send_signal"),
            Map.entry("SYS_GETTID", "SYS_gettid"),
            Map.entry("SYS_LANDLOCK_CREATE_RULESET", "SYS_landlock_create_ruleset"),
            Map.entry("SYS_LANDLOCK_ADD_RULE", "SYS_landlock_add_rule"),
            Map.entry("SYS_LANDLOCK_RESTRICT_SELF", "SYS_landlock_restrict_self"),
            Map.entry("CAP_SETGID", "1 << CAP_SETGID"),
            Map.entry("CAP_SETUID", "1 << CAP_SETUID"),
            Map.entry("CAP_SETPCAP", "1 << CAP_SETPCAP"),
            Map.entry("IOPRIO_WHO_PGRP", "2"),
            Map.entry(
                    "CLONE_NAMESPACES",
                    "CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET"));

    private static final String HEADERS = """
            #define _GNU_SOURCE
            #include <errno.h>
            #include <fcntl.h>
            #include <linux/capability.h>
            #define sched_param sched_param_of_linux
            #include <linux/sched/types.h>
            #undef sched_param
            #include <netinet/in.h>
            #include <poll.h>
            #include <pwd.h>
            #include <sched.h>
            #include <signal.h>
            #include <spawn.h>
            #include <stddef.h>
            #include <stdio.h>
            #include <linux/seccomp.h>
            #include <linux/sockios.h>
            #include <sys/eventfd.h>
            #include <sys/ioctl.h>
            #include <sys/mman.h>
            #include <sys/prctl.h>
            #include <sys/resource.h>
            #include <sys/socket.h>
            #include <sys/syscall.h>
            #include <sys/wait.h>
            #include <time.h>
            """;

    @TempDir
    private Path directory;

    @Test
    void agreesWithTheHeadersOfTheMachine() throws Exception {
        Map<String, Long> ours = constants();
        assertTrue(ours.size() > 60, ours::toString);
        boolean required = "all".equals(System.getProperty("htbin.require")) || "true".equals(System.getenv("CI"));
        assumeTrue(required || new File("/usr/bin/cc").canExecute(), "no /usr/bin/cc to compare our numbers with C's");
        assertEquals(compiled(ours.keySet().stream().toList()), ours);
    }

    private static Map<String, Long> constants() throws IllegalAccessException {
        Map<String, Long> constants = new TreeMap<>();
        for (Field field : LinuxAbi.class.getDeclaredFields()) {
            if (field.getType() != boolean.class) {
                field.setAccessible(true);
                constants.put(field.getName(), ((Number) field.get(null)).longValue());
            }
        }
        for (Errno errno : Errno.values()) {
            constants.put(errno.name(), (long) errno.number);
        }
        return constants;
    }

    private Map<String, Long> compiled(List<String> names) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String name : names) {
            lines.add("  printf(\"%s %%ld\\n\", (long) (%s));".formatted(name, IN_C.getOrDefault(name, name)));
        }
        Path source = directory.resolve("probe.c");
        Files.writeString(source, HEADERS + "int main(void) {\n" + String.join("\n", lines) + "\n  return 0;\n}\n");
        Path program = directory.resolve("probe");
        run("/usr/bin/cc", "-o", program.toString(), source.toString());
        Map<String, Long> values = new TreeMap<>();
        for (String line : run(program.toString()).lines().toList()) {
            int space = line.indexOf(' ');
            values.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
        }
        return values;
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
