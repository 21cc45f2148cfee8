package dev.htbin.http;

import java.util.Optional;

/**
 * Who may make a request. What stands before a handler and asks for users gives its exchanges one; handlers ask it again before they answer with what another
 * request, or another path, would be answered with. Used by one thread at a time.
 */
public interface Access {
    /** Returns the access of a server that asks nobody. */
    static Access open() {
        return OpenAccess.OPEN;
    }

    /**
     * Tells who makes a request: the exchange's own, or one that takes its place, such as that of a script's local redirect. To ask again costs little.
     *
     * @return who; empty when this request is anybody's
     * @throws HttpException if the client may not make it: 401 and 429, 503, or 400 when the request can't be understood
     */
    Optional<Authentication> authenticate(Request request);

    /**
     * Makes sure that the client may also ask for what answers its request by the path at which that really lies: that of an index page, of what a link leads
     * to, of a name as it is spelled on disk.
     *
     * @param request the request that is answered; method and query are its
     * @param place the path, below the root that is served
     * @throws HttpException as {@link #authenticate} does
     */
    void checkPlace(Request request, UrlPath place);
}
