package dev.htbin.process;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the kernel lets a process do. A value: processes of equal profiles are confined together.
 *
 * @param kind what is refused
 * @param user the user that processes run as, a name or a number; empty: the launcher's
 * @param readable trees that may be read and executed beside those of the system; absolute. Naming one restricts reading also where the kind does not
 * @param writable trees that may be written beside the private temporary directory; absolute. Naming one restricts writing also where the kind does not
 * @param limits how much of each resource a process may use
 */
public record Profile(
        Kind kind, Optional<String> user, List<Path> readable, List<Path> writable, ResourceLimits limits) {
    private static final long MIB = 1L << 20;

    /** What is refused, from the least to the most. */
    public enum Kind {
        /** Nothing, but being another user than the profile's: set-user-id programs work, and a script can signal the server's threads of its own user. */
        OPEN(false, false, false),
        /** New privileges, system calls that no script needs, signals to processes that are not scripts. */
        STANDARD(false, false, false),
        /** What {@link #STANDARD} refuses, and TCP connections and listening. */
        NO_NETWORK(false, true, false),
        /** What {@link #STANDARD} refuses, reading outside the system and the site, and writing outside a private temporary directory. */
        READONLY(true, false, false),
        /** What {@link #READONLY} and {@link #NO_NETWORK} refuse, within limits. */
        STRICT(true, true, true);

        private final boolean filesRestricted;
        private final boolean networkDenied;
        private final boolean limited;

        Kind(boolean filesRestricted, boolean networkDenied, boolean limited) {
            this.filesRestricted = filesRestricted;
            this.networkDenied = networkDenied;
            this.limited = limited;
        }

        /** Returns the name in options and messages: {@code no-network} for {@link #NO_NETWORK}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Tells whether anything is refused at all. */
        public boolean confined() {
            return this != OPEN;
        }
    }

    public Profile {
        requireNonNull(kind, "kind");
        requireNonNull(user, "user");
        requireNonNull(limits, "limits");
        readable = List.copyOf(readable);
        writable = List.copyOf(writable);
        readable.forEach(Profile::requireAbsolute);
        writable.forEach(Profile::requireAbsolute);
    }

    /** Returns the default: {@link Kind#STANDARD}, the launcher's user. */
    public static Profile standard() {
        return of(Kind.STANDARD);
    }

    /** Returns the profile of a kind with its own limits: no core dumps; {@link Kind#STRICT} has 60 s of processor, 2 GiB of address space, 64 processes, 256 descriptors, files of 256 MiB and 1 GiB of memory. */
    public static Profile of(Kind kind) {
        ResourceLimits limits = kind.limited
                ? new ResourceLimits(Map.of(
                        Resource.CPU, 60L,
                        Resource.ADDRESS_SPACE, 2048 * MIB,
                        Resource.PROCESSES, 64L,
                        Resource.OPEN_FILES, 256L,
                        Resource.FILE_SIZE, 256 * MIB,
                        Resource.CORE, 0L,
                        Resource.MEMORY, 1024 * MIB))
                : ResourceLimits.NO_CORE;
        return new Profile(kind, Optional.empty(), List.of(), List.of(), limits);
    }

    /** Returns this profile with another user. */
    public Profile withUser(String other) {
        return new Profile(kind, Optional.of(other), readable, writable, limits);
    }

    /** Returns this profile with other trees that may be read. */
    public Profile withReadable(List<Path> trees) {
        return new Profile(kind, user, trees, writable, limits);
    }

    /** Returns this profile with other trees that may be written. */
    public Profile withWritable(List<Path> trees) {
        return new Profile(kind, user, readable, trees, limits);
    }

    /** Returns this profile with other limits. */
    public Profile withLimits(ResourceLimits others) {
        return new Profile(kind, user, readable, writable, others);
    }

    /** Returns the name in messages: that of the kind. */
    public String name() {
        return kind.label();
    }

    /** Tells whether reading is restricted to the system and the readable and writable trees. */
    public boolean readingRestricted() {
        return kind.filesRestricted || (kind.confined() && !readable.isEmpty());
    }

    /** Tells whether writing is restricted to the writable trees and a private temporary directory. */
    public boolean writingRestricted() {
        return kind.filesRestricted || (kind.confined() && !writable.isEmpty());
    }

    /** Tells whether TCP is refused. */
    public boolean networkDenied() {
        return kind.networkDenied;
    }

    private static void requireAbsolute(Path tree) {
        if (!tree.isAbsolute()) {
            throw new IllegalArgumentException("tree: '%s' (expected: an absolute path)".formatted(tree));
        }
    }
}
