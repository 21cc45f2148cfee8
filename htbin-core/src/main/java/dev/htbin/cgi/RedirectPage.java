package dev.htbin.cgi;

import dev.htbin.http.Exchange;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The body of a redirect whose script gave none: a link to where it leads.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-15.4 RFC 9110 section 15.4
 */
final class RedirectPage {
    private RedirectPage() {}

    /** Sends the redirect with that body. */
    static void send(CgiResponse.ClientRedirect redirect, Exchange exchange) throws IOException {
        String link = escape(redirect.location());
        String page = """
                <!DOCTYPE html>
                <html lang="en">
                <head><meta charset="utf-8"><title>Redirect</title></head>
                <body><p>The document is at <a href="%s">%s</a>.</p></body>
                </html>
                """.formatted(link, link);
        ResponseHead head = redirect.head();
        exchange.respond(
                new ResponseHead(
                        head.status(),
                        head.reason(),
                        head.fields()
                                .with("Content-Type", "text/html; charset=utf-8")
                                .with("X-Content-Type-Options", "nosniff")),
                ByteBuffer.wrap(page.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String escape(String octets) {
        return octets.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
