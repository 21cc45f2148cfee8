package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.AF_INET;
import static dev.htbin.process.posix.LinuxAbi.AF_INET6;
import static dev.htbin.process.posix.LinuxAbi.AF_UNIX;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What a service manager shares with this process: sockets that listen already, and a socket for word of its state. Safe for use by several threads. */
public final class ServiceSockets {
    private static final int UNIX_PATH = 2;
    private static final int UNIX_PATH_BYTES = 108;
    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private ServiceSockets() {}

    /** Says why these calls are not possible here, or nothing when they are. */
    public static Optional<String> obstacle() {
        return Native.obstacle();
    }

    /**
     * Returns the address of a socket that listens.
     *
     * @return an {@link InetSocketAddress} or a {@link UnixDomainSocketAddress}; the latter is empty for an abstract socket
     * @throws IOException if the descriptor is none of such a socket
     */
    public static SocketAddress addressOf(int descriptor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            if (!listens(descriptor, errno, arena)) {
                throw new IOException(
                        "descriptor %d is no socket that listens (expected: one as systemd's ListenStream= makes it)"
                                .formatted(descriptor));
            }
            MemorySegment address = arena.allocate(LinuxAbi.SIZEOF_SOCKADDR_STORAGE, 8);
            int length = name(descriptor, address, errno, arena);
            return switch (address.get(JAVA_SHORT, 0)) {
                case AF_INET -> new InetSocketAddress(InetAddress.getByAddress(octets(address, 4, 4)), port(address));
                case AF_INET6 -> new InetSocketAddress(InetAddress.getByAddress(octets(address, 8, 16)), port(address));
                case AF_UNIX -> UnixDomainSocketAddress.of(path(address, length));
                default ->
                    throw new IOException("descriptor %d is neither a TCP nor a Unix socket".formatted(descriptor));
            };
        }
    }

    /**
     * Puts a socket in the place of another one of this process that listens at an address of its own: whoever holds the other's descriptor holds this one then.
     * Java can't make a channel of a descriptor, but it does not see what lies behind one that it has.
     *
     * @param placeholder where the other one listens
     * @param descriptor the socket; closed when it is in its place
     * @throws IOException if this process has no such placeholder
     */
    public static void replace(SocketAddress placeholder, int descriptor) throws IOException {
        @Nullable String[] names = new File("/proc/self/fd").list();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            MemorySegment address = arena.allocate(LinuxAbi.SIZEOF_SOCKADDR_STORAGE, 8);
            for (String name : names == null ? new String[0] : names) {
                int other = Integer.parseInt(String.valueOf(name));
                if (other != descriptor && isAt(other, placeholder, address, errno, arena)) {
                    if (Libc.dup3(errno, descriptor, other, LinuxAbi.O_CLOEXEC) < 0) {
                        throw new IOException(
                                "dup3 of descriptor %d: %s".formatted(descriptor, Errno.describe(Native.errno(errno))));
                    }
                    Libc.close(descriptor);
                    return;
                }
            }
        }
        throw new IOException("descriptor %d can't take the place of a socket at %s: there is none"
                .formatted(descriptor, placeholder));
    }

    /**
     * Sends a datagram to a Unix socket.
     *
     * @param socket its path, or {@code @} and its name if it is abstract
     * @throws IOException if nobody takes it; the message says why
     */
    public static void send(String socket, byte[] datagram) throws IOException {
        byte[] name = socket.getBytes(FILE_NAMES);
        if (name.length == 0 || name.length >= UNIX_PATH_BYTES) {
            throw new IOException(
                    "'%s' is no path of a socket (expected: 1 to %d octets)".formatted(socket, UNIX_PATH_BYTES - 1));
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            MemorySegment address = arena.allocate(LinuxAbi.SIZEOF_SOCKADDR_STORAGE, 8);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, UNIX_PATH, name.length);
            MemorySegment octets = arena.allocateFrom(JAVA_BYTE, datagram);
            int fd = LibcSocket.socket(errno, AF_UNIX, LinuxAbi.SOCK_DGRAM | LinuxAbi.SOCK_CLOEXEC, 0);
            if (fd < 0) {
                throw new IOException("socket: " + Errno.describe(Native.errno(errno)));
            }
            long sent = LibcSocket.sendto(
                    errno, fd, octets, datagram.length, LinuxAbi.MSG_NOSIGNAL, address, UNIX_PATH + name.length);
            int error = sent < 0 ? Native.errno(errno) : 0;
            Libc.close(fd);
            if (error != 0) {
                throw new IOException("'%s': %s".formatted(socket, Errno.describe(error)));
            }
        }
    }

    /** Returns what CLOCK_MONOTONIC says, in microseconds; empty where it can't be asked. */
    public static OptionalLong monotonicMicros() {
        if (Native.obstacle().isPresent()) {
            return OptionalLong.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            MemorySegment time = arena.allocate(LinuxAbi.SIZEOF_TIMESPEC, 8);
            if (Libc.clock_gettime(errno, LinuxAbi.CLOCK_MONOTONIC, time) != 0) {
                return OptionalLong.empty();
            }
            return OptionalLong.of(time.get(JAVA_LONG, 0) * 1_000_000 + time.get(JAVA_LONG, 8) / 1_000);
        }
    }

    private static boolean isAt(
            int descriptor, SocketAddress wanted, MemorySegment address, MemorySegment errno, Arena arena)
            throws IOException {
        if (!listens(descriptor, errno, arena)) {
            return false;
        }
        int length = name(descriptor, address, errno, arena);
        return switch (wanted) {
            case InetSocketAddress inet ->
                SocketFinder.equal(address, inet.getAddress().getAddress(), inet.getPort());
            case UnixDomainSocketAddress unix ->
                address.get(JAVA_SHORT, 0) == AF_UNIX
                        && path(address, length).equals(unix.getPath().toString());
            default -> false;
        };
    }

    private static boolean listens(int descriptor, MemorySegment errno, Arena arena) {
        MemorySegment value = arena.allocate(JAVA_INT);
        MemorySegment length = arena.allocateFrom(JAVA_INT, Integer.BYTES);
        return LibcSocket.getsockopt(errno, descriptor, LinuxAbi.SOL_SOCKET, LinuxAbi.SO_ACCEPTCONN, value, length) == 0
                && value.get(JAVA_INT, 0) != 0;
    }

    private static int name(int descriptor, MemorySegment address, MemorySegment errno, Arena arena)
            throws IOException {
        MemorySegment length = arena.allocateFrom(JAVA_INT, LinuxAbi.SIZEOF_SOCKADDR_STORAGE);
        if (LibcSocket.getsockname(errno, descriptor, address, length) != 0) {
            throw new IOException(
                    "getsockname of descriptor %d: %s".formatted(descriptor, Errno.describe(Native.errno(errno))));
        }
        return length.get(JAVA_INT, 0);
    }

    private static int port(MemorySegment address) {
        return Byte.toUnsignedInt(address.get(JAVA_BYTE, 2)) << 8 | Byte.toUnsignedInt(address.get(JAVA_BYTE, 3));
    }

    private static String path(MemorySegment address, int length) {
        byte[] octets = octets(address, UNIX_PATH, Math.clamp(length - UNIX_PATH, 0, UNIX_PATH_BYTES));
        int end = 0;
        while (end < octets.length && octets[end] != 0) {
            end++;
        }
        return new String(Arrays.copyOf(octets, end), FILE_NAMES);
    }

    private static byte[] octets(MemorySegment segment, long at, int count) {
        return segment.asSlice(at, count).toArray(JAVA_BYTE);
    }
}
