/*
 * What a script might try against the server that started it. Each attempt is a line: what, against what, and how it ended.
 *   REFUSED what target        as it must be
 *   DONE what target           a hole
 * Signals are number 0 wherever the kernel checks it like any other, so that a hole is seen and not felt.
 *
 * adversary SERVER_PID
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef FIOSETOWN
#define FIOSETOWN 0x8901
#define SIOCSPGRP 0x8902
#endif
#define PIDFD_THREAD_FLAG O_EXCL

static int holes;

static void report(const char *what, long target, int done)
{
    printf("%s %s %ld%s%s\n", done ? "DONE" : "REFUSED", what, target, done ? "" : " ", done ? "" : strerror(errno));
    holes += done != 0;
}

static void attempt(const char *what, long target, long result)
{
    report(what, target, result != -1);
}

static void readable(const char *name, long target)
{
    char path[128];
    char byte;
    snprintf(path, sizeof path, "/proc/%ld/%s", target, name);
    int fd = open(path, O_RDONLY);
    report(name, target, fd >= 0 && read(fd, &byte, 1) >= 0);
    if (fd >= 0)
        close(fd);
}

static void writable(const char *name, long target, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/%ld/%s", target, name);
    int fd = open(path, O_WRONLY);
    report(name, target, fd >= 0 && write(fd, text, strlen(text)) >= 0);
    if (fd >= 0)
        close(fd);
}

static void signals(long server, long tid)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_code = SI_QUEUE;
    attempt("kill", tid, syscall(SYS_kill, tid, 0));
    attempt("tkill", tid, syscall(SYS_tkill, tid, 0));
    attempt("tgkill", tid, syscall(SYS_tgkill, server, tid, 0));
    attempt("rt_sigqueueinfo", tid, syscall(SYS_rt_sigqueueinfo, tid, 0, &info));
    attempt("rt_tgsigqueueinfo", tid, syscall(SYS_rt_tgsigqueueinfo, server, tid, 0, &info));
    for (int flags = 0; flags <= PIDFD_THREAD_FLAG; flags += PIDFD_THREAD_FLAG) {
        int fd = syscall(SYS_pidfd_open, tid, flags);
        if (fd >= 0) {
            attempt(flags ? "pidfd_send_signal-thread" : "pidfd_send_signal", tid, syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
            attempt("pidfd_getfd", tid, syscall(SYS_pidfd_getfd, fd, 0, 0));
            attempt("process_madvise", tid, syscall(SYS_process_madvise, fd, NULL, 0, 21, 0));
            close(fd);
        }
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld", tid);
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    if (fd >= 0) {
        attempt("pidfd_send_signal-proc", tid, syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
        close(fd);
    }
}

static void owners(long tid)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        abort();
    struct { int type; int pid; } owner = { 0 /* F_OWNER_TID */, (int) tid };
    int target = (int) tid;
    attempt("F_SETOWN", tid, fcntl(ends[0], 8, target));
    attempt("F_SETOWN_EX", tid, fcntl(ends[0], 15, &owner));
    attempt("FIOSETOWN", tid, ioctl(ends[0], FIOSETOWN, &target));
    attempt("SIOCSPGRP", tid, ioctl(ends[0], SIOCSPGRP, &target));
    close(ends[0]);
    close(ends[1]);
}

static void properties(long tid)
{
    struct rlimit limit = { 4096, 4096 };
    unsigned long mask[16];
    struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t a, b, c; } attr = { 48, 3, 0, 19, 0, 0, 0, 0 };
    struct sched_param param = { 0 };
    memset(mask, 0xff, sizeof mask);
    attempt("prlimit64", tid, syscall(SYS_prlimit64, tid, RLIMIT_CORE, &limit, NULL));
    attempt("sched_setaffinity", tid, syscall(SYS_sched_setaffinity, tid, sizeof mask, mask));
    attempt("sched_setscheduler", tid, syscall(SYS_sched_setscheduler, tid, 3, &param));
    attempt("sched_setparam", tid, syscall(SYS_sched_setparam, tid, &param));
    attempt("sched_setattr", tid, syscall(SYS_sched_setattr, tid, &attr, 0));
    attempt("setpriority", tid, syscall(SYS_setpriority, PRIO_PROCESS, tid, 19));
    attempt("ioprio_set", tid, syscall(SYS_ioprio_set, 1, tid, 3 << 13));
    attempt("migrate_pages", tid, syscall(SYS_migrate_pages, tid, 1, mask, mask));
    attempt("move_pages", tid, syscall(SYS_move_pages, tid, 0, NULL, NULL, NULL, 0));
    attempt("kcmp", tid, syscall(SYS_kcmp, getpid(), tid, 1, 0, 0));
    void *head;
    size_t length;
    attempt("get_robust_list", tid, syscall(SYS_get_robust_list, tid, &head, &length));
}

