package dev.htbin.handler;

import static java.util.Objects.requireNonNull;

import dev.htbin.file.Compression;
import dev.htbin.file.DirectoryListing;
import dev.htbin.file.FileBody;
import dev.htbin.file.FileConfig;
import dev.htbin.file.HandedOver;
import dev.htbin.file.ListingOrder;
import dev.htbin.file.Lookup;
import dev.htbin.file.ServedFile;
import dev.htbin.http.Exchange;
import dev.htbin.http.Html;
import dev.htbin.http.HttpException;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Mount;
import dev.htbin.http.Octets;
import dev.htbin.http.Preferences;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the files of a directory and below (Python: {@code SimpleHTTPRequestHandler}).
 *
 * <p>The URL's hierarchy is that of the directory, and of what is mounted beside it ({@link Mount}). A directory is answered with its index page or a listing, in which
 * mounts are not. Never served, nor listed: a name that begins with a dot, what a symbolic link leads to out of the mount, what is no plain file, and what
 * {@link #isServed} refuses. Hooks may be overridden, these guards not: whatever {@link #translatePath} returns, only what lies in the mount of the request's path is
 * opened.
 */
public class SimpleHttpRequestHandler extends BaseHttpRequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger(SimpleHttpRequestHandler.class);

    private final FileConfig files;

    /** What the path of the request that is being answered leads to. */
    private Mount mount;

    /**
     * Creates the handler of one exchange.
     *
     * @param exchange not answered yet
     * @param files which files are served and how
     */
    public SimpleHttpRequestHandler(Exchange exchange, FileConfig files) {
        super(exchange);
        this.files = requireNonNull(files, "files");
        this.mount = files.mounts().all().getLast();
    }

    /**
     * Returns a handler of all requests that serves files as this class does, without a subclass's hooks; what lies in memory it answers without waiting.
     *
     * @param files which files are served and how
     */
    public static HttpHandler serving(FileConfig files) {
        requireNonNull(files, "files");
        return new ImmediateHandler(exchange -> new SimpleHttpRequestHandler(exchange, files));
    }

    /** Returns which files are served and how. Python: {@code directory}, {@code index_pages}, {@code extensions_map}. */
    protected final FileConfig files() {
        return files;
    }

    /** Serves a file, a part of it, or a directory. Python: {@code do_GET}. */
    @Override
    protected void doGet() throws IOException {
        Optional<FileBody> source = sendHead();
        if (source.isPresent()) {
            try (FileBody body = source.get()) {
                copyFile(body);
            }
        }
    }

    /** Serves the head of what GET would get. Python: {@code do_HEAD}. */
    @Override
    protected void doHead() throws IOException {
        Optional<FileBody> source = sendHead();
        if (source.isPresent()) {
            source.get().close();
        }
    }

    /**
     * Completes the head of the response to GET or HEAD. Python: {@code send_head}.
     *
     * @return the body, which the caller sends if it is to be sent, and closes; empty when the response is complete
     */
    protected Optional<FileBody> sendHead() throws IOException {
        UrlPath url = UrlPath.parse(exchange().request().rawPath());
        mount = files.mounts().of(url);
        if (mount.hides(url) || !isServed(url)) {
            return sendNotFound();
        }
        Optional<Path> path = translatePath(path());
        if (path.isEmpty()) {
            return sendNotFound();
        }
        if (url.directory()) {
            // The usual case first: when the first index page is there, the directory need not be looked at.
            Optional<ServedFile> index = firstIndexPage(url, path.get());
            if (index.isPresent()) {
                return sendFile(index.get(), indexPath(path.get()));
            }
        }
        return switch (lookup(path.get())) {
            case Lookup.Found found
            when url.directory() -> {
                found.file().close();
                yield sendNotFound();
            }
            case Lookup.Found(ServedFile file) -> sendFile(file, path.get());
            case Lookup.FoundDirectory directory when !url.directory() -> redirectToSlash(url);
            case Lookup.FoundDirectory directory -> sendIndexPage(url, path.get());
            case Lookup.Missing() -> sendNotFound();
            case Lookup.Unknown() -> Optional.empty();
            case Lookup.Forbidden() -> sendForbidden("No permission to read file");
        };
    }

    /**
     * Returns the path of the file that a request names; it need not exist. Python: {@code translate_path}.
     *
     * @param path the raw target; what begins with {@code ?} is ignored
     * @return empty if the target can name no file, for example because a name in it holds an encoded slash or is no UTF-8
     */
    protected Optional<Path> translatePath(String path) {
        int end = path.indexOf('?');
        return files.mounts().resolve(UrlPath.parse(end < 0 ? path : path.substring(0, end)));
    }

    /**
     * Tells whether what lies at a URL path may be served and listed as a file. Asked for the path that was requested, for index pages, for what a
     * listing holds, and for the real place of whatever is found.
     */
    protected boolean isServed(UrlPath path) {
        return true;
    }

    /**
     * Completes the head of a listing. Python: {@code list_directory}.
     *
     * @param directory what {@link #translatePath} returned, a directory in the root
     * @return the page; empty when the response is complete
     */
    protected Optional<FileBody> listDirectory(Path directory) throws IOException {
        UrlPath url = UrlPath.parse(exchange().request().rawPath());
        mount = files.mounts().of(url);
        String displayPath = Octets.toText(new UrlPath(url.names(), true).decoded());
        DirectoryListing listing;
        try {
            Path real = directory.toRealPath();
            listing = DirectoryListing.of(
                    mount.root(),
                    real,
                    displayPath,
                    (name, target) -> isListed(url.child(Octets.ofText(name))) && isServedAt(target));
        } catch (IOException e) {
            LOG.debug("can't list {}", directory, e);
            return sendForbidden("No permission to list directory");
        }
        String query = exchange().request().rawQuery();
        boolean json = wantsJson(query);
        ListingOrder order = ListingOrder.of(query);
        ByteBuffer page = json ? listing.json(order) : listing.html(order);
        sendResponse(200);
        sendHeader("Content-Type", json ? "application/json" : "text/html; charset=utf-8");
        sendHeader("Content-Length", Integer.toString(page.remaining()));
        sendHeader("Vary", "Accept");
        sendHeader("X-Content-Type-Options", "nosniff");
        sendHeader("Content-Security-Policy", Html.POLICY);
        endHeaders();
        return Optional.of(new FileBody.Memory(page));
    }

    /** Tells whether a listing is to be JSON: by {@code format=json} or {@code format=html} in the query, else by what the client prefers; equal: HTML, if it names that. */
    private boolean wantsJson(String query) {
        List<String> parameters = List.of(query.split("[;&]", -1));
        if (parameters.contains("format=json") || parameters.contains("format=html")) {
            return parameters.contains("format=json");
        }
        var accept = Preferences.of(headers().all("Accept"));
        int json = accept.named("application/json").orElse(0);
        int html = accept.mediaType("text/html");
        return json > html
                || (json > 0 && json == html && accept.named("text/html").isEmpty());
    }

    /** Returns the media type of a file. Python: {@code guess_type}. */
    protected String guessType(Path path) {
        return files.mediaType(String.valueOf(path.getFileName()));
    }

    /**
     * Sends the body. Override it to send something else of the same length, if {@link FileBody#length} tells one. Python: {@code copyfile}.
     *
     * @param source the caller closes it
     */
    protected void copyFile(FileBody source) throws IOException {
        switch (source) {
            case FileBody.Memory memory -> sendBody(memory.octets());
            case FileBody.Region region -> sendBody(region.region());
            case FileBody.Joined _, FileBody.Gzip _ -> {
                try (InputStream stream = source.stream()) {
                    stream.transferTo(wfile());
                }
            }
        }
    }

    /** Completes the head of the response with a file, which was looked up at a path. */
    private Optional<FileBody> sendFile(ServedFile file, Path path) throws IOException {
        String mediaType = guessType(file.real());
        String cacheControl = files.cacheControl(mount, path, file.real());
        if (files.compression() == Compression.NONE) {
            return sendForm(new Representation(file, mediaType, cacheControl));
        }
        if (file.forms().needsLook() && postpone()) {
            return Optional.empty();
        }
        Optional<Representation> chosen =
                new Negotiation(files, exchange().request(), this::lookup).choose(file, mediaType, cacheControl);
        if (chosen.isEmpty() || (chosen.get().needsWork() && postpone())) {
            return Optional.empty();
        }
        return sendForm(chosen.get());
    }

    private Optional<FileBody> sendForm(Representation chosen) throws IOException {
        boolean done = false;
        try {
            FileResponse response = FileResponse.of(headers(), command().equals("GET"), chosen);
            if (response.body().filter(FileBody.Joined.class::isInstance).isPresent() && postpone()) {
                return Optional.empty();
            }
            sendResponse(response.status());
            sendHeaders(response.fields());
            endHeaders();
            done = response.body().isPresent();
            return response.body();
        } finally {
            if (!done) {
                chosen.file().close();
            }
        }
    }

    private Optional<FileBody> sendIndexPage(UrlPath url, Path directory) throws IOException {
        for (String name : files.indexPages()) {
            if (!isServed(url.child(Octets.ofText(name)))) {
                continue;
            }
            switch (lookup(directory.resolve(name))) {
                case Lookup.Found(ServedFile file) -> {
                    return sendFile(file, directory.resolve(name));
                }
                case Lookup.Forbidden() -> {
                    return sendForbidden("No permission to read file");
                }
                case Lookup.Unknown() -> {
                    return Optional.empty();
                }
                case Lookup.FoundDirectory ignored -> {}
                case Lookup.Missing() -> {}
            }
        }
        return files.listings() ? listDirectory(directory) : sendForbidden("Directory listings are off");
    }

    private Optional<ServedFile> firstIndexPage(UrlPath url, Path directory) throws IOException {
        if (files.indexPages().isEmpty()
                || !isServed(url.child(Octets.ofText(files.indexPages().getFirst())))) {
            return Optional.empty();
        }
        return lookup(indexPath(directory)) instanceof Lookup.Found(ServedFile file)
                ? Optional.of(file)
                : Optional.empty();
    }

    private Path indexPath(Path directory) {
        return directory.resolve(files.indexPages().getFirst());
    }

    /** Looks a path up and refuses what may not be served where it really lies: a link must not lead around {@link #isServed}. */
    private Lookup lookup(Path path) throws IOException {
        Lookup lookup = immediate() ? files.lookupNow(mount, path) : files.lookup(mount, path);
        if (lookup instanceof Lookup.Unknown) {
            postpone();
        }
        @Nullable
        Path real = switch (lookup) {
            case Lookup.Found(ServedFile file) -> file.real();
            case Lookup.FoundDirectory(Path directory) -> directory;
            case Lookup.Missing() -> null;
            case Lookup.Unknown() -> null;
            case Lookup.Forbidden() -> null;
        };
        if (real == null) {
            return lookup;
        }
        if (isServedAt(real)) {
            checkPlaces(real, lookup);
            return lookup;
        }
        if (lookup instanceof Lookup.Found(ServedFile file)) {
            file.close();
        }
        return new Lookup.Missing();
    }

    private void checkPlaces(Path real, Lookup lookup) throws IOException {
        try {
            for (UrlPath place : files.mounts().urlsOf(real)) {
                exchange().access().checkPlace(exchange().request(), place);
            }
        } catch (HttpException e) {
            if (lookup instanceof Lookup.Found(ServedFile file)) {
                file.close();
            }
            throw e;
        }
    }

    /** Tells whether what really lies at a path is served: not what is only sent when a script asks for it. */
    private boolean isServedAt(Path real) {
        for (HandedOver place : files.handedOver()) {
            Path directory = place.root().directory();
            boolean within = directory.startsWith(mount.root().directory())
                    && !directory.equals(mount.root().directory());
            if (within && real.startsWith(directory)) {
                return false;
            }
        }
        return isServedReally(real);
    }

    /** Tells whether what really lies at a path, links followed, is served: at every URL path that it has by its place, so that no mount leads around a guard of another. */
    boolean isServedReally(Path real) {
        for (UrlPath place : files.mounts().urlsOf(real)) {
            if (!isServed(place)) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether an entry of a directory is listed: not when its URL path leads elsewhere, to another mount. */
    private boolean isListed(UrlPath entry) {
        return files.mounts().of(entry).equals(mount) && isServed(entry);
    }

    private Optional<FileBody> redirectToSlash(UrlPath url) throws IOException {
        // Made of the names alone, so that it never begins with two slashes: that would be another host
        // (CVE-2021-28861).
        var location = new StringBuilder();
        url.names().forEach(name -> location.append('/').append(UrlPath.encode(name)));
        location.append('/');
        String target = path();
        int mark = target.indexOf('?');
        sendResponse(301);
        sendHeader("Location", mark < 0 ? location.toString() : location + target.substring(mark));
        sendHeader("Content-Length", "0");
        endHeaders();
        return Optional.empty();
    }

    /** Returns the configured page of an error; empty: the built-in one is sent. */
    @Override
    final Optional<ByteBuffer> errorPage(int code) {
        return files.errorPages().page(code);
    }

    private Optional<FileBody> sendNotFound() throws IOException {
        sendError(404, "File not found");
        return Optional.empty();
    }

    private Optional<FileBody> sendForbidden(String message) throws IOException {
        sendError(403, message);
        return Optional.empty();
    }
}
