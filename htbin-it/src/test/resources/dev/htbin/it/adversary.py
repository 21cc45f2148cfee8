#!/usr/bin/python3
"""A CGI program that tries to hurt the server which started it. The words of the query choose what it tries.

Each attempt is a line: REFUSED or DONE, what, against what. Signals are SIGKILL, so a hole is not only seen.
"""
import ctypes
import errno
import os
import platform
import signal
import socket
import subprocess
import sys

SERVER = os.getppid()
REFUSALS = (errno.EPERM, errno.EACCES, errno.ESRCH, errno.ENOENT, errno.ENOSYS, errno.EROFS, errno.ENXIO)
CALLS = {
    "x86_64": {"tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "ptrace": 101,
               "process_vm_readv": 310, "process_vm_writev": 311, "pidfd_open": 434, "pidfd_send_signal": 424,
               "pidfd_getfd": 438},
    "aarch64": {"tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "ptrace": 117,
                "process_vm_readv": 270, "process_vm_writev": 271, "pidfd_open": 434, "pidfd_send_signal": 424,
                "pidfd_getfd": 438},
}[platform.machine()]
PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206
PIDFD_THREAD = os.O_EXCL
SI_QUEUE = -1

libc = ctypes.CDLL(None, use_errno=True)
attempts = holes = 0


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def report(what, target, done, why=""):
    global attempts, holes
    attempts += 1
    holes += done
    print("DONE" if done else "REFUSED", what, target, why)


def call(name, *arguments):
    """Makes a system call; returns its result, or what it failed with as a negative number."""
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(CALLS[name]), *[a if isinstance(a, ctypes.Array) else ctypes.c_long(a) for a in arguments])
    return result if result >= 0 else -ctypes.get_errno()


def attempt(what, target, result):
    """A failure that is no refusal came after the check of permission, so it counts as done."""
    report(what, target, result >= 0 or -result not in REFUSALS, os.strerror(-result) if result < 0 else "")


def deed(what, target, action):
    try:
        action()
        report(what, target, True)
    except OSError as e:
        report(what, target, e.errno not in REFUSALS, e.strerror)


def threads():
    return [int(name) for name in os.listdir(f"/proc/{SERVER}/task")]


def signals():
    info = (ctypes.c_int * 32)(signal.SIGKILL, 0, SI_QUEUE)
    for tid in threads():
        deed("kill", tid, lambda: os.kill(tid, signal.SIGKILL))
        attempt("tkill", tid, call("tkill", tid, signal.SIGKILL))
        attempt("tgkill", tid, call("tgkill", SERVER, tid, signal.SIGKILL))
        attempt("rt_sigqueueinfo", tid, call("rt_sigqueueinfo", tid, signal.SIGKILL, info))
        attempt("rt_tgsigqueueinfo", tid, call("rt_tgsigqueueinfo", SERVER, tid, signal.SIGKILL, info))
        for flags in (0, PIDFD_THREAD):
            fd = call("pidfd_open", tid, flags)
            if fd < 0:
                report("pidfd_open", tid, False, os.strerror(-fd))
                continue
            attempt("pidfd_send_signal", tid, call("pidfd_send_signal", fd, signal.SIGKILL, 0, 0))
            for number in range(32):
                attempt("pidfd_getfd", tid, call("pidfd_getfd", fd, number, 0))
            os.close(fd)
    deed("kill-group", SERVER, lambda: os.kill(-SERVER, 0))
    deed("kill-everybody", -1, lambda: os.kill(-1, 0))


def memory():
    octet = ctypes.create_string_buffer(b"x")
    for tid in threads():
        for request in (PTRACE_ATTACH, PTRACE_SEIZE):
            attempt("ptrace", tid, call("ptrace", request, tid, 0, 0))
        own = (Piece * 1)(Piece(ctypes.addressof(octet), 1))
        theirs = (Piece * 1)(Piece(0x10000, 1))
        for name in ("process_vm_readv", "process_vm_writev"):
            attempt(name, tid, call(name, tid, own, 1, theirs, 1, 0))


