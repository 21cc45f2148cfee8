package dev.htbin.handler;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.http.Fields;
import dev.htbin.http.Html;
import java.nio.ByteBuffer;

/**
 * The page that tells of an error (Python: {@code error_message_format}).
 *
 * @param html the page; empty for a status that has no body
 * @param fields what describes it
 */
record ErrorPage(ByteBuffer html, Fields fields) {
    /** Returns a page of somebody's own, which may load what it likes. */
    static ErrorPage custom(ByteBuffer html) {
        return new ErrorPage(
                html,
                Fields.empty()
                        .plus("Content-Type", "text/html")
                        .plus("Content-Length", Integer.toString(html.remaining()))
                        .plus("X-Content-Type-Options", "nosniff"));
    }

    /** Returns the page of an error; message and explanation are text and are escaped. */
    static ErrorPage of(int code, String message, String explain) {
        if (code == 204 || code == 205 || code == 304) {
            return new ErrorPage(ByteBuffer.allocate(0), Fields.empty());
        }
        String line = explain.isEmpty()
                ? ""
                : "        <p>Error code explanation: %d - %s</p>\n".formatted(code, Html.escape(sentence(explain)));
        String html = """
                <!DOCTYPE HTML>
                <html lang="en">
                    <head>
                        <meta charset="utf-8">
                        <meta name="viewport" content="width=device-width, initial-scale=1">
                        <style>
                            :root { color-scheme: light dark; font-family: system-ui, sans-serif; }
                            body { max-width: 40em; margin: 2em auto; padding: 0 1em; overflow-wrap: anywhere; }
                        </style>
                        <title>Error response</title>
                    </head>
                    <body>
                        <h1>Error response</h1>
                        <p>Error code: %d</p>
                        <p>Message: %s</p>
                %s    </body>
                </html>
                """.formatted(code, Html.escape(sentence(message)), line);
        byte[] octets = html.getBytes(UTF_8);
        return new ErrorPage(ByteBuffer.wrap(octets), fields(octets.length));
    }

    private static Fields fields(int bytes) {
        return Fields.empty()
                .plus("Content-Type", "text/html;charset=utf-8")
                .plus("Content-Length", Integer.toString(bytes))
                .plus("X-Content-Type-Options", "nosniff")
                .plus("Content-Security-Policy", Html.POLICY);
    }

    ByteBuffer octets() {
        return html.duplicate();
    }

    private static String sentence(String text) {
        return text.endsWith(".") || text.endsWith("!") || text.endsWith("?") ? text : text + ".";
    }
}
