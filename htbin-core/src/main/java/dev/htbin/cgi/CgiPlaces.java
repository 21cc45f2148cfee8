package dev.htbin.cgi;

import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where CGI directories and programs really lie: what is there can be reached by other paths too, of links or of mounts, and must not be served there either.
 *
 * <p>Looked at anew at most once a second, since it is asked for with every file that is served. Safe for use by several threads.
 */
final class CgiPlaces {
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MOST_SNAPSHOTS = 64;
    private static final ConcurrentHashMap<Key, Snapshot> SNAPSHOTS = new ConcurrentHashMap<>();

    private CgiPlaces() {}

    private record Key(Mounts mounts, List<String> directories, List<MountedProgram> programs) {}

    private record Snapshot(long takenNanos, List<Path> places) {}

    /** Tells whether a file, all its links followed, is a program, or lies where a CGI directory really lies, or below. */
    static boolean cover(Path real, Mounts mounts, CgiConfig config) {
        var key = new Key(mounts, config.directories(), config.programs().mounted());
        Snapshot snapshot = SNAPSHOTS.get(key);
        long now = System.nanoTime();
        if (snapshot == null || now - snapshot.takenNanos() >= FRESH_NANOS) {
            if (SNAPSHOTS.size() >= MOST_SNAPSHOTS) {
                SNAPSHOTS.clear();
            }
            snapshot = new Snapshot(now, placesOf(key));
            SNAPSHOTS.put(key, snapshot);
        }
        for (Path place : snapshot.places()) {
            if (real.startsWith(place)) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> placesOf(Key key) {
        var places = new ArrayList<Path>();
        for (String directory : key.directories()) {
            var path = new UrlPath(List.of(directory.substring(1).split("/", -1)), false);
            Mount mount = key.mounts().of(path);
            Path root = mount.root().directory();
            mount.resolve(path)
                    .flatMap(CgiPlaces::real)
                    .filter(place -> place.startsWith(root)
                            && !place.equals(key.mounts().root().directory()))
                    .ifPresent(places::add);
        }
        for (MountedProgram program : key.programs()) {
            real(program.file()).ifPresent(places::add);
        }
        return places;
    }

    private static Optional<Path> real(Path place) {
        try {
            return Files.exists(place) ? Optional.of(place.toRealPath()) : Optional.empty();
        } catch (IOException e) {
            // It went away, and with it what could be served from it.
            return Optional.empty();
        }
    }
}