static void memory(long tid)
{
    char byte = 0;
    struct iovec own = { &byte, 1 }, theirs = { (void *) 0x10000, 1 };
    attempt("ptrace-seize", tid, syscall(SYS_ptrace, PTRACE_SEIZE, tid, 0, 0));
    attempt("process_vm_readv", tid, syscall(SYS_process_vm_readv, tid, &own, 1, &theirs, 1, 0));
    attempt("process_vm_writev", tid, syscall(SYS_process_vm_writev, tid, &own, 1, &theirs, 1, 0));
    readable("mem", tid);
    readable("environ", tid);
    readable("maps", tid);
    readable("fd/1", tid);
    readable("root/etc/passwd", tid);
    writable("mem", tid, "x");
    writable("oom_score_adj", tid, "1000");
    writable("comm", tid, "x");
    writable("autogroup", tid, "19");
    writable("timerslack_ns", tid, "1000000");
    writable("clear_refs", tid, "1");
}

static int in_child(void (*deed)(void))
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        deed();
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
}

#ifdef __x86_64__
static void gate_of_32_bits(void)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20 /* getpid */) : "memory", "r8", "r9", "r10", "r11");
    _exit(result > 0 ? 7 : 0);
}

static void gate_of_x32(void)
{
    _exit(syscall(0x40000000 + SYS_getpid) > 0 ? 7 : 0);
}
#endif

static void parents_child(const char *what, long result)
{
    if (result == 0)
        _exit(0);
    attempt(what, getppid(), result);
}

static void machine(long server)
{
    char stack[4096] __attribute__((aligned(16)));
    uint64_t args[11] = { CLONE_PARENT, 0, 0, 0, SIGCHLD };
    struct { uint32_t a[30]; } params;
    memset(&params, 0, sizeof params);
    fflush(stdout);
    parents_child("clone-parent", syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0));
    parents_child("clone3-parent", syscall(SYS_clone3, args, 88));
    parents_child("clone-newuser", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
    (void) stack;
    attempt("kill-group", server, syscall(SYS_kill, -server, 0));
    attempt("kill-everybody", -1, syscall(SYS_kill, -1, 0));
    attempt("setpriority-user", 0, syscall(SYS_setpriority, PRIO_USER, 0, 19));
    attempt("ioprio_set-user", 0, syscall(SYS_ioprio_set, 3, 0, 3 << 13));
    attempt("unshare-user", 0, syscall(SYS_unshare, CLONE_NEWUSER));
    attempt("mount", 0, syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL));
    attempt("chroot", 0, syscall(SYS_chroot, "/"));
    attempt("bpf", 0, syscall(SYS_bpf, 0, NULL, 0));
    attempt("perf_event_open", 0, syscall(SYS_perf_event_open, &params, 0, -1, -1, 0));
    attempt("userfaultfd", 0, syscall(SYS_userfaultfd, 1));
    attempt("io_uring_setup", 0, syscall(SYS_io_uring_setup, 1, &params));
    attempt("keyctl", 0, syscall(SYS_keyctl, 0, -3, 0));
    attempt("add_key", 0, syscall(SYS_add_key, "user", "a", "b", 1, -3));
    attempt("setuid-root", 0, syscall(SYS_setresuid, 0, 0, 0));
    attempt("setgroups", 0, syscall(SYS_setgroups, 0, NULL));
    attempt("socket-packet", 0, syscall(SYS_socket, 17, SOCK_RAW, 0));
    attempt("socket-alg", 0, syscall(SYS_socket, 38, SOCK_SEQPACKET, 0));
    attempt("socket-vsock", 0, syscall(SYS_socket, 40, SOCK_STREAM, 0));
#ifdef __x86_64__
    int status = in_child(gate_of_32_bits);
    report("int-0x80", 0, WIFEXITED(status) && WEXITSTATUS(status) == 7);
    status = in_child(gate_of_x32);
    report("x32", 0, WIFEXITED(status) && WEXITSTATUS(status) == 7);
#endif
}

int main(int argc, char **argv)
{
    long server = argc > 1 ? atol(argv[1]) : getppid();
    char path[64];
    int threads = 0;
    snprintf(path, sizeof path, "/proc/%ld/task", server);
    DIR *tasks = opendir(path);
    if (tasks == NULL) {
        perror(path);
        return 2;
    }
    struct dirent *entry;
    while ((entry = readdir(tasks)) != NULL) {
        long tid = atol(entry->d_name);
        if (tid > 0) {
            threads++;
            signals(server, tid);
            owners(tid);
            properties(tid);
            memory(tid);
        }
    }
    machine(server);
    printf("threads %d holes %d\n", threads, holes);
    return holes == 0 ? 0 : 1;
}
