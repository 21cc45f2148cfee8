package dev.htbin.cgi;

import dev.htbin.http.Exchange;
import dev.htbin.http.ResponseHead;

/** An exchange that takes some responses of scripts over: what body they have is neither used nor waited for, nor held to a length. */
public interface TakesOver extends Exchange {
    /** Tells whether a response with this head is taken over. */
    boolean takesOver(ResponseHead head);
}
