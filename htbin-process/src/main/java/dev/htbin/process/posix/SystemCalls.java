package dev.htbin.process.posix;

/**
 * Numbers of system calls that a filter looks at: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h; compared with the machine's own
 * headers by a test. A call that a processor does not have is -1, which no call equals.
 */
final class SystemCalls {
    private static final boolean AMD64 = System.getProperty("os.arch").equals("amd64");

    /** AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64: calls through any other gate have other numbers. */
    static final int ARCHITECTURE = AMD64 ? 0xC000003E : 0xC00000B7;
    /** Set in the numbers of x32, a second gate of the same architecture; 0 where there is none. */
    static final int FOREIGN_BIT = AMD64 ? 0x40000000 : 0;

    static final int KILL = of(62, 129);
    static final int TKILL = of(200, 130);
    static final int TGKILL = of(234, 131);
    static final int RT_SIGQUEUEINFO = of(129, 138);
    static final int RT_TGSIGQUEUEINFO = of(297, 240);
    static final int PIDFD_OPEN = 434;
    static final int PIDFD_SEND_SIGNAL = 424;
    static final int PRLIMIT64 = of(302, 261);
    static final int SETPRIORITY = of(141, 140);
    static final int IOPRIO_SET = of(251, 30);
    static final int FCNTL = of(72, 25);
    static final int IOCTL = of(16, 29);
    static final int SOCKET = of(41, 198);
    static final int SOCKETPAIR = of(53, 199);
    static final int CLONE = of(56, 220);
    static final int CLONE3 = 435;
    static final int SECCOMP = of(317, 277);

    /** Takes the id of a thread first, which may be another's of the same user. */
    static final int[] OF_CALLER = {
        of(203, 122), // sched_setaffinity
        of(314, 274), // sched_setattr
        of(142, 118), // sched_setparam
        of(144, 119), // sched_setscheduler
        of(274, 100), // get_robust_list
    };

    /** Of no use to a script: administration, other processes' memory, namespaces, and doors into the kernel that were often found open. */
    static final int[] USELESS = {
        // other processes
        of(101, 117), // ptrace
        of(310, 270), // process_vm_readv
        of(311, 271), // process_vm_writev
        440, // process_madvise
        448, // process_mrelease
        438, // pidfd_getfd
        of(312, 272), // kcmp
        of(256, 238), // migrate_pages
        of(279, 239), // move_pages
        // namespaces, mounts, roots
        of(272, 97), // unshare
        of(308, 268), // setns
        of(165, 40), // mount
        of(166, 39), // umount2
        of(155, 41), // pivot_root
        of(161, 51), // chroot
        428, // open_tree
        467, // open_tree_attr
        429, // move_mount
        430, // fsopen
        431, // fsconfig
        432, // fsmount
        433, // fspick
        442, // mount_setattr
        of(304, 265), // open_by_handle_at
        // kernel
        of(175, 105), // init_module
        of(313, 273), // finit_module
        of(176, 106), // delete_module
        of(246, 104), // kexec_load
        of(320, 294), // kexec_file_load
        of(321, 280), // bpf
        of(298, 241), // perf_event_open
        of(323, 282), // userfaultfd
        425, // io_uring_setup
        426, // io_uring_enter
        427, // io_uring_register
        of(248, 217), // add_key
        of(249, 218), // request_key
        of(250, 219), // keyctl
        of(212, 18), // lookup_dcookie
        of(180, 42), // nfsservctl
        of(154, -1), // modify_ldt
        of(156, -1), // _sysctl
        of(139, -1), // sysfs
        of(136, -1), // ustat
        of(134, -1), // uselib
        // machine
        of(169, 142), // reboot
        of(167, 224), // swapon
        of(168, 225), // swapoff
        of(163, 89), // acct
        of(179, 60), // quotactl
        443, // quotactl_fd
        of(103, 116), // syslog
        of(170, 161), // sethostname
        of(171, 162), // setdomainname
        of(164, 170), // settimeofday
        of(227, 112), // clock_settime
        of(305, 266), // clock_adjtime
        of(159, 171), // adjtimex
        of(172, -1), // iopl
        of(173, -1), // ioperm
        of(153, 58), // vhangup
        of(300, 262), // fanotify_init
    };

    private SystemCalls() {}

    /** Returns the names and numbers of those that warm interpreters make by number. */
    static String named() {
        return String.join(
                " ",
                call("read", of(0, 63)),
                call("write", of(1, 64)),
                call("close", of(3, 57)),
                call("clone", CLONE),
                call("set_robust_list", of(273, 99)),
                call("get_robust_list", of(274, 100)),
                call("sched_yield", of(24, 124)),
                call("recvmsg", of(47, 212)),
                call("fchdir", of(81, 50)),
                call("setsid", of(112, 157)),
                call("prctl", of(157, 167)),
                call("exit_group", of(231, 94)),
                call("faccessat", of(269, 48)),
                call("dup3", of(292, 24)),
                call("landlock_create_ruleset", of(444, 444)),
                call("landlock_restrict_self", of(446, 446)));
    }

    private static String call(String name, int number) {
        return name + " " + number;
    }

    private static int of(int amd64, int aarch64) {
        return AMD64 ? amd64 : aarch64;
    }
}
