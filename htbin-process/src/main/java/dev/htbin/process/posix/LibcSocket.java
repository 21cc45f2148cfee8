package dev.htbin.process.posix;

import static dev.htbin.process.posix.Native.INT;
import static dev.htbin.process.posix.Native.LONG;
import static dev.htbin.process.posix.Native.POINTER;
import static dev.htbin.process.posix.Native.broken;
import static dev.htbin.process.posix.Native.capturing;
import static dev.htbin.process.posix.Native.returnsInt;
import static dev.htbin.process.posix.Native.returnsLong;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The functions of sys/socket.h.
 *
 * <p>One method per function, named and typed as in C, that returns what C returns. Functions that set errno take the segment that receives it, which belongs to
 * the caller; {@link Native#errno} reads it.
 */
final class LibcSocket {
    private static final MethodHandle SOCKET = capturing("socket", returnsInt(INT, INT, INT));
    private static final MethodHandle SENDTO = capturing("sendto", returnsLong(INT, POINTER, LONG, INT, POINTER, INT));
    private static final MethodHandle GETSOCKNAME = capturing("getsockname", returnsInt(INT, POINTER, POINTER));
    private static final MethodHandle GETPEERNAME = capturing("getpeername", returnsInt(INT, POINTER, POINTER));
    private static final MethodHandle GETSOCKOPT = capturing("getsockopt", returnsInt(INT, INT, INT, POINTER, POINTER));

    private static final MethodHandle SOCKETPAIR = capturing("socketpair", returnsInt(INT, INT, INT, POINTER));
    private static final MethodHandle SENDMSG = capturing("sendmsg", returnsLong(INT, POINTER, INT));
    private static final MethodHandle SEND = capturing("send", returnsLong(INT, POINTER, LONG, INT));

    private static final MethodHandle SHUTDOWN = capturing("shutdown", returnsInt(INT, INT));

    private LibcSocket() {}

    /** <a href="https://man7.org/linux/man-pages/man2/socket.2.html">socket(2)</a> */
    static int socket(MemorySegment errno, int domain, int type, int protocol) {
        try {
            return (int) SOCKET.invokeExact(errno, domain, type, protocol);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/sendto.2.html">sendto(2)</a> */
    static long sendto(
            MemorySegment errno,
            int fd,
            MemorySegment buffer,
            long count,
            int flags,
            MemorySegment address,
            int length) {
        try {
            return (long) SENDTO.invokeExact(errno, fd, buffer, count, flags, address, length);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/getsockname.2.html">getsockname(2)</a> */
    static int getsockname(MemorySegment errno, int fd, MemorySegment address, MemorySegment length) {
        try {
            return (int) GETSOCKNAME.invokeExact(errno, fd, address, length);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/getpeername.2.html">getpeername(2)</a> */
    static int getpeername(MemorySegment errno, int fd, MemorySegment address, MemorySegment length) {
        try {
            return (int) GETPEERNAME.invokeExact(errno, fd, address, length);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/getsockopt.2.html">getsockopt(2)</a> */
    static int getsockopt(MemorySegment errno, int fd, int level, int name, MemorySegment value, MemorySegment length) {
        try {
            return (int) GETSOCKOPT.invokeExact(errno, fd, level, name, value, length);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/socketpair.2.html">socketpair(2)</a> */
    static int socketpair(MemorySegment errno, int family, int type, int protocol, MemorySegment fds) {
        try {
            return (int) SOCKETPAIR.invokeExact(errno, family, type, protocol, fds);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/shutdown.2.html">shutdown(2)</a> */
    static int shutdown(MemorySegment errno, int fd, int how) {
        try {
            return (int) SHUTDOWN.invokeExact(errno, fd, how);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/sendmsg.2.html">sendmsg(2)</a> */
    static long sendmsg(MemorySegment errno, int fd, MemorySegment message, int flags) {
        try {
            return (long) SENDMSG.invokeExact(errno, fd, message, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/send.2.html">send(2)</a> */
    static long send(MemorySegment errno, int fd, MemorySegment buffer, long count, int flags) {
        try {
            return (long) SEND.invokeExact(errno, fd, buffer, count, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }
}
