package dev.htbin.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Several parts of a file as the body of one response.
 *
 * @param contentType with the boundary
 * @param body the parts with their heads; its length is known
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-14.6 RFC 9110 section 14.6
 */
public record Multipart(String contentType, FileBody.Joined body) {
    /**
     * Puts parts together. The boundary is of 128 random bits, so that no file holds it but by intent of who knows it.
     *
     * @param mediaType that of the file
     * @param file the whole file, which is closed with the body
     */
    public static Multipart of(List<RangeSelection.Part> parts, String mediaType, FileBody.Plain file) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        String boundary = hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
        long bytes = file.length();
        var pieces = new ArrayList<FileBody.Plain>();
        String before = "";
        for (RangeSelection.Part part : parts) {
            pieces.add(text("%s--%s\r\nContent-Type: %s\r\nContent-Range: bytes %d-%d/%d\r\n\r\n"
                    .formatted(before, boundary, mediaType, part.first(), part.last(), bytes)));
            pieces.add(file.slice(part.first(), part.length()));
            before = "\r\n";
        }
        pieces.add(text("\r\n--%s--\r\n".formatted(boundary)));
        return new Multipart("multipart/byteranges; boundary=" + boundary, new FileBody.Joined(pieces));
    }

    private static FileBody.Memory text(String octets) {
        return new FileBody.Memory(ByteBuffer.wrap(octets.getBytes(ISO_8859_1)));
    }
}
