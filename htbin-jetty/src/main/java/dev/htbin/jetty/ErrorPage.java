package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpStatus;

/**
 * The page for a request that the engine refuses.
 *
 * @param status 400 to 599
 * @param message one sentence for the client, plain text
 */
record ErrorPage(int status, String message) implements Ending {
    /** The page for a failure of the server, which says nothing of it. */
    static final ErrorPage INTERNAL = new ErrorPage(500, "The server could not answer the request.");

    String reason() {
        return HttpStatus.getMessage(status);
    }

    byte[] html() {
        String page = """
                <!DOCTYPE html>
                <html lang="en">
                <head><meta charset="utf-8"><title>%1$d %2$s</title></head>
                <body><h1>%1$d %2$s</h1><p>%3$s</p></body>
                </html>
                """.formatted(status, escape(reason()), escape(message));
        return page.getBytes(UTF_8);
    }

    /** Returns the whole response, for a connection on which no request is being handled. */
    ByteBuffer response(String software) {
        byte[] html = html();
        String head = """
                HTTP/1.1 %d %s\r
                Server: %s\r
                Content-Type: text/html;charset=utf-8\r
                Content-Length: %d\r
                X-Content-Type-Options: nosniff\r
                Connection: close\r
                \r
                """.formatted(status, reason(), software, html.length);
        byte[] octets = head.getBytes(ISO_8859_1);
        return ByteBuffer.allocate(octets.length + html.length)
                .put(octets)
                .put(html)
                .flip();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
