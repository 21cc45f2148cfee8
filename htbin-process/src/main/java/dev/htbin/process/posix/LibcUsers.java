package dev.htbin.process.posix;

import static dev.htbin.process.posix.Native.INT;
import static dev.htbin.process.posix.Native.LONG;
import static dev.htbin.process.posix.Native.POINTER;
import static dev.htbin.process.posix.Native.broken;
import static dev.htbin.process.posix.Native.capturing;
import static dev.htbin.process.posix.Native.plain;
import static dev.htbin.process.posix.Native.returnsInt;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The functions of pwd.h and grp.h, which ask every source of users that the system knows (NSS), and those of unistd.h that change the user of every thread. The
 * first two return the error number.
 *
 * <p>One method per function, named and typed as in C, that returns what C returns. Functions that set errno take the segment that receives it, which belongs to
 * the caller; {@link Native#errno} reads it.
 */
final class LibcUsers {
    private static final MethodHandle GETPWNAM_R =
            plain("getpwnam_r", returnsInt(POINTER, POINTER, POINTER, LONG, POINTER));
    private static final MethodHandle GETPWUID_R =
            plain("getpwuid_r", returnsInt(INT, POINTER, POINTER, LONG, POINTER));
    private static final MethodHandle GETGROUPLIST = plain("getgrouplist", returnsInt(POINTER, INT, POINTER, POINTER));

    private static final MethodHandle SETGROUPS = capturing("setgroups", returnsInt(LONG, POINTER));
    private static final MethodHandle SETRESGID = capturing("setresgid", returnsInt(INT, INT, INT));
    private static final MethodHandle SETRESUID = capturing("setresuid", returnsInt(INT, INT, INT));

    private LibcUsers() {}

    /** <a href="https://man7.org/linux/man-pages/man3/getpwnam.3.html">getpwnam_r(3)</a> */
    static int getpwnam_r(
            MemorySegment name, MemorySegment entry, MemorySegment buffer, long bytes, MemorySegment result) {
        try {
            return (int) GETPWNAM_R.invokeExact(name, entry, buffer, bytes, result);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/getpwnam.3.html">getpwuid_r(3)</a> */
    static int getpwuid_r(int uid, MemorySegment entry, MemorySegment buffer, long bytes, MemorySegment result) {
        try {
            return (int) GETPWUID_R.invokeExact(uid, entry, buffer, bytes, result);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/getgrouplist.3.html">getgrouplist(3)</a> */
    static int getgrouplist(MemorySegment name, int gid, MemorySegment groups, MemorySegment count) {
        try {
            return (int) GETGROUPLIST.invokeExact(name, gid, groups, count);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/setgroups.2.html">setgroups(2)</a>: of every thread */
    static int setgroups(MemorySegment errno, long count, MemorySegment groups) {
        try {
            return (int) SETGROUPS.invokeExact(errno, count, groups);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/setresuid.2.html">setresgid(2)</a>: of every thread */
    static int setresgid(MemorySegment errno, int real, int effective, int saved) {
        try {
            return (int) SETRESGID.invokeExact(errno, real, effective, saved);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/setresuid.2.html">setresuid(2)</a>: of every thread */
    static int setresuid(MemorySegment errno, int real, int effective, int saved) {
        try {
            return (int) SETRESUID.invokeExact(errno, real, effective, saved);
        } catch (Throwable e) {
            throw broken(e);
        }
    }
}
