package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.O_CLOEXEC;
import static dev.htbin.process.posix.LinuxAbi.O_PATH;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.htbin.process.Profile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The rules of Landlock for a profile, as a descriptor that threads then restrict themselves by. */
final class Landlock {
    private static final int CREATE_VERSION = 1;
    private static final int RULE_PATH_BENEATH = 1;
    private static final int SIZEOF_RULESET = 24;
    private static final int SIZEOF_PATH_BENEATH = 12;

    /** The ABI that knows of TCP. */
    static final int NETWORK_ABI = 4;
    /** The ABI that knows of scopes. */
    static final int SCOPE_ABI = 6;

    // linux/landlock.h
    private static final long EXECUTE = 1;
    private static final long WRITE_FILE = 1 << 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_DIR = 1 << 3;
    private static final long MAKE = 0x1FC0;
    private static final long REMOVE = 1 << 4 | 1 << 5;
    private static final long REFER = 1 << 13;
    private static final long TRUNCATE = 1 << 14;
    private static final long IOCTL_DEV = 1 << 15;
    private static final long TCP = 0b11;
    private static final long SCOPES = 0b11;

    private static final long READING = EXECUTE | READ_FILE | READ_DIR;
    private static final long WRITING = WRITE_FILE | MAKE | REMOVE | REFER | TRUNCATE;
    /** What a rule for something that is no directory may grant. */
    private static final long OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

    /** The system, as every interpreter and library needs it: programs, libraries, their configuration, the kernel's views. Not homes, not /var, not /tmp. */
    static final List<String> SYSTEM = List.of(
            "/usr",
            "/bin",
            "/sbin",
            "/lib",
            "/lib32",
            "/lib64",
            "/libx32",
            "/etc",
            "/opt",
            "/nix/store",
            "/gnu/store",
            "/proc",
            "/sys",
            "/dev",
            "/run/systemd/resolve",
            "/run/nscd",
            "/var/cache/fontconfig",
            "/var/lib/texmf");

    private static final List<String> DEVICES =
            List.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/shm");

    private Landlock() {}

    /** Returns the version of the interface that the kernel has; 0 if none, or if it is switched off. */
    static int abi() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            return (int) Math.max(0, Libc.syscall(errno, LinuxAbi.SYS_LANDLOCK_CREATE_RULESET, 0, 0, CREATE_VERSION));
        }
    }

    /** Tells whether a profile has rules that this kernel can hold processes to. */
    static boolean applies(Profile profile, int abi) {
        return profile.kind().confined()
                && (abi >= SCOPE_ABI
                        || (restrictsFiles(profile) && abi > 0)
                        || (profile.networkDenied() && abi >= NETWORK_ABI));
    }

    static boolean restrictsFiles(Profile profile) {
        return profile.readingRestricted() || profile.writingRestricted();
    }

    /**
     * Returns a descriptor of the rules.
     *
     * @param abi what the kernel knows
     * @param writable what may be written beside what the profile names
     * @throws IOException if a tree of the profile can't be opened, or the kernel refuses the rules
     */
    static int ruleset(Profile profile, int abi, List<Path> writable) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            long handled = handled(profile, abi);
            MemorySegment attributes = arena.allocate(SIZEOF_RULESET, 8);
            attributes.set(JAVA_LONG, 0, handled);
            attributes.set(JAVA_LONG, 8, profile.networkDenied() && abi >= NETWORK_ABI ? TCP : 0);
            attributes.set(JAVA_LONG, 16, abi >= SCOPE_ABI ? SCOPES : 0);
            int ruleset = (int) Libc.syscall(
                    errno,
                    LinuxAbi.SYS_LANDLOCK_CREATE_RULESET,
                    attributes.address(),
                    abi >= SCOPE_ABI ? SIZEOF_RULESET : abi >= NETWORK_ABI ? 16 : 8,
                    0);
            if (ruleset < 0) {
                throw new IOException("landlock_create_ruleset: " + Errno.describe(Native.errno(errno)));
            }
            try {
                var rules = new Rules(ruleset, handled, arena, errno);
                if (restrictsFiles(profile)) {
                    grant(profile, writable, rules);
                }
                return ruleset;
            } catch (IOException e) {
                Libc.close(ruleset);
                throw e;
            }
        }
    }

    private static void grant(Profile profile, List<Path> writable, Rules rules) throws IOException {
        for (String tree : SYSTEM) {
            rules.allowIfPresent(Path.of(tree), READING);
        }
        for (String device : DEVICES) {
            rules.allowIfPresent(Path.of(device), READING | (device.equals("/dev/shm") ? 0 : WRITE_FILE | IOCTL_DEV));
        }
        for (Path tree : profile.readable()) {
            rules.allow(tree, READING);
        }
        for (Path tree : profile.writable()) {
            rules.allow(tree, READING | WRITING | IOCTL_DEV);
        }
        for (Path tree : writable) {
            rules.allow(tree, READING | WRITING);
        }
    }

    /** What is refused unless a rule grants it. */
    private static long handled(Profile profile, int abi) {
        long handled = 0;
        if (profile.readingRestricted()) {
            handled |= READING;
        }
        if (profile.writingRestricted()) {
            handled |= WRITE_FILE | MAKE | REMOVE;
            handled |= abi >= 2 ? REFER : 0;
            handled |= abi >= 3 ? TRUNCATE : 0;
            handled |= abi >= 5 ? IOCTL_DEV : 0;
        }
        return handled;
    }

    /** Restricts the calling thread, and what it starts, to the rules. */
    static long restrictSelf(MemorySegment errno, int ruleset) {
        return Libc.syscall(errno, LinuxAbi.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0, 0);
    }

    private record Rules(int ruleset, long handled, Arena arena, MemorySegment errno) {
        void allowIfPresent(Path tree, long access) throws IOException {
            if (Files.exists(tree)) {
                allow(tree, access);
            }
        }

        void allow(Path tree, long access) throws IOException {
            byte[] octets = LaunchImage.octets(tree);
            MemorySegment path = arena.allocate(octets.length + 1L);
            MemorySegment.copy(octets, 0, path, ValueLayout.JAVA_BYTE, 0, octets.length);
            int opened = Libc.open(errno, path, O_PATH | O_CLOEXEC, 0);
            if (opened < 0) {
                throw new IOException("tree: '%s': %s".formatted(tree, Errno.describe(Native.errno(errno))));
            }
            long granted = access & handled & (Files.isDirectory(tree) ? -1L : OF_FILES);
            MemorySegment rule = arena.allocate(SIZEOF_PATH_BENEATH, 8);
            rule.set(JAVA_LONG, 0, granted);
            rule.set(JAVA_INT, 8, opened);
            long added = granted == 0
                    ? 0
                    : Libc.syscall(
                            errno, LinuxAbi.SYS_LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, rule.address(), 0, 0, 0);
            int error = Native.errno(errno);
            Libc.close(opened);
            if (added < 0) {
                throw new IOException("landlock_add_rule: '%s': %s".formatted(tree, Errno.describe(error)));
            }
        }
    }
}