def files():
    for tid in [SERVER] + threads():
        for name in ("environ", "mem", "maps", "smaps", "auxv", "pagemap", "syscall", "stack", "io",
                     "root/etc/passwd", "cwd/pom.xml"):
            deed(name, tid, lambda: open(f"/proc/{tid}/{name}", "rb").read(1))
        deed("fds", tid, lambda: os.listdir(f"/proc/{tid}/fd"))
        for number in range(32):
            deed("fd", tid, lambda: os.close(os.open(f"/proc/{tid}/fd/{number}", os.O_RDONLY)))
        for name, text in (("mem", b"x"), ("oom_score_adj", b"1000"), ("comm", b"x"), ("clear_refs", b"1"),
                           ("attr/current", b"x"), ("coredump_filter", b"ff")):
            deed(name, tid, lambda: write(f"/proc/{tid}/{name}", text))


def write(path, text=b"x"):
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text)
    finally:
        os.close(fd)


def outside():
    mark = f"htbin-adversary-{os.getpid()}"
    for place in ("/", "/etc", "/usr", "/usr/bin", "/var", "/var/spool/cron", "/root", "/boot", "/dev", "/proc", "/sys",
                  "/sys/fs/cgroup") + ((os.environ["CLOSED"],) if "CLOSED" in os.environ else ()):
        deed("create", place, lambda: os.close(os.open(f"{place}/{mark}", os.O_WRONLY | os.O_CREAT | os.O_EXCL)))
        deed("mkdir", place, lambda: os.mkdir(f"{place}/{mark}"))
        deed("symlink", place, lambda: os.symlink("/", f"{place}/{mark}"))
        deed("chmod", place, lambda: os.chmod(place, 0o777))
    for file in ("/etc/passwd", "/etc/shadow", "/etc/sudoers", "/bin/sh", "/proc/sys/kernel/core_pattern",
                 "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger", "/dev/mem", "/dev/kmsg"):
        deed("write", file, lambda: write(file))
    for file in ("/etc/shadow", "/root/.ssh/id_rsa", "/dev/mem"):
        deed("read", file, lambda: open(file, "rb").read(1))


def privileges():
    deed("setuid", 0, lambda: os.setresuid(0, 0, 0))
    deed("setgid", 0, lambda: os.setresgid(0, 0, 0))
    deed("setgroups", 0, lambda: os.setgroups([0]))
    deed("chroot", "/", lambda: os.chroot("/"))
    deed("nice", -5, lambda: os.setpriority(os.PRIO_PROCESS, 0, -5))
    programs = [[program, "-p", "-c", "id -u"] for program in os.environ.get("SETUID", "").split()]
    programs += [["su", "-c", "id -u"], ["mount", "-t", "tmpfs", "none", "/mnt"], ["unshare", "-r", "id", "-u"]]
    for program in programs:
        try:
            run = subprocess.run(program, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
            done = run.returncode == 0 and (program[0] == "mount" or run.stdout.strip() == "0")
            report("run", program[0], done, (run.stdout + run.stderr).strip().replace("\n", " "))
        except OSError as e:
            report("run", program[0], False, e.strerror)


def network():
    port = int(os.environ["HTTP_X_PORT"])

    def tcp(action):
        with socket.socket() as s:
            action(s)

    def udp():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"x", ("127.0.0.1", port))

    deed("tcp", port, lambda: tcp(lambda s: s.connect(("127.0.0.1", port))))
    deed("tcp-bind", 0, lambda: tcp(lambda s: s.bind(("127.0.0.1", 0))))
    deed("udp", port, udp)


print("Content-Type: text/plain\n", flush=True)
for word in sys.argv[1:]:
    {"signals": signals, "memory": memory, "files": files, "outside": outside, "privileges": privileges,
     "network": network}[word]()
print("threads", len(threads()), "attempts", attempts, "holes", holes)
