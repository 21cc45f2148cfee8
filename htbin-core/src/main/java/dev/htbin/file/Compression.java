package dev.htbin.file;

import java.util.Locale;
import java.util.Set;

/** Whether files are sent compressed to clients that say that they can read it. */
public enum Compression {
    /** Never. */
    NONE,
    /** When the compressed form lies beside the file, with {@code .br}, {@code .zst} or {@code .gz} after its name, and is not older. */
    BESIDE,
    /** That, and what is text is compressed by gzip when no compressed form lies beside it. */
    ALSO_NOW;

    /** Less is not worth it: the response takes one packet in either form. */
    static final long LEAST_BYTES = 1024;

    /** More is for whoever publishes it to compress, once. */
    static final long MOST_BYTES = 16L << 20;

    private static final Set<String> TEXT = Set.of(
            "application/javascript",
            "application/json",
            "application/manifest+json",
            "application/rtf",
            "application/sql",
            "application/toml",
            "application/wasm",
            "application/xml",
            "application/x-sh",
            "application/x-tex",
            "application/yaml",
            "image/bmp",
            "image/vnd.microsoft.icon",
            "font/otf",
            "font/ttf");

    /**
     * Tells whether a file is compressed when it is asked for.
     *
     * @param mediaType parameters are ignored
     * @param bytes its length
     */
    public boolean now(String mediaType, long bytes) {
        return this == ALSO_NOW && bytes >= LEAST_BYTES && bytes <= MOST_BYTES && isText(mediaType);
    }

    private static boolean isText(String mediaType) {
        int semicolon = mediaType.indexOf(';');
        String type = (semicolon < 0 ? mediaType : mediaType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
        return type.startsWith("text/") || type.endsWith("+xml") || type.endsWith("+json") || TEXT.contains(type);
    }
}
