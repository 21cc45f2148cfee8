package dev.htbin.jetty;

import dev.htbin.http.Field;
import dev.htbin.http.ResponseHead;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/** The fields of a response without what the engine decides itself: the framing, and the connection's end. */
final class ResponseFields {
    private static final KnownFields KNOWN = new KnownFields();

    private final List<HttpField> fields;
    private long contentLength;
    private boolean closes;
    private boolean dated;
    private boolean named;

    /**
     * Sorts out the fields of a head.
     *
     * @param length the length of the body if the engine knows it, else -1
     */
    ResponseFields(ResponseHead head, long length) {
        fields = new ArrayList<>(head.fields().size() + 3);
        contentLength = length;
        for (Field field : head.fields()) {
            sort(field);
        }
        if (length >= 0) {
            contentLength = length;
        }
        if (head.bodiless()) {
            contentLength = -1;
        }
    }

    private void sort(Field field) {
        HttpField known = KNOWN.get(field);
        if (known != null) {
            fields.add(known);
            return;
        }
        HttpHeader header = HttpHeader.CACHE.get(field.name());
        if (header == null) {
            fields.add(KNOWN.put(field, new HttpField(field.name(), field.value())));
            return;
        }
        switch (header) {
            case CONTENT_LENGTH -> contentLength = lengthOf(field);
            case CONNECTION -> closes |= RequestHead.hasToken(field.value(), "close");
            case TRANSFER_ENCODING, KEEP_ALIVE, PROXY_CONNECTION, UPGRADE, TRAILER -> {
                // Hop-by-hop: the engine's own.
            }
            default -> {
                boolean special = header == HttpHeader.DATE || header == HttpHeader.SERVER;
                dated |= header == HttpHeader.DATE;
                named |= header == HttpHeader.SERVER;
                fields.add(
                        special
                                ? new HttpField(header, field.name(), field.value())
                                : KNOWN.put(field, new HttpField(header, field.name(), field.value())));
            }
        }
    }

    private static long lengthOf(Field field) {
        try {
            long length = Long.parseLong(field.value());
            if (length >= 0) {
                return length;
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw new IllegalArgumentException("Content-Length: '%s' (expected: digits)".formatted(field.value()));
    }

    boolean closes() {
        return closes;
    }

    /** Returns the length of the body, -1 when it is not known or there is none. */
    long contentLength() {
        return contentLength;
    }

    void addTo(HttpFields.Mutable target, Request request, HttpField software, boolean close) {
        for (HttpField field : fields) {
            target.add(field);
        }
        if (!dated) {
            target.add(
                    request.getConnectionMetaData().getConnector().getServer().getDateField());
        }
        if (!named) {
            target.add(software);
        }
        if (contentLength >= 0) {
            target.put(HttpHeader.CONTENT_LENGTH, contentLength);
        }
        if (close) {
            target.add(HttpFields.CONNECTION_CLOSE);
        }
    }
}
