package dev.htbin.process.launch;

import dev.htbin.process.posix.ServiceSockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Optional;

/** Sockets that this process was started with. */
public final class InheritedSockets {
    private InheritedSockets() {}

    /**
     * Returns the address of a socket that listens.
     *
     * @return an {@link java.net.InetSocketAddress} or a {@link java.net.UnixDomainSocketAddress}; the latter is empty for an abstract socket
     * @throws IOException if the descriptor is none of such a socket, or descriptors can't be used here
     */
    public static SocketAddress addressOf(int descriptor) throws IOException {
        requirePossible();
        return ServiceSockets.addressOf(descriptor);
    }

    /**
     * Puts a socket in the place of another one of this process, which listens at an address of its own and whose channel is then the inherited socket's.
     *
     * @param placeholder where the other one listens
     * @param descriptor the inherited socket; closed when it is in its place
     * @throws IOException if this process has no such placeholder, or descriptors can't be used here
     */
    public static void replace(SocketAddress placeholder, int descriptor) throws IOException {
        requirePossible();
        ServiceSockets.replace(placeholder, descriptor);
    }

    private static void requirePossible() throws IOException {
        Optional<String> obstacle = ServiceSockets.obstacle();
        if (obstacle.isPresent()) {
            throw new IOException("inherited sockets can't be used: " + obstacle.get());
        }
    }
}
