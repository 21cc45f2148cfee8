package dev.htbin.http;

import java.util.Optional;

/** Lets everybody make every request. */
enum OpenAccess implements Access {
    OPEN;

    @Override
    public Optional<Authentication> authenticate(Request request) {
        return Optional.empty();
    }

    @Override
    public void checkPlace(Request request, UrlPath place) {}
}
