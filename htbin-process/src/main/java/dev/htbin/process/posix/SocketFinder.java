package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.AF_INET;
import static dev.htbin.process.posix.LinuxAbi.AF_INET6;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.File;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the descriptor of a TCP connection of this process by its two addresses, whatever library opened it. Remembers what it found, and believes it only while
 * the kernel's number of the socket is still the same. Safe for use by several threads.
 */
final class SocketFinder {
    /** There is no such connection, or not any more. */
    static final int ABSENT = -1;
    /** No descriptor can be had to look with, or to duplicate it. */
    static final int UNKNOWN = -2;

    private static final int MOST_REMEMBERED = 4096;
    /** How far beyond the highest descriptor seen to look before the list of all is read. */
    private static final int MARGIN = 16;

    private static final int SOCKADDR_PORT = 2;
    private static final int SOCKADDR_IN_ADDRESS = 4;
    private static final int SOCKADDR_IN6_ADDRESS = 8;
    private static final int V4_MAPPED_BYTES = 12;

    private final Map<Connection, Found> found = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Connection, Found> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private volatile int highest = 64;

    /** Both ends of a connection. */
    private record Connection(InetSocketAddress local, InetSocketAddress remote) {}

    /** Where a connection was found; the cookie is never given to another socket. */
    private record Found(int descriptor, long cookie) {}

    /**
     * Returns a duplicate of the connection's descriptor, which the caller closes.
     *
     * @return {@link #ABSENT} if this process has no such connection, or it is gone already; {@link #UNKNOWN} if there is no descriptor left to find out
     */
    int duplicate(InetSocketAddress local, InetSocketAddress remote, Workspace workspace) {
        if (local.getAddress() == null || remote.getAddress() == null) {
            return ABSENT;
        }
        var connection = new Connection(local, remote);
        Found before;
        synchronized (found) {
            before = found.get(connection);
        }
        if (before != null) {
            int copy = copy(before.descriptor, workspace);
            if (copy >= 0 && cookie(copy, workspace) == before.cookie) {
                return copy;
            }
            closeIfOpen(copy);
        }
        int copy = search(connection, workspace);
        if (copy == ABSENT && before != null) {
            synchronized (found) {
                found.remove(connection, before);
            }
        }
        return copy;
    }

    private int search(Connection connection, Workspace workspace) {
        int limit = highest + MARGIN;
        int copy = search(connection, 0, limit, workspace);
        if (copy != ABSENT) {
            return copy;
        }
        int last = highestOpen();
        if (last < 0) {
            return UNKNOWN;
        }
        highest = last;
        return last > limit ? search(connection, limit + 1, last, workspace) : ABSENT;
    }

    private int search(Connection connection, int first, int last, Workspace workspace) {
        byte[] local = connection.local.getAddress().getAddress();
        byte[] remote = connection.remote.getAddress().getAddress();
        int localPort = connection.local.getPort();
        int remotePort = connection.remote.getPort();
        for (int descriptor = first; descriptor <= last; descriptor++) {
            if (!isPeer(descriptor, remote, remotePort, workspace)) {
                continue;
            }
            // Only a duplicate stays the same socket while its addresses are compared.
            int copy = copy(descriptor, workspace);
            if (copy < 0 && Native.errno(workspace.errno) == Errno.EMFILE.number) {
                return UNKNOWN;
            }
            if (copy >= 0
                    && isPeer(copy, remote, remotePort, workspace)
                    && isLocal(copy, local, localPort, workspace)) {
                long cookie = cookie(copy, workspace);
                if (cookie != 0) {
                    synchronized (found) {
                        found.put(connection, new Found(descriptor, cookie));
                    }
                }
                return copy;
            }
            closeIfOpen(copy);
        }
        return ABSENT;
    }

    private static boolean isPeer(int descriptor, byte[] address, int port, Workspace workspace) {
        workspace.length.set(JAVA_INT, 0, LinuxAbi.SIZEOF_SOCKADDR_STORAGE);
        return LibcSocket.getpeername(workspace.errno, descriptor, workspace.address, workspace.length) == 0
                && equal(workspace.address, address, port);
    }

    private static boolean isLocal(int descriptor, byte[] address, int port, Workspace workspace) {
        workspace.length.set(JAVA_INT, 0, LinuxAbi.SIZEOF_SOCKADDR_STORAGE);
        return LibcSocket.getsockname(workspace.errno, descriptor, workspace.address, workspace.length) == 0
                && equal(workspace.address, address, port);
    }

    /** Compares a {@code sockaddr} with an address; an IPv4 address may stand in an IPv6 one ({@code ::ffff:a.b.c.d}), as in Java's sockets. */
    static boolean equal(MemorySegment sockaddr, byte[] address, int port) {
        int family = sockaddr.get(JAVA_SHORT, 0);
        int high = Byte.toUnsignedInt(sockaddr.get(JAVA_BYTE, SOCKADDR_PORT));
        int low = Byte.toUnsignedInt(sockaddr.get(JAVA_BYTE, SOCKADDR_PORT + 1));
        if (((high << 8) | low) != port) {
            return false;
        }
        return switch (family) {
            case AF_INET -> Arrays.equals(octets(sockaddr, SOCKADDR_IN_ADDRESS, 4), address);
            case AF_INET6 -> {
                byte[] whole = octets(sockaddr, SOCKADDR_IN6_ADDRESS, 16);
                yield Arrays.equals(whole, address)
                        || (address.length == 4
                                && isV4Mapped(whole)
                                && Arrays.equals(whole, V4_MAPPED_BYTES, 16, address, 0, 4));
            }
            default -> false;
        };
    }

    private static boolean isV4Mapped(byte[] address) {
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return address[10] == -1 && address[11] == -1;
    }

    private static byte[] octets(MemorySegment segment, long at, int count) {
        return segment.asSlice(at, count).toArray(JAVA_BYTE);
    }

    private static int copy(int descriptor, Workspace workspace) {
        return Libc.fcntl(workspace.errno, descriptor, LinuxAbi.F_DUPFD_CLOEXEC, 3);
    }

    private static long cookie(int descriptor, Workspace workspace) {
        workspace.length.set(JAVA_INT, 0, Long.BYTES);
        int result = LibcSocket.getsockopt(
                workspace.errno,
                descriptor,
                LinuxAbi.SOL_SOCKET,
                LinuxAbi.SO_COOKIE,
                workspace.number,
                workspace.length);
        return result == 0 ? workspace.number.get(JAVA_LONG, 0) : 0;
    }

    private static void closeIfOpen(int descriptor) {
        if (descriptor >= 0) {
            Libc.close(descriptor);
        }
    }

    /** Returns the highest open descriptor; -1 if they can't be listed, for which it takes one more. */
    private static int highestOpen() {
        @Nullable String[] names = new File("/proc/self/fd").list();
        int last = -1;
        if (names != null) {
            for (String name : names) {
                last = Math.max(last, Integer.parseInt(name));
            }
        }
        return last;
    }
}
