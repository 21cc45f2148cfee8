package dev.htbin.cgi;

import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Octets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where CGI directories really lie, when one is a symbolic link: what is in it can be reached by the other path too and must not be served there either.
 *
 * <p>Looked at anew at most once a second, since it is asked for with every file that is served. Safe for use by several threads.
 */
final class CgiPlaces {
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MOST_SNAPSHOTS = 64;
    private static final ConcurrentHashMap<Key, Snapshot> SNAPSHOTS = new ConcurrentHashMap<>();

    private CgiPlaces() {}

    private record Key(DocumentRoot root, List<String> directories) {}

    private record Snapshot(long takenNanos, List<List<String>> places) {}

    /** Tells whether names, octet strings, lead to the real place of a CGI directory in the root or below it. */
    static boolean cover(List<String> names, DocumentRoot root, List<String> directories) {
        var key = new Key(root, directories);
        Snapshot snapshot = SNAPSHOTS.get(key);
        long now = System.nanoTime();
        if (snapshot == null || now - snapshot.takenNanos() >= FRESH_NANOS) {
            if (SNAPSHOTS.size() >= MOST_SNAPSHOTS) {
                SNAPSHOTS.clear();
            }
            snapshot = new Snapshot(now, placesOf(root, directories));
            SNAPSHOTS.put(key, snapshot);
        }
        for (List<String> place : snapshot.places()) {
            if (names.size() >= place.size() && names.subList(0, place.size()).equals(place)) {
                return true;
            }
        }
        return false;
    }

    private static List<List<String>> placesOf(DocumentRoot root, List<String> directories) {
        var places = new ArrayList<List<String>>();
        for (String directory : directories) {
            Path place = root.directory().resolve(Octets.toText(directory.substring(1)));
            if (!Files.exists(place)) {
                continue;
            }
            try {
                Path real = place.toRealPath();
                if (real.startsWith(root.directory()) && !real.equals(root.directory())) {
                    var names = new ArrayList<String>();
                    root.directory().relativize(real).forEach(name -> names.add(Octets.ofText(name.toString())));
                    places.add(names);
                }
            } catch (IOException e) {
                // It went away, and with it what could be served from it.
            }
        }
        return places;
    }
}
