package dev.htbin.handler;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.htbin.http.Fields;
import dev.htbin.http.Html;
import java.nio.ByteBuffer;

/**
 * The page that tells of an error (Python: {@code error_message_format}).
 *
 * @param html the page; empty for a status that has no body
 */
record ErrorPage(String html) {
    /** Returns the page of an error; message and explanation are text and are escaped. */
    static ErrorPage of(int code, String message, String explain) {
        if (code == 204 || code == 205 || code == 304) {
            return new ErrorPage("");
        }
        String line = explain.isEmpty()
                ? ""
                : "        <p>Error code explanation: %d - %s</p>\n".formatted(code, Html.escape(sentence(explain)));
        return new ErrorPage("""
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
                """.formatted(code, Html.escape(sentence(message)), line));
    }

    Fields fields() {
        return html.isEmpty()
                ? Fields.empty()
                : Fields.empty()
                        .plus("Content-Type", "text/html;charset=utf-8")
                        .plus("Content-Length", Integer.toString(html.getBytes(UTF_8).length))
                        .plus("X-Content-Type-Options", "nosniff")
                        .plus("Content-Security-Policy", Html.POLICY);
    }

    ByteBuffer octets() {
        return ByteBuffer.wrap(html.getBytes(UTF_8));
    }

    private static String sentence(String text) {
        return text.endsWith(".") || text.endsWith("!") || text.endsWith("?") ? text : text + ".";
    }
}
