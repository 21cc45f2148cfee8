package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.O_CLOEXEC;
import static dev.htbin.process.posix.LinuxAbi.O_RDONLY;
import static dev.htbin.process.posix.LinuxAbi.O_RDWR;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.util.Objects.checkFromIndexSize;

import dev.htbin.process.LaunchException;
import dev.htbin.process.Stdin;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A standard input in memory, up to a limit, and beyond it in a file without a name. The file is readable for everybody, since the process may open
 * {@code /dev/stdin} anew as another user; having no name, it is in nobody's reach but the process's own.
 */
final class PosixStdin implements Stdin {
    /** How many octets stay in memory. */
    static final int MEMORY_BYTES = 256 * 1024;

    private static final int FIRST_BYTES = 8 * 1024;
    private static final int READABLE = 0644;

    private final Workspace.Pool pool;
    private byte[] memory = new byte[0];
    private long size;
    private int file = -1;
    private boolean closed;

    PosixStdin(Workspace.Pool pool) {
        this.pool = pool;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        checkFromIndexSize(offset, length, bytes.length);
        if (closed) {
            throw new IOException("standard input is closed");
        }
        if (file < 0 && size + length <= MEMORY_BYTES) {
            int used = (int) size;
            if (used + length > memory.length) {
                int wanted = Math.max(used + length, Math.max(FIRST_BYTES, memory.length * 2));
                memory = Arrays.copyOf(memory, Math.min(wanted, MEMORY_BYTES));
            }
            System.arraycopy(bytes, offset, memory, used, length);
        } else {
            Workspace workspace = pool.borrow();
            boolean written = false;
            try {
                if (file < 0) {
                    file = openTemporary(workspace);
                    append(file, memory, 0, (int) size, workspace);
                    memory = new byte[0];
                }
                append(file, bytes, offset, length, workspace);
                written = true;
            } finally {
                pool.giveBack(workspace);
                if (!written) {
                    // No process may get a part of it, and its space is needed.
                    close();
                }
            }
        }
        size += length;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void close() {
        closed = true;
        memory = new byte[0];
        if (file >= 0) {
            Libc.close(file);
            file = -1;
        }
    }

    /**
     * Opens what was written, for reading from the beginning. The caller closes the descriptor.
     *
     * @throws LaunchException if no descriptor or memory can be had
     */
    int open(Workspace workspace) throws LaunchException {
        if (closed) {
            throw new LaunchException(LaunchException.Reason.OTHER, "standard input is closed");
        }
        if (size == 0) {
            return open("/dev/null", O_RDONLY, workspace);
        }
        if (file >= 0) {
            return reopen(file, workspace);
        }
        int written = -1;
        try {
            written = openMemory(workspace);
            append(written, memory, 0, (int) size, workspace);
            return reopen(written, workspace);
        } catch (CallFailed e) {
            throw new LaunchException(Errno.reasonOfMachine(e.errno), String.valueOf(e.getMessage()), e);
        } finally {
            if (written >= 0) {
                Libc.close(written);
            }
        }
    }

    /** A system call that failed. */
    private static final class CallFailed extends IOException {
        private static final long serialVersionUID = 1L;
        private final int errno;

        CallFailed(String what, int errno) {
            super("standard input: %s: %s".formatted(what, Errno.describe(errno)));
            this.errno = errno;
        }
    }

    /** A description of its own: with an offset of its own, and for reading only. */
    private static int reopen(int descriptor, Workspace workspace) throws LaunchException {
        return open("/proc/self/fd/" + descriptor, O_RDONLY, workspace);
    }

    private static int open(String path, int flags, Workspace workspace) throws LaunchException {
        try (Arena arena = Arena.ofConfined()) {
            int opened = Libc.open(workspace.errno, arena.allocateFrom(path), flags | O_CLOEXEC, 0);
            if (opened < 0) {
                int errno = Native.errno(workspace.errno);
                throw new LaunchException(
                        Errno.reasonOfMachine(errno), "standard input: %s: %s".formatted(path, Errno.describe(errno)));
            }
            return opened;
        }
    }

    private static int openMemory(Workspace workspace) throws CallFailed {
        int descriptor;
        try (Arena arena = Arena.ofConfined()) {
            descriptor = Libc.memfd_create(workspace.errno, arena.allocateFrom("stdin"), LinuxAbi.MFD_CLOEXEC);
        }
        // Refused by kernels that allow no memory files at all (vm.memfd_noexec=2 allows these).
        return descriptor >= 0 ? readable(descriptor, workspace) : openTemporary(workspace);
    }

    private static int openTemporary(Workspace workspace) throws CallFailed {
        Path directory = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(JAVA_BYTE, withNul(LaunchImage.octets(directory)));
            int descriptor = Libc.open(workspace.errno, path, LinuxAbi.O_TMPFILE | O_RDWR | O_CLOEXEC, READABLE);
            if (descriptor < 0) {
                // Not every file system has files without names.
                Path template = directory.resolve("htbin-stdin-XXXXXX");
                MemorySegment name = arena.allocateFrom(JAVA_BYTE, withNul(LaunchImage.octets(template)));
                descriptor = Libc.mkstemp(workspace.errno, name);
                if (descriptor >= 0 && Libc.unlink(workspace.errno, name) != 0) {
                    var failure = new CallFailed("unlink '" + name.getString(0) + "'", Native.errno(workspace.errno));
                    Libc.close(descriptor);
                    Libc.unlink(workspace.errno, name);
                    throw failure;
                }
            }
            check(descriptor, directory.toString(), workspace);
            return readable(descriptor, workspace);
        }
    }

    /** The server's umask may have taken the right to read away. */
    private static int readable(int descriptor, Workspace workspace) throws CallFailed {
        if (Libc.fchmod(workspace.errno, descriptor, READABLE) != 0) {
            Libc.close(descriptor);
            throw new CallFailed("fchmod", Native.errno(workspace.errno));
        }
        return descriptor;
    }

    private static byte[] withNul(byte[] octets) {
        return Arrays.copyOf(octets, octets.length + 1);
    }

    private static void append(int descriptor, byte[] bytes, int offset, int length, Workspace workspace)
            throws CallFailed {
        MemorySegment transfer = workspace.transfer();
        int done = 0;
        while (done < length) {
            int count = Math.min(length - done, Workspace.TRANSFER_BYTES);
            MemorySegment.copy(bytes, offset + done, transfer, JAVA_BYTE, 0, count);
            long written = Libc.write(workspace.errno, descriptor, transfer, count);
            if (written < 0 && Native.errno(workspace.errno) == Errno.EINTR.number) {
                continue;
            }
            check(written, "write", workspace);
            done += (int) written;
        }
    }

    private static void check(long result, String what, Workspace workspace) throws CallFailed {
        if (result < 0) {
            throw new CallFailed(what, Native.errno(workspace.errno));
        }
    }
}
