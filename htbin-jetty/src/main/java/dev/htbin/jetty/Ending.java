package dev.htbin.jetty;

/** What becomes of a connection after an exchange. An {@link ErrorPage}: that is sent, and the connection is closed. */
sealed interface Ending permits Ending.Kept, Ending.Closed, Ending.Broken, ErrorPage {
    /** The next request may come. */
    record Kept() implements Ending {}

    /** The response is complete and the last one. */
    record Closed() implements Ending {}

    /** The response is not complete, and the client must see that. */
    record Broken() implements Ending {}
}
