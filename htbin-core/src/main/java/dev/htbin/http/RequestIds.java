package dev.htbin.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** What tells a request from all others: in the log, in the response's {@link #FIELD}, and in a script's {@code UNIQUE_ID}. */
public final class RequestIds {
    /** The field of a response that tells its request's identifier. */
    public static final String FIELD = "X-Request-Id";

    private RequestIds() {}

    /** Returns a new identifier: 16 hexadecimal digits, by chance; no secret. */
    public static String next() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
