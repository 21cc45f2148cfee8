package dev.htbin.jetty;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;

/**
 * Sends the fields that a response will have before it.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc8297 RFC 8297
 */
final class EarlyHints {
    /** What concerns the connection or a body, which an interim response has not. */
    private static final Set<HttpHeader> LEFT_OUT = Set.of(
            HttpHeader.CONNECTION,
            HttpHeader.KEEP_ALIVE,
            HttpHeader.PROXY_CONNECTION,
            HttpHeader.UPGRADE,
            HttpHeader.TRAILER,
            HttpHeader.TRANSFER_ENCODING,
            HttpHeader.CONTENT_LENGTH);

    private EarlyHints() {}

    static Blocking send(Response response, Fields hints) {
        HttpFields.Mutable fields = HttpFields.build();
        for (Field field : hints) {
            HttpHeader header = HttpHeader.CACHE.get(field.name());
            if (header == null || !LEFT_OUT.contains(header)) {
                fields.add(field.name(), field.value());
            }
        }
        var sent = new Blocking();
        var _ = response.writeInterim(HttpStatus.EARLY_HINTS_103, fields).whenComplete((_, failure) -> {
            if (failure == null) {
                sent.succeeded();
            } else {
                sent.failed(failure);
            }
        });
        return sent;
    }
}
