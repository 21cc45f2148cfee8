package dev.htbin.jetty;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.util.Callback;

/**
 * Gives a response its reason phrase and version, for which Jetty's own response has no room, and takes the length away that Jetty gives to one that has no body: that of
 * 304 would be the file's (RFC 9110 section 8.6).
 */
final class ResponseStream extends HttpStream.Wrapper {
    private final String reason;
    private final HttpVersion version;

    ResponseStream(HttpStream stream, String reason, HttpVersion version) {
        super(stream);
        this.reason = reason;
        this.version = version;
    }

    @Override
    public void send(
            MetaData.Request request,
            MetaData.@org.jspecify.annotations.Nullable Response response,
            boolean last,
            @org.jspecify.annotations.Nullable ByteBuffer content,
            Callback callback) {
        if (response != null && response.getStatus() == 100 && request.getHttpVersion() == HttpVersion.HTTP_1_0) {
            // A client of HTTP/1.0 knows no interim responses (RFC 9110 section 10.1.1).
            callback.succeeded();
            return;
        }
        if (response == null || response.getStatus() < 200) {
            super.send(request, response, last, content, callback);
            return;
        }
        boolean bodiless = response.getStatus() == 204 || response.getStatus() == 304;
        var named = new MetaData.Response(
                response.getStatus(),
                reason.isEmpty() ? null : reason,
                version,
                bodiless ? withoutLength(response.getHttpFields()) : response.getHttpFields(),
                bodiless ? -1 : response.getContentLength(),
                response.getTrailersSupplier());
        super.send(request, named, last, content, callback);
    }

    private static HttpFields withoutLength(HttpFields fields) {
        return HttpFields.build(fields).remove(HttpHeader.CONTENT_LENGTH).asImmutable();
    }
}
