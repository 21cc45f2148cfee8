package dev.htbin.observe;

/** Is told of requests. Called by several threads at once. */
@FunctionalInterface
public interface RequestListener {
    /**
     * A request has been answered, or came to its end without an answer; of a request for a script, when the script has ended too, or a second after the response at
     * the latest. Must not block. What it throws is logged and harms nothing.
     *
     * @param request what is known of it
     */
    void ended(RequestReport request);
}
