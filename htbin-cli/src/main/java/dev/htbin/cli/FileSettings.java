package dev.htbin.cli;

import dev.htbin.file.CacheRule;
import dev.htbin.file.Compression;
import dev.htbin.file.ErrorPages;
import dev.htbin.file.FileCache;
import dev.htbin.file.FileConfig;
import dev.htbin.file.HandedOver;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Mounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How files are served.
 *
 * @param cached whether small ones are kept in memory
 * @param cacheRules what {@code Cache-Control} says of which files
 * @param compressed whether they are sent compressed
 * @param listed whether directories without an index page are listed
 * @param errorPages the directory of error pages
 * @param places what scripts may have sent
 */
record FileSettings(
        boolean cached,
        List<CacheRule> cacheRules,
        boolean compressed,
        boolean listed,
        Optional<Path> errorPages,
        List<Place> places) {
    FileSettings {
        cacheRules = List.copyOf(cacheRules);
        places = List.copyOf(places);
    }

    /**
     * A directory whose files scripts may have sent.
     *
     * @param urlPath that of {@code X-Accel-Redirect}, an octet string; empty: there is none
     */
    record Place(String urlPath, Path directory) {}

    /**
     * Reads the settings from the command line.
     *
     * @throws UsageException if a value is not what its option expects
     */
    static FileSettings of(Arguments arguments) {
        return new FileSettings(
                !arguments.has(Option.NO_CACHE),
                arguments.all(Option.CACHE_CONTROL).stream()
                        .map(FileSettings::cacheRule)
                        .toList(),
                arguments.has(Option.COMPRESS),
                !arguments.has(Option.NO_LISTING),
                arguments.last(Option.ERROR_PAGES).map(d -> Values.directory(Option.ERROR_PAGES, d)),
                arguments.all(Option.SENDFILE).stream().map(FileSettings::place).toList());
    }

    /**
     * Returns the configuration of these settings.
     *
     * @throws IOException if a directory does not exist or may not be read; the message names the option
     */
    FileConfig config(Mounts mounts) throws IOException {
        FileConfig config = new FileConfig(mounts.root()).withMounts(mounts.others());
        for (CacheRule rule : cacheRules) {
            config = config.withCacheRule(rule);
        }
        if (!cached) {
            config = config.withoutCache();
        }
        if (compressed) {
            config = config.withCompression(Compression.ALSO_NOW);
        }
        if (!listed) {
            config = config.withoutListings();
        }
        if (errorPages.isPresent()) {
            config = config.withErrorPages(named(Option.ERROR_PAGES, errorPages.get(), ErrorPages::of));
        }
        for (Place place : places) {
            DocumentRoot directory = named(Option.SENDFILE, place.directory(), DocumentRoot::of);
            config = config.withHandedOver(
                    cached
                            ? new HandedOver(place.urlPath(), directory)
                            : new HandedOver(place.urlPath(), directory, FileCache.ofBytes(0)));
        }
        return config;
    }

    @FunctionalInterface
    private interface Opening<T> {
        T of(Path directory) throws IOException;
    }

    private static <T> T named(Option option, Path directory, Opening<T> opening) throws IOException {
        try {
            return opening.of(directory);
        } catch (IOException e) {
            throw new IOException("%s: %s".formatted(option.longName(), e.getMessage()), e);
        }
    }

    private static CacheRule cacheRule(String value) {
        int equals = value.indexOf('=');
        if (equals > 0) {
            try {
                return new CacheRule(
                        value.substring(0, equals), value.substring(equals + 1).strip());
            } catch (IllegalArgumentException e) {
                // Refused below.
            }
        }
        throw Values.refused("--cache-control", value, "GLOB=VALUE, the value in printable ASCII");
    }

    private static Place place(String value) {
        Values.ForPath given = Values.forPath(Option.SENDFILE, value);
        return new Place(given.path(), Values.directory(Option.SENDFILE, given.value()));
    }
}
