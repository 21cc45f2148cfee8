package dev.htbin.process.posix;

import static dev.htbin.process.posix.Native.INT;
import static dev.htbin.process.posix.Native.LONG;
import static dev.htbin.process.posix.Native.POINTER;
import static dev.htbin.process.posix.Native.broken;
import static dev.htbin.process.posix.Native.capturing;
import static dev.htbin.process.posix.Native.plain;
import static dev.htbin.process.posix.Native.returnsInt;
import static dev.htbin.process.posix.Native.returnsLong;
import static dev.htbin.process.posix.Native.variadic;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The functions of unistd.h, fcntl.h, poll.h, signal.h, sys/wait.h and sys/prctl.h.
 *
 * <p>One method per function, named and typed as in C, that returns what C returns. Functions that set errno take the segment that receives it, which belongs to
 * the caller; {@link Native#errno} reads it.
 */
final class Libc {
    private static final MethodHandle OPEN = variadic("open", 2, returnsInt(POINTER, INT, INT));
    private static final MethodHandle CLOSE = plain("close", returnsInt(INT));
    private static final MethodHandle READ = capturing("read", returnsLong(INT, POINTER, LONG));
    private static final MethodHandle WRITE = capturing("write", returnsLong(INT, POINTER, LONG));
    private static final MethodHandle LSEEK = capturing("lseek", returnsLong(INT, LONG, INT));
    private static final MethodHandle FCHMOD = capturing("fchmod", returnsInt(INT, INT));
    private static final MethodHandle UNLINK = capturing("unlink", returnsInt(POINTER));
    private static final MethodHandle MKDIR = capturing("mkdir", returnsInt(POINTER, INT));
    private static final MethodHandle RMDIR = capturing("rmdir", returnsInt(POINTER));
    private static final MethodHandle MKSTEMP = capturing("mkstemp", returnsInt(POINTER));
    private static final MethodHandle MEMFD_CREATE = capturing("memfd_create", returnsInt(POINTER, INT));
    private static final MethodHandle PIPE2 = capturing("pipe2", returnsInt(POINTER, INT));
    private static final MethodHandle DUP3 = capturing("dup3", returnsInt(INT, INT, INT));
    private static final MethodHandle FCNTL = variadic("fcntl", 2, returnsInt(INT, INT, LONG));
    private static final MethodHandle POLL = capturing("poll", returnsInt(POINTER, LONG, INT));
    private static final MethodHandle EVENTFD = capturing("eventfd", returnsInt(INT, INT));
    private static final MethodHandle KILL = capturing("kill", returnsInt(INT, INT));
    private static final MethodHandle WAITPID = capturing("waitpid", returnsInt(INT, POINTER, INT));
    private static final MethodHandle SIGACTION = capturing("sigaction", returnsInt(INT, POINTER, POINTER));
    private static final MethodHandle GETEUID = plain("geteuid", returnsInt());
    private static final MethodHandle GETPID = plain("getpid", returnsInt());
    private static final MethodHandle CLOCK_GETTIME = capturing("clock_gettime", returnsInt(INT, POINTER));
    private static final MethodHandle UMASK = plain("umask", returnsInt(INT));
    private static final MethodHandle UNSHARE = capturing("unshare", returnsInt(INT));
    private static final MethodHandle PRCTL = variadic("prctl", 1, returnsInt(INT, LONG, LONG, LONG, LONG));
    private static final MethodHandle SYSCALL = variadic("syscall", 1, returnsLong(LONG, LONG, LONG, LONG));
    private static final MethodHandle SYSCALL_OF_SIX =
            variadic("syscall", 1, returnsLong(LONG, LONG, LONG, LONG, LONG, LONG, LONG));

    private Libc() {}

    /** <a href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</a> */
    static int open(MemorySegment errno, MemorySegment path, int flags, int mode) {
        try {
            return (int) OPEN.invokeExact(errno, path, flags, mode);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/close.2.html">close(2)</a>: whose errors tell nothing that could be acted on */
    static int close(int fd) {
        try {
            return (int) CLOSE.invokeExact(fd);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/read.2.html">read(2)</a> */
    static long read(MemorySegment errno, int fd, MemorySegment buffer, long count) {
        try {
            return (long) READ.invokeExact(errno, fd, buffer, count);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/write.2.html">write(2)</a> */
    static long write(MemorySegment errno, int fd, MemorySegment buffer, long count) {
        try {
            return (long) WRITE.invokeExact(errno, fd, buffer, count);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/lseek.2.html">lseek(2)</a> */
    static long lseek(MemorySegment errno, int fd, long offset, int whence) {
        try {
            return (long) LSEEK.invokeExact(errno, fd, offset, whence);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/fchmod.2.html">fchmod(2)</a> */
    static int fchmod(MemorySegment errno, int fd, int mode) {
        try {
            return (int) FCHMOD.invokeExact(errno, fd, mode);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/unlink.2.html">unlink(2)</a> */
    static int unlink(MemorySegment errno, MemorySegment path) {
        try {
            return (int) UNLINK.invokeExact(errno, path);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/mkdir.2.html">mkdir(2)</a> */
    static int mkdir(MemorySegment errno, MemorySegment path, int mode) {
        try {
            return (int) MKDIR.invokeExact(errno, path, mode);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/rmdir.2.html">rmdir(2)</a> */
    static int rmdir(MemorySegment errno, MemorySegment path) {
        try {
            return (int) RMDIR.invokeExact(errno, path);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/mkstemp.3.html">mkstemp(3)</a> */
    static int mkstemp(MemorySegment errno, MemorySegment template) {
        try {
            return (int) MKSTEMP.invokeExact(errno, template);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</a> */
    static int memfd_create(MemorySegment errno, MemorySegment name, int flags) {
        try {
            return (int) MEMFD_CREATE.invokeExact(errno, name, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/pipe.2.html">pipe2(2)</a> */
    static int pipe2(MemorySegment errno, MemorySegment fds, int flags) {
        try {
            return (int) PIPE2.invokeExact(errno, fds, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/dup.2.html">dup3(2)</a> */
    static int dup3(MemorySegment errno, int from, int to, int flags) {
        try {
            return (int) DUP3.invokeExact(errno, from, to, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/fcntl.2.html">fcntl(2)</a> */
    static int fcntl(MemorySegment errno, int fd, int command, long argument) {
        try {
            return (int) FCNTL.invokeExact(errno, fd, command, argument);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</a> */
    static int poll(MemorySegment errno, MemorySegment fds, long count, int timeoutMillis) {
        try {
            return (int) POLL.invokeExact(errno, fds, count, timeoutMillis);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/eventfd.2.html">eventfd(2)</a> */
    static int eventfd(MemorySegment errno, int initial, int flags) {
        try {
            return (int) EVENTFD.invokeExact(errno, initial, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/kill.2.html">kill(2)</a> */
    static int kill(MemorySegment errno, int pid, int signal) {
        try {
            return (int) KILL.invokeExact(errno, pid, signal);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/wait.2.html">waitid(2)</a>: the system call, which fills a {@code struct rusage} where glibc's function does not */
    static int waitid(MemorySegment errno, int idtype, int id, MemorySegment info, int options, MemorySegment usage) {
        return (int) syscall(errno, LinuxAbi.SYS_WAITID, idtype, id, info.address(), options, usage.address(), 0);
    }

    /** <a href="https://man7.org/linux/man-pages/man2/wait.2.html">waitpid(2)</a> */
    static int waitpid(MemorySegment errno, int pid, MemorySegment status, int options) {
        try {
            return (int) WAITPID.invokeExact(errno, pid, status, options);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/sigaction.2.html">sigaction(2)</a> */
    static int sigaction(MemorySegment errno, int signal, MemorySegment action, MemorySegment previous) {
        try {
            return (int) SIGACTION.invokeExact(errno, signal, action, previous);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/getuid.2.html">geteuid(2)</a> */
    static int geteuid() {
        try {
            return (int) GETEUID.invokeExact();
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/getpid.2.html">getpid(2)</a> */
    static int getpid() {
        try {
            return (int) GETPID.invokeExact();
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/clock_gettime.2.html">clock_gettime(2)</a> */
    static int clock_gettime(MemorySegment errno, int clock, MemorySegment time) {
        try {
            return (int) CLOCK_GETTIME.invokeExact(errno, clock, time);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/umask.2.html">umask(2)</a> */
    static int umask(int mask) {
        try {
            return (int) UMASK.invokeExact(mask);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/unshare.2.html">unshare(2)</a> */
    static int unshare(MemorySegment errno, int flags) {
        try {
            return (int) UNSHARE.invokeExact(errno, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/prctl.2.html">prctl(2)</a> */
    static int prctl(MemorySegment errno, int operation, long a, long b, long c, long d) {
        try {
            return (int) PRCTL.invokeExact(errno, operation, a, b, c, d);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/syscall.2.html">syscall(2)</a>: changes the calling thread alone, where glibc's own functions change all */
    static long syscall(MemorySegment errno, long number, long a, long b, long c) {
        try {
            return (long) SYSCALL.invokeExact(errno, number, a, b, c);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/syscall.2.html">syscall(2)</a> of all the arguments that a call can have */
    static long syscall(MemorySegment errno, long number, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) SYSCALL_OF_SIX.invokeExact(errno, number, a, b, c, d, e, f);
        } catch (Throwable failure) {
            throw broken(failure);
        }
    }
}
