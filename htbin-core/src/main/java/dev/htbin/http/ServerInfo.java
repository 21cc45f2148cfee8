package dev.htbin.http;

import static java.util.Objects.requireNonNull;

/**
 * What the server says of itself.
 *
 * @param software the {@code Server} field and {@code SERVER_SOFTWARE}, for example {@code htbin/0.1.0}
 * @param name the host name that stands in for a request without a usable {@code Host}
 */
public record ServerInfo(String software, String name) {
    public ServerInfo {
        requireNonNull(software, "software");
        requireNonNull(name, "name");
    }
}
