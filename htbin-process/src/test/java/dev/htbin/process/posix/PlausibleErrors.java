package dev.htbin.process.posix;

import static dev.htbin.process.posix.Errno.E2BIG;
import static dev.htbin.process.posix.Errno.EACCES;
import static dev.htbin.process.posix.Errno.EAGAIN;
import static dev.htbin.process.posix.Errno.EBADF;
import static dev.htbin.process.posix.Errno.ECHILD;
import static dev.htbin.process.posix.Errno.EDQUOT;
import static dev.htbin.process.posix.Errno.EINTR;
import static dev.htbin.process.posix.Errno.EINVAL;
import static dev.htbin.process.posix.Errno.EIO;
import static dev.htbin.process.posix.Errno.EISDIR;
import static dev.htbin.process.posix.Errno.ELIBBAD;
import static dev.htbin.process.posix.Errno.ELOOP;
import static dev.htbin.process.posix.Errno.EMFILE;
import static dev.htbin.process.posix.Errno.ENAMETOOLONG;
import static dev.htbin.process.posix.Errno.ENFILE;
import static dev.htbin.process.posix.Errno.ENOENT;
import static dev.htbin.process.posix.Errno.ENOEXEC;
import static dev.htbin.process.posix.Errno.ENOMEM;
import static dev.htbin.process.posix.Errno.ENOSPC;
import static dev.htbin.process.posix.Errno.ENOSYS;
import static dev.htbin.process.posix.Errno.ENOTDIR;
import static dev.htbin.process.posix.Errno.EOPNOTSUPP;
import static dev.htbin.process.posix.Errno.EPERM;
import static dev.htbin.process.posix.Errno.ESRCH;
import static dev.htbin.process.posix.Errno.ETXTBSY;
import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What each function can fail with, by its manual page and the kernel's source, as this package calls it. */
final class PlausibleErrors {
    private record Errors(String function, List<Integer> errors) {}

    private static final Map<String, List<Integer>> LAUNCHING = table(
            of("eventfd", EMFILE, ENFILE, ENOMEM),
            of("open", EMFILE, ENFILE, ENOMEM, EACCES, ENOENT, EIO),
            of("open(O_TMPFILE)", EOPNOTSUPP, EISDIR, EINVAL, ENOSPC, EDQUOT, EMFILE, ENFILE, ENOENT, EACCES),
            of("memfd_create", EMFILE, ENFILE, ENOMEM, ENOSYS, EPERM, EACCES),
            of("fchmod", EPERM, EIO),
            of("mkstemp", EMFILE, ENFILE, ENOSPC, EDQUOT, EACCES, ENOENT, EIO),
            of("unlink", EACCES, EPERM, EIO),
            new Errors("write", List.of(Faults.SHORT, 28, 122, 5, 27, 12, 4)),
            of("pipe2", EMFILE, ENFILE),
            of("posix_spawn_file_actions_init", ENOMEM),
            of("posix_spawn_file_actions_adddup2", ENOMEM, EBADF),
            of("posix_spawn_file_actions_addfchdir_np", ENOMEM, EBADF),
            of("posix_spawn_file_actions_addclosefrom_np", ENOMEM),
            of("posix_spawn_file_actions_destroy", EINVAL),
            of(
                    "posix_spawn",
                    EAGAIN,
                    ENOMEM,
                    EMFILE,
                    ENFILE,
                    ENOENT,
                    ENOTDIR,
                    EACCES,
                    EPERM,
                    ENOEXEC,
                    ELIBBAD,
                    E2BIG,
                    ETXTBSY,
                    ELOOP,
                    ENAMETOOLONG,
                    EIO,
                    EINVAL,
                    EISDIR),
            of("prlimit", EPERM, EINVAL, ESRCH),
            of("fcntl(4)", EBADF),
            of("fcntl(1030)", EMFILE),
            of("fcntl(1031)", EPERM, ENOMEM),
            of("pidfd_open", EMFILE, ENFILE, ENOMEM, ESRCH, ENOSYS),
            of("poll", EINTR, ENOMEM, EINVAL),
            of("read", EINTR, EIO, EAGAIN),
            of("waitid", EINTR, ECHILD),
            of("waitpid", EINTR, ECHILD),
            of("kill", EPERM),
            of("pidfd_send_signal", EPERM, EINVAL),
            of("close", EINTR, EIO, ENOSPC),
            of("mkdir", ENOSPC, EDQUOT, EACCES, ENOENT, ENOMEM, EIO),
            of("rmdir", EACCES, EPERM, EIO, ENOMEM),
            of("getsockopt", ENOMEM, EOPNOTSUPP));

