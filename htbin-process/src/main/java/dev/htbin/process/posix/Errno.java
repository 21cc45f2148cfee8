package dev.htbin.process.posix;

import dev.htbin.process.LaunchException.Reason;

/** The error numbers that this package meets (asm-generic/errno-base.h, asm-generic/errno.h; the same on every processor supported). */
enum Errno {
    EPERM(1, "Operation not permitted", Reason.NOT_PERMITTED),
    ENOENT(2, "No such file or directory", Reason.NOT_FOUND),
    ESRCH(3, "No such process", Reason.OTHER),
    EINTR(4, "Interrupted system call", Reason.OTHER),
    EIO(5, "Input/output error", Reason.OTHER),
    E2BIG(7, "Argument list too long", Reason.TOO_LONG),
    ENOEXEC(8, "Exec format error", Reason.NOT_EXECUTABLE_FORMAT),
    EBADF(9, "Bad file descriptor", Reason.OTHER),
    ECHILD(10, "No child processes", Reason.OTHER),
    EAGAIN(11, "Resource temporarily unavailable", Reason.EXHAUSTED),
    ENOMEM(12, "Cannot allocate memory", Reason.EXHAUSTED),
    EACCES(13, "Permission denied", Reason.NOT_PERMITTED),
    ENOTDIR(20, "Not a directory", Reason.NOT_FOUND),
    EISDIR(21, "Is a directory", Reason.NOT_PERMITTED),
    EINVAL(22, "Invalid argument", Reason.OTHER),
    ENFILE(23, "Too many open files in system", Reason.EXHAUSTED),
    EMFILE(24, "Too many open files", Reason.EXHAUSTED),
    ETXTBSY(26, "Text file busy", Reason.BUSY),
    EFBIG(27, "File too large", Reason.OTHER),
    ENOSPC(28, "No space left on device", Reason.NO_SPACE),
    ENAMETOOLONG(36, "File name too long", Reason.TOO_LONG),
    ENOSYS(38, "Function not implemented", Reason.OTHER),
    ELOOP(40, "Too many levels of symbolic links", Reason.NOT_FOUND),
    ELIBBAD(80, "Accessing a corrupted shared library", Reason.NOT_EXECUTABLE_FORMAT),
    EAFNOSUPPORT(97, "Address family not supported by protocol", Reason.OTHER),
    EOPNOTSUPP(95, "Operation not supported", Reason.OTHER),
    EDQUOT(122, "Disk quota exceeded", Reason.NO_SPACE);

    final int number;
    private final String text;
    private final Reason reason;

    Errno(int number, String text, Reason reason) {
        this.number = number;
        this.text = text;
        this.reason = reason;
    }

    /** Returns name and text, for example {@code EACCES (Permission denied)}. */
    static String describe(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno.name() + " (" + errno.text + ")";
            }
        }
        return "errno " + number;
    }

    /** Returns what the failure of a launch with this number means, where what failed is not about the program: that it was not found, say, would be told of another file. */
    static Reason reasonOfMachine(int number) {
        Reason reason = reason(number);
        return reason == Reason.EXHAUSTED || reason == Reason.NO_SPACE ? reason : Reason.OTHER;
    }

    /** Returns what the failure of a launch with this number means, where the program itself was looked at. */
    static Reason reason(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno.reason;
            }
        }
        return Reason.OTHER;
    }
}
