package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.POSIX_SPAWN_SETSID;
import static dev.htbin.process.posix.LinuxAbi.POSIX_SPAWN_SETSIGDEF;
import static dev.htbin.process.posix.LinuxAbi.POSIX_SPAWN_SETSIGMASK;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Makes what every spawn has in common, once: a session of its own, no signal blocked, every signal's default. The JVM blocks and handles signals. */
final class SpawnAttributes {
    private SpawnAttributes() {}

    static MemorySegment make(Arena arena) throws IOException {
        MemorySegment attributes = arena.allocate(LinuxAbi.SIZEOF_SPAWNATTR, 8);
        MemorySegment none = arena.allocate(LinuxAbi.SIZEOF_SIGSET, 8);
        MemorySegment all = arena.allocate(LinuxAbi.SIZEOF_SIGSET, 8);
        short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        check(LibcSpawn.sigemptyset(none), "sigemptyset");
        // Not sigfillset: it leaves out the two that glibc keeps for itself, and the child would then ignore them.
        all.fill((byte) 0xFF);
        check(LibcSpawn.posix_spawnattr_init(attributes), "posix_spawnattr_init");
        check(LibcSpawn.posix_spawnattr_setflags(attributes, flags), "posix_spawnattr_setflags");
        check(LibcSpawn.posix_spawnattr_setsigmask(attributes, none), "posix_spawnattr_setsigmask");
        check(LibcSpawn.posix_spawnattr_setsigdefault(attributes, all), "posix_spawnattr_setsigdefault");
        return attributes;
    }

    private static void check(int result, String call) throws IOException {
        if (result != 0) {
            throw new IOException(call + ": " + Errno.describe(result));
        }
    }
}