    private static final Map<String, List<Integer>> STARTING = table(
            of("open", EMFILE, ENFILE, EACCES, ENOENT, ENOMEM),
            of("sigaction", EINVAL),
            of("pidfd_open", EMFILE, ENFILE, ENOSYS, EPERM),
            of("pidfd_send_signal", EINVAL, ENOSYS, EPERM),
            of("sigemptyset", EINVAL),
            of("posix_spawnattr_init", ENOMEM),
            of("posix_spawnattr_setflags", EINVAL),
            of("posix_spawnattr_setsigmask", EINVAL),
            of("posix_spawnattr_setsigdefault", EINVAL),
            of("landlock_create_ruleset", ENOSYS, EOPNOTSUPP, EINVAL, EMFILE, ENOMEM),
            of("landlock_add_rule", EINVAL, ENOMEM, EBADF),
            of("landlock_restrict_self", EPERM, E2BIG, EBADF, ENOMEM),
            of("seccomp", ENOSYS, EINVAL, EOPNOTSUPP, EPERM),
            of("getpwnam_r", EMFILE, ENFILE, EIO, ENOMEM, EINTR),
            of("getpwuid_r", EMFILE, EIO),
            of("pipe2", EMFILE, ENFILE),
            of("posix_spawn_file_actions_init", ENOMEM),
            of("posix_spawn_file_actions_adddup2", ENOMEM),
            of("posix_spawn_file_actions_addfchdir_np", ENOMEM),
            of("posix_spawn_file_actions_addclosefrom_np", ENOMEM),
            of("posix_spawn_file_actions_destroy", EINVAL),
            of("posix_spawn", EAGAIN, ENOMEM, EPERM),
            of("unshare", EPERM, ENOMEM, EINVAL),
            new Errors("becoming root again", List.of(Faults.NOTHING, EAGAIN.number, ENOMEM.number)),
            of("setgroups", EPERM, ENOMEM),
            of("setresgid", EPERM, EINVAL),
            of("setresuid", EPERM, EAGAIN),
            of("setgroups of all threads", EPERM, ENOMEM),
            of("setresgid of all threads", EPERM, EINVAL),
            of("setresuid of all threads", EPERM, EAGAIN),
            of("capset", EPERM, EINVAL),
            of("prctl(" + LinuxAbi.PR_SET_KEEPCAPS + ")", EPERM),
            of("prctl(" + LinuxAbi.PR_SET_DUMPABLE + ")", EINVAL),
            of("prctl(" + LinuxAbi.PR_GET_DUMPABLE + ")", EINVAL),
            of("prctl(" + LinuxAbi.PR_CAPBSET_READ + ")", EPERM, ENOSYS),
            of("prctl(" + LinuxAbi.PR_CAPBSET_DROP + ")", EPERM, EINVAL),
            of("prctl(" + LinuxAbi.PR_CAP_AMBIENT + ")", EPERM, EINVAL),
            of("prctl(" + LinuxAbi.PR_SET_NO_NEW_PRIVS + ")", EINVAL, EPERM),
            of("prctl(" + LinuxAbi.PR_GET_NO_NEW_PRIVS + ")", EINVAL),
            of("prctl(" + LinuxAbi.PR_SET_SECCOMP + ")", EINVAL, EACCES, ENOMEM),
            of("prlimit", EPERM, EINVAL),
            of("close", EINTR, EIO));

    private PlausibleErrors() {}

    /** Returns what a function can fail with while a process is launched, watched and ended. */
    static List<Integer> launching(String function) {
        return LAUNCHING.getOrDefault(function, List.of());
    }

    /** Returns what a function can fail with while a launcher starts. */
    static List<Integer> starting(String function) {
        return STARTING.getOrDefault(function, List.of());
    }

    private static Errors of(String function, Errno... errors) {
        return new Errors(
                function, Arrays.stream(errors).map(errno -> errno.number).toList());
    }

    private static Map<String, List<Integer>> table(Errors... rows) {
        return Stream.of(rows).collect(toUnmodifiableMap(Errors::function, Errors::errors));
    }
}
