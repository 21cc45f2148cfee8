package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * By what a client tells whether it has the current state of a file.
 *
 * @param etag a strong entity tag, quotes included
 * @param lastModified in whole seconds
 */
public record Validators(String etag, Instant lastModified) {
    public Validators {
        requireNonNull(etag, "etag");
        requireNonNull(lastModified, "lastModified");
    }
}
