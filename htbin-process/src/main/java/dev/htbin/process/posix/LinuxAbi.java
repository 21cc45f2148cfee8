package dev.htbin.process.posix;

/**
 * Numbers of the Linux kernel's and glibc's binary interfaces. Taken from the headers of Linux 6.1 and glibc 2.36 and compared with the machine's own headers by
 * a test. All are part of a stable interface; those that differ between processors are chosen when the class loads.
 */
final class LinuxAbi {
    private static final boolean AMD64 = System.getProperty("os.arch").equals("amd64");
    private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");

    // fcntl.h (asm-generic/fcntl.h; arch/arm64 has its own O_DIRECTORY and O_TMPFILE)
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_EXCL = 0x80;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;
    static final int O_PATH = 0x200000;
    static final int O_DIRECTORY = AARCH64 ? 0x4000 : 0x10000;
    static final int O_TMPFILE = 0x400000 | O_DIRECTORY;
    static final int F_SETFL = 4;
    static final int F_SETOWN = 8;
    static final int F_SETOWN_EX = 15;
    static final int F_DUPFD_CLOEXEC = 1030;
    static final int F_SETPIPE_SZ = 1031;

    // poll.h
    static final short POLLIN = 0x1;
    static final short POLLERR = 0x8;
    static final short POLLHUP = 0x10;
    static final short POLLNVAL = 0x20;
    static final short POLLRDHUP = 0x2000;

    // sys/eventfd.h, sys/mman.h
    static final int EFD_CLOEXEC = 0x80000;
    static final int EFD_NONBLOCK = 0x800;
    static final int MFD_CLOEXEC = 1;

    // spawn.h (glibc)
    static final int POSIX_SPAWN_SETSIGDEF = 0x04;
    static final int POSIX_SPAWN_SETSIGMASK = 0x08;
    static final int POSIX_SPAWN_SETSID = 0x80;
    static final int SIZEOF_SPAWNATTR = 336;
    static final int SIZEOF_FILE_ACTIONS = 80;
    static final int SIZEOF_SIGSET = 128;

    // signal.h, sys/wait.h
    static final int SIGKILL = 9;
    static final int SIGTERM = 15;
    static final int SIGHUP = 1;
    static final int SIGCHLD = 17;
    static final long SIG_DFL = 0;
    static final long SIG_IGN = 1;
    static final int SIZEOF_SIGACTION = 152;
    static final int P_PID = 1;
    static final int WNOHANG = 1;
    static final int WEXITED = 4;
    static final int WNOWAIT = 0x01000000;
    /** Waits for children of every kind, also such that were made by clone(2) without SIGCHLD. */
    static final int WALL = 0x40000000;

    static final int CLD_EXITED = 1;
    static final int SIZEOF_SIGINFO = 128;
    static final int SIGINFO_CODE = 8;
    static final int SIGINFO_PID = 16;
    static final int SIGINFO_STATUS = 24;
    static final int SIZEOF_RUSAGE = 144;
    static final int RUSAGE_UTIME = 0;
    static final int RUSAGE_STIME = 16;
    static final int RUSAGE_MAXRSS = 32;

    // sys/socket.h, netinet/in.h
    static final int AF_UNIX = 1;
    static final int AF_NETLINK = 16;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SOL_SOCKET = 1;
    static final int SO_COOKIE = 57;
    static final int SO_ACCEPTCONN = 30;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_CLOEXEC = O_CLOEXEC;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int SOCK_STREAM = 1;
    static final int SCM_RIGHTS = 1;
    static final int MSG_DONTWAIT = 0x40;
    /** No more is taken: whoever sends gets EPIPE. */
    static final int SHUT_RD = 0;

