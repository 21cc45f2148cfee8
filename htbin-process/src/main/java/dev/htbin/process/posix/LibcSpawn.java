package dev.htbin.process.posix;

import static dev.htbin.process.posix.Native.INT;
import static dev.htbin.process.posix.Native.POINTER;
import static dev.htbin.process.posix.Native.SHORT;
import static dev.htbin.process.posix.Native.broken;
import static dev.htbin.process.posix.Native.plain;
import static dev.htbin.process.posix.Native.returnsInt;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The functions of spawn.h. They return the error number and do not set errno.
 *
 * <p>One method per function, named and typed as in C, that returns what C returns. Functions that set errno take the segment that receives it, which belongs to
 * the caller; {@link Native#errno} reads it.
 */
final class LibcSpawn {
    private static final MethodHandle POSIX_SPAWN =
            plain("posix_spawn", returnsInt(POINTER, POINTER, POINTER, POINTER, POINTER, POINTER));
    private static final MethodHandle POSIX_SPAWN_FILE_ACTIONS_INIT =
            plain("posix_spawn_file_actions_init", returnsInt(POINTER));
    private static final MethodHandle POSIX_SPAWN_FILE_ACTIONS_DESTROY =
            plain("posix_spawn_file_actions_destroy", returnsInt(POINTER));
    private static final MethodHandle POSIX_SPAWN_FILE_ACTIONS_ADDDUP2 =
            plain("posix_spawn_file_actions_adddup2", returnsInt(POINTER, INT, INT));
    private static final MethodHandle POSIX_SPAWN_FILE_ACTIONS_ADDFCHDIR_NP =
            plain("posix_spawn_file_actions_addfchdir_np", returnsInt(POINTER, INT));
    private static final MethodHandle POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP =
            plain("posix_spawn_file_actions_addclosefrom_np", returnsInt(POINTER, INT));
    private static final MethodHandle POSIX_SPAWNATTR_INIT = plain("posix_spawnattr_init", returnsInt(POINTER));
    private static final MethodHandle POSIX_SPAWNATTR_SETFLAGS =
            plain("posix_spawnattr_setflags", returnsInt(POINTER, SHORT));
    private static final MethodHandle POSIX_SPAWNATTR_SETSIGMASK =
            plain("posix_spawnattr_setsigmask", returnsInt(POINTER, POINTER));
    private static final MethodHandle POSIX_SPAWNATTR_SETSIGDEFAULT =
            plain("posix_spawnattr_setsigdefault", returnsInt(POINTER, POINTER));
    private static final MethodHandle SIGEMPTYSET = plain("sigemptyset", returnsInt(POINTER));

    private LibcSpawn() {}

    /** <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn(3)</a> */
    static int posix_spawn(
            MemorySegment pid,
            MemorySegment path,
            MemorySegment actions,
            MemorySegment attributes,
            MemorySegment arguments,
            MemorySegment environment) {
        try {
            return (int) POSIX_SPAWN.invokeExact(pid, path, actions, attributes, arguments, environment);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn_file_actions_init(3)</a> */
    static int posix_spawn_file_actions_init(MemorySegment actions) {
        try {
            return (int) POSIX_SPAWN_FILE_ACTIONS_INIT.invokeExact(actions);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn_file_actions_destroy(3)</a> */
    static int posix_spawn_file_actions_destroy(MemorySegment actions) {
        try {
            return (int) POSIX_SPAWN_FILE_ACTIONS_DESTROY.invokeExact(actions);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn_file_actions_adddup2(3)</a> (if both are the same, the descriptor stays open all the same: glibc 2.29) */
    static int posix_spawn_file_actions_adddup2(MemorySegment actions, int fd, int newFd) {
        try {
            return (int) POSIX_SPAWN_FILE_ACTIONS_ADDDUP2.invokeExact(actions, fd, newFd);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn_file_actions_addfchdir_np(3)</a> */
    static int posix_spawn_file_actions_addfchdir_np(MemorySegment actions, int fd) {
        try {
            return (int) POSIX_SPAWN_FILE_ACTIONS_ADDFCHDIR_NP.invokeExact(actions, fd);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn_file_actions_addclosefrom_np(3)</a> */
    static int posix_spawn_file_actions_addclosefrom_np(MemorySegment actions, int lowest) {
        try {
            return (int) POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP.invokeExact(actions, lowest);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawnattr_init(3)</a> */
    static int posix_spawnattr_init(MemorySegment attributes) {
        try {
            return (int) POSIX_SPAWNATTR_INIT.invokeExact(attributes);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawnattr_setflags(3)</a> */
    static int posix_spawnattr_setflags(MemorySegment attributes, short flags) {
        try {
            return (int) POSIX_SPAWNATTR_SETFLAGS.invokeExact(attributes, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawnattr_setsigmask(3)</a> */
    static int posix_spawnattr_setsigmask(MemorySegment attributes, MemorySegment signals) {
        try {
            return (int) POSIX_SPAWNATTR_SETSIGMASK.invokeExact(attributes, signals);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawnattr_setsigdefault(3)</a> */
    static int posix_spawnattr_setsigdefault(MemorySegment attributes, MemorySegment signals) {
        try {
            return (int) POSIX_SPAWNATTR_SETSIGDEFAULT.invokeExact(attributes, signals);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man3/sigsetops.3.html">sigemptyset(3)</a> */
    static int sigemptyset(MemorySegment signals) {
        try {
            return (int) SIGEMPTYSET.invokeExact(signals);
        } catch (Throwable e) {
            throw broken(e);
        }
    }
}
