package dev.htbin.develop;

import dev.htbin.cgi.RunReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The last runs, newest last. Safe for use by several threads. */
public final class Recordings {
    private final int most;
    private final Map<String, RunReport> byId = new LinkedHashMap<>();

    /**
     * Creates a memory of runs.
     *
     * @param most how many are kept, at least 1
     */
    public Recordings(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most: %d (expected: >= 1)".formatted(most));
        }
        this.most = most;
    }

    /** Keeps a run, in the place of an earlier report of the same request; the oldest goes if there are too many. */
    public synchronized void add(RunReport report) {
        byId.remove(report.id());
        byId.put(report.id(), report);
        if (byId.size() > most) {
            byId.remove(byId.keySet().iterator().next());
        }
    }

    /** Returns the run of a request. */
    public synchronized Optional<RunReport> of(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Returns all, the newest first. */
    public synchronized List<RunReport> newestFirst() {
        return List.copyOf(byId.values()).reversed();
    }
}
