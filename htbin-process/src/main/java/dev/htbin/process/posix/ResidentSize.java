package dev.htbin.process.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns the most memory that a process had resident.
 *
 * <p>The kernel's own figure, {@code ru_maxrss}, is that of the process or that of the server when it started the process, whichever is greater: execve(2) counts what
 * it replaces, and before it the process shares the server's memory. So it counts only where it is more than the server ever had; else the process itself is to be
 * looked at while it runs. A fork of an interpreter replaces nothing: its figure begins with what it shares with the interpreter, and counts always. Used by one thread
 * at a time.
 */
final class ResidentSize {
    private static final Pattern PEAK = Pattern.compile("(?m)^VmHWM:\\s+(\\d+) kB$");
    /** The kernel counts pages for each processor, and adds them up now and then. */
    private static final long INEXACT_BYTES = 1 << 20;

    private static final long SAMPLE_NANOS = 100_000_000;

    /** The server's, as last seen; it only grows. */
    private static volatile long serverBytes;

    private final Path status;
    private final boolean forked;
    private long sampledBytes = -1;
    private long sampledAt;

    /** Creates what learns of a process; {@code forked} if that has executed nothing. */
    ResidentSize(int pid, boolean forked) {
        this.forked = forked;
        this.status = Path.of("/proc", Integer.toString(pid), "status");
    }

    /** Looks at the process, unless it did so a moment ago. */
    void sample() {
        if (forked) {
            return;
        }
        long now = System.nanoTime();
        if (sampledBytes < 0 || now - sampledAt >= SAMPLE_NANOS) {
            sampledAt = now;
            peakOf(status).ifPresent(bytes -> sampledBytes = Math.max(sampledBytes, bytes));
        }
    }

    /**
     * Returns the most that was resident, as far as it is known.
     *
     * @param kernelBytes the kernel's figure
     */
    OptionalLong most(long kernelBytes) {
        if (forked) {
            return OptionalLong.of(kernelBytes);
        }
        if (kernelBytes > serverBytes + INEXACT_BYTES) {
            serverBytes = peakOf(Path.of("/proc/self/status")).orElse(Long.MAX_VALUE - INEXACT_BYTES);
        }
        if (kernelBytes > serverBytes + INEXACT_BYTES) {
            return OptionalLong.of(kernelBytes);
        }
        return sampledBytes < 0 ? OptionalLong.empty() : OptionalLong.of(sampledBytes);
    }

    private static OptionalLong peakOf(Path status) {
        try {
            Matcher peak = PEAK.matcher(Files.readString(status));
            // A process that has ended has no memory.
            return peak.find() ? OptionalLong.of(Long.parseLong(peak.group(1)) << 10) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
