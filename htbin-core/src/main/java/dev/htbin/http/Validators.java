package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * By what a client tells whether it has the current state of a file.
 *
 * @param etag an entity tag, quotes included; a weak one begins with {@code W/}
 * @param lastModified in whole seconds
 */
public record Validators(String etag, Instant lastModified) {
    public Validators {
        requireNonNull(etag, "etag");
        requireNonNull(lastModified, "lastModified");
    }
}
