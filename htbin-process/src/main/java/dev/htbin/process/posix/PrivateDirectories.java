package dev.htbin.process.posix;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Profile;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Directories below one that the processes' user may not pass through. Safe for use by several threads. */
final class PrivateDirectories {
    private static final int MOST = 1024;

    private final Set<Place> places = ConcurrentHashMap.newKeySet();

    /** A directory that the user of a profile can't reach by its path. */
    private record Place(Profile profile, Path directory) {
        static Place of(LaunchSpec spec) {
            return new Place(spec.profile(), spec.directory());
        }
    }

    /** Tells whether the working directory was found to be one. */
    boolean contain(LaunchSpec spec) {
        return places.contains(Place.of(spec));
    }

    void remember(LaunchSpec spec) {
        if (places.size() >= MOST) {
            places.clear();
        }
        places.add(Place.of(spec));
    }
}
