package dev.htbin.jetty;

import dev.htbin.process.launch.InheritedSockets;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A socket that listens. */
final class BoundSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BoundSocket.class);
    private static final int BACKLOG = 1024;

    private final ServerSocketChannel channel;
    private final SocketAddress address;
    private final Optional<UnixFile> file;

    /** The file of a Unix socket, and what tells it from one that another server put in its place. */
    private record UnixFile(Path path, @Nullable Object key) {}

    private BoundSocket(ServerSocketChannel channel, SocketAddress address, Optional<UnixFile> file) {
        this.channel = channel;
        this.address = address;
        this.file = file;
    }

    /**
     * Binds and listens: what connects from now on waits in the system's queue.
     *
     * @throws IOException if nobody may listen there; the message names the address
     */
    static BoundSocket bind(ListenAddress address) throws IOException {
        try {
            return switch (address) {
                case ListenAddress.Tcp tcp -> tcp(tcp.address());
                case ListenAddress.Unix unix -> unix(unix);
                case ListenAddress.Inherited inherited -> inherited(inherited);
            };
        } catch (BindException e) {
            String advice = address instanceof ListenAddress.Tcp
                            && String.valueOf(e.getMessage()).contains("in use")
                    ? " (another program listens there; expected: a port that is free, or 0 for any)"
                    : "";
            throw new IOException("cannot listen on %s: %s%s".formatted(address, Listener.reasonOf(e), advice), e);
        } catch (IOException | RuntimeException e) {
            throw new IOException("cannot listen on %s: %s".formatted(address, Listener.reasonOf(e)), e);
        }
    }

    private static BoundSocket tcp(InetSocketAddress address) throws IOException {
        if (address.isUnresolved()) {
            throw new IOException("no such host name or address");
        }
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, BACKLOG);
            return new BoundSocket(channel, channel.getLocalAddress(), Optional.empty());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Binds beside the path and moves the file there when it has its mode and owner: nobody can connect before that, and a file left behind is replaced at once. */
    private static BoundSocket unix(ListenAddress.Unix unix) throws IOException {
        Path path = unix.path().toAbsolutePath();
        requireFree(path);
        Path beside = path.resolveSibling(path.getFileName() + "~");
        Files.deleteIfExists(beside);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(beside), BACKLOG);
            PosixFileAttributeView view = Files.getFileAttributeView(beside, PosixFileAttributeView.class);
            give(view, unix, path.getFileSystem().getUserPrincipalLookupService());
            view.setPermissions(unix.mode());
            Object key = Files.readAttributes(beside, BasicFileAttributes.class).fileKey();
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new BoundSocket(channel, UnixDomainSocketAddress.of(path), Optional.of(new UnixFile(path, key)));
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(beside);
            throw e;
        }
    }

    private static void give(
            PosixFileAttributeView view, ListenAddress.Unix unix, UserPrincipalLookupService principals)
            throws IOException {
        String name = "";
        try {
            if (unix.group().isPresent()) {
                name = unix.group().get();
                view.setGroup(principals.lookupPrincipalByGroupName(name));
            }
            if (unix.owner().isPresent()) {
                name = unix.owner().get();
                view.setOwner(principals.lookupPrincipalByName(name));
            }
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("there is no user or group '%s'".formatted(name), e);
        }
    }

    private static void requireFree(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        var attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isOther()) {
            throw new IOException("there is a file that is no socket (expected: a free path)");
        }
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("refused")) {
                return;
            }
            throw e;
        }
        throw new IOException("another server listens there (Address already in use)");
    }

    private static BoundSocket inherited(ListenAddress.Inherited inherited) throws IOException {
        int descriptor = inherited.descriptor();
        SocketAddress real = InheritedSockets.addressOf(descriptor);
        boolean unix = real instanceof UnixDomainSocketAddress;
        ServerSocketChannel channel =
                unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open();
        try {
            channel.bind(null);
            InheritedSockets.replace(channel.getLocalAddress(), descriptor);
            if (channel.getLocalAddress() instanceof UnixDomainSocketAddress placeholder) {
                Files.deleteIfExists(placeholder.getPath());
            }
            return new BoundSocket(channel, real, Optional.empty());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    ServerSocketChannel channel() {
        return channel;
    }

    /** Returns where it listens: a port is the real one. */
    SocketAddress address() {
        return address;
    }

    /** Listens no more, and removes the file of a Unix socket if it is still this one's. */
    @Override
    public void close() {
        try {
            channel.close();
            if (file.isPresent()) {
                remove(file.get());
            }
        } catch (IOException e) {
            LOG.debug("not closed as it should", e);
        }
    }

    private static void remove(UnixFile file) throws IOException {
        if (Files.exists(file.path)
                && java.util.Objects.equals(
                        file.key,
                        Files.readAttributes(file.path, BasicFileAttributes.class)
                                .fileKey())) {
            Files.delete(file.path);
        }
    }
}
