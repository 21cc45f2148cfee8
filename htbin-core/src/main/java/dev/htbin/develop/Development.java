package dev.htbin.develop;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.RunReport;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.http.HttpHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/**
 * Shows and records what scripts do: for where scripts are written, not for where others use them. Its handlers serve files and scripts as
 * {@link dev.htbin.handler.CgiHttpRequestHandler} does. Safe for use by several threads.
 */
public final class Development implements AutoCloseable {
    private static final int MOST_RUNS = 50;
    private static final int KEPT_BYTES = 256 << 10;

    private final boolean pages;
    private final Optional<LiveReload> reload;
    private final Optional<RecordingFolder> folder;
    private final Recordings recordings = new Recordings(MOST_RUNS);

    private Development(boolean pages, Optional<LiveReload> reload, Optional<RecordingFolder> folder) {
        this.pages = pages;
        this.reload = reload;
        this.folder = folder;
    }

    /**
     * What is wanted.
     *
     * @param pages whether pages show why a script failed, and the last 50 runs; they tell all that the server knows
     * @param liveReload whether pages in browsers reload when a file below the root changes
     * @param record where every run is recorded; empty: nowhere
     */
    public record Wishes(boolean pages, boolean liveReload, Optional<Path> record) {
        /** Tells whether there is any wish. */
        public boolean any() {
            return pages || liveReload || record.isPresent();
        }
    }

    /**
     * Starts what is wanted.
     *
     * @param directories what is watched for changes, at least one
     * @throws IOException if files can't be watched, or the folder of recordings can't be written to
     */
    public static Development start(Collection<Path> directories, Wishes wishes) throws IOException {
        Optional<RecordingFolder> folder = wishes.record().isPresent()
                ? Optional.of(RecordingFolder.open(wishes.record().get()))
                : Optional.empty();
        Optional<LiveReload> reload =
                wishes.liveReload() ? Optional.of(LiveReload.watch(directories)) : Optional.empty();
        return new Development(wishes.pages(), reload, folder);
    }

    /** Returns what serves files and scripts by a configuration. Handlers of several configurations share pages and recordings. */
    public HttpHandler handler(FileConfig files, CgiConfig cgi) {
        requireNonNull(files, "files");
        requireNonNull(cgi, "cgi");
        HttpHandler handler =
                BaseHttpRequestHandler.perRequest(x -> new DevelopmentRequestHandler(x, files, cgi, this));
        return reload.isPresent() ? exchange -> handler.handle(new ReloadingExchange(exchange)) : handler;
    }

    boolean pages() {
        return pages;
    }

    Optional<LiveReload> reload() {
        return reload;
    }

    Recordings recordings() {
        return recordings;
    }

    int keptBytes() {
        return KEPT_BYTES;
    }

    void ended(RunReport run) {
        if (pages) {
            recordings.add(run);
        }
        folder.ifPresent(f -> f.add(run));
    }

    /** Ends the responses that wait for changes, which else would go on for ever. */
    public void endWaiting() {
        reload.ifPresent(LiveReload::close);
    }

    /** Waits until every run is recorded, and frees everything. */
    @Override
    public void close() {
        endWaiting();
        folder.ifPresent(RecordingFolder::close);
    }
}
