package dev.htbin.process.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The memory that one warden makes its system calls with.
 *
 * @param warden the warden's number, from 0
 * @param errno receives errno
 * @param fileActions a {@code posix_spawn_file_actions_t}
 * @param output two ints: a pipe for standard output
 * @param error two ints: a pipe for standard error
 * @param pid a {@code pid_t}
 */
record WardenMemory(
        int warden,
        MemorySegment errno,
        MemorySegment fileActions,
        MemorySegment output,
        MemorySegment error,
        MemorySegment pid) {
    static WardenMemory allocate(int warden, Arena arena) {
        return new WardenMemory(
                warden,
                arena.allocate(Native.ERRNO_BYTES, 8),
                arena.allocate(LinuxAbi.SIZEOF_FILE_ACTIONS, 8),
                arena.allocate(8, 4),
                arena.allocate(8, 4),
                arena.allocate(4, 4));
    }
}