    static final int SIZEOF_MSGHDR = 56;
    static final int MSGHDR_IOV = 16;
    static final int MSGHDR_IOVLEN = 24;
    static final int MSGHDR_CONTROL = 32;
    static final int MSGHDR_CONTROLLEN = 40;
    static final int SIZEOF_IOVEC = 16;
    static final int SIZEOF_CMSGHDR = 16;
    static final int SIZEOF_SOCKADDR_STORAGE = 128;
    static final int CLOCK_MONOTONIC = 1;
    static final int SIZEOF_TIMESPEC = 16;

    // sched.h, sys/prctl.h, linux/capability.h
    static final int CLONE_FS = 0x200;
    /** Makes a child of the caller's own parent. */
    static final int CLONE_PARENT = 0x8000;
    /** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
    static final int CLONE_NAMESPACES = 0x7E020000;

    static final int PR_SET_KEEPCAPS = 8;
    static final int PR_SET_SECCOMP = 22;
    static final int SECCOMP_MODE_FILTER = 2;
    static final int PR_GET_DUMPABLE = 3;
    static final int PR_SET_DUMPABLE = 4;
    static final int PR_CAPBSET_READ = 23;
    static final int PR_CAPBSET_DROP = 24;
    static final int PR_SET_CHILD_SUBREAPER = 36;
    static final int PR_SET_NO_NEW_PRIVS = 38;
    static final int PR_GET_NO_NEW_PRIVS = 39;
    static final int PR_CAP_AMBIENT = 47;
    static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    static final int CAP_SETGID = 1 << 6;
    static final int CAP_SETUID = 1 << 7;
    static final int CAP_SETPCAP = 1 << 8;
    static final int CAPABILITY_VERSION_3 = 0x20080522;

    // sys/resource.h, linux/ioprio.h: the last kind of target that is not a user
    static final int PRIO_PGRP = 1;
    static final int IOPRIO_WHO_PGRP = 2;
    static final int RLIMIT_CPU = 0;
    static final int RLIMIT_FSIZE = 1;
    static final int RLIMIT_CORE = 4;
    static final int RLIMIT_NPROC = 6;
    static final int RLIMIT_NOFILE = 7;
    static final int RLIMIT_AS = 9;

    // asm-generic/ioctls.h, asm-generic/sockios.h
    static final int FIOSETOWN = 0x8901;
    static final int SIOCSPGRP = 0x8902;
    static final int TIOCSTI = 0x5412;
    static final int TIOCLINUX = 0x541C;

    // pwd.h (glibc, 64 bit)
    static final int SIZEOF_PASSWD = 48;
    static final int PASSWD_NAME = 0;
    static final int PASSWD_UID = 16;
    static final int PASSWD_GID = 20;

    // linux/sched/types.h
    static final int SIZEOF_SCHED_ATTR = 56;
    static final int SCHED_ATTR_POLICY = 4;
    static final int SCHED_ATTR_RUNTIME = 24;

    // asm/unistd.h: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h
    static final int SYS_SETGROUPS = AMD64 ? 116 : 159;
    static final int SYS_SETRESUID = AMD64 ? 117 : 147;
    static final int SYS_SETRESGID = AMD64 ? 119 : 149;
    static final int SYS_CAPSET = AMD64 ? 126 : 91;
    static final int SYS_WAITID = AMD64 ? 247 : 95;
    static final int SYS_GETTID = AMD64 ? 186 : 178;
    static final int SYS_SCHED_SETATTR = AMD64 ? 314 : 274;
    static final int SYS_SCHED_GETATTR = AMD64 ? 315 : 275;
    static final int SYS_PIDFD_SEND_SIGNAL = 424;
    static final int SYS_PIDFD_OPEN = 434;
    static final int SYS_LANDLOCK_CREATE_RULESET = 444;
    static final int SYS_LANDLOCK_ADD_RULE = 445;
    static final int SYS_LANDLOCK_RESTRICT_SELF = 446;

    private LinuxAbi() {}

    /** Tells whether the numbers here hold for this machine's processor. */
    static boolean known() {
        return AMD64 || AARCH64;
    }
}
