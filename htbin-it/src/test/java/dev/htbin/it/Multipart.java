package dev.htbin.it;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A form with one file and one field, as a browser sends it. */
final class Multipart {
    static final String TYPE = "multipart/form-data; boundary=frontier";

    private Multipart() {}

    static byte[] of(byte[] file, String note) {
        var body = new ByteArrayOutputStream();
        body.writeBytes("""
                --frontier\r
                Content-Disposition: form-data; name="f"; filename="up.bin"\r
                Content-Type: application/x-test\r
                \r
                """.getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(file);
        body.writeBytes("""
                \r
                --frontier\r
                Content-Disposition: form-data; name="note"\r
                \r
                %s\r
                --frontier--\r
                """.formatted(note).getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }
}
