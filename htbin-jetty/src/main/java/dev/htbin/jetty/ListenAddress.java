package dev.htbin.jetty;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/** Where a server listens. */
public sealed interface ListenAddress {
    /**
     * An IP address and a TCP port.
     *
     * @param address the address, resolved; {@code ::} takes IPv4 too. Port 0: a free one
     */
    record Tcp(InetSocketAddress address) implements ListenAddress {
        public Tcp {
            requireNonNull(address, "address");
        }

        @Override
        public String toString() {
            return "%s port %d".formatted(address.getHostString(), address.getPort());
        }
    }

    /**
     * A Unix socket, for a proxy on the same machine. Its file is made when the server binds and removed when it is closed; one that a server left behind is
     * replaced, one that a server listens on is not.
     *
     * @param path the socket's file, at most about 100 octets long
     * @param mode who may connect: those who may write
     * @param owner whose the file is; empty: as files of this process are. To give it away is root's right
     * @param group the file's group; empty: as files of this process have
     */
    record Unix(Path path, Set<PosixFilePermission> mode, Optional<String> owner, Optional<String> group)
            implements ListenAddress {
        /** Those who may connect unless another mode is named: owner and group. */
        private static final Set<PosixFilePermission> OWNER_AND_GROUP = Set.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_WRITE,
                PosixFilePermission.GROUP_READ,
                PosixFilePermission.GROUP_WRITE);

        public Unix {
            requireNonNull(path, "path");
            requireNonNull(owner, "owner");
            requireNonNull(group, "group");
            mode = Set.copyOf(mode);
        }

        /** Returns the address of a socket that owner and group may connect to. */
        public static Unix of(Path path) {
            return new Unix(path, OWNER_AND_GROUP, Optional.empty(), Optional.empty());
        }

        /** Returns this address with another mode. */
        public Unix withMode(Set<PosixFilePermission> other) {
            return new Unix(path, other, owner, group);
        }

        /** Returns this address with an owner and a group. */
        public Unix withOwner(Optional<String> user, Optional<String> itsGroup) {
            return new Unix(path, mode, user, itsGroup);
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /**
     * A socket that this process was started with and that listens already, as systemd's socket activation gives it.
     *
     * @param descriptor its number, at least 3
     */
    record Inherited(int descriptor) implements ListenAddress {
        public Inherited {
            if (descriptor < 3) {
                throw new IllegalArgumentException("descriptor: %d (expected: >= 3)".formatted(descriptor));
            }
        }

        @Override
        public String toString() {
            return "descriptor " + descriptor;
        }
    }
}
