package dev.htbin.handler;

import dev.htbin.file.FileConfig;
import dev.htbin.file.HandedOver;
import dev.htbin.file.ServedFile;
import dev.htbin.http.Field;
import dev.htbin.http.HttpException;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import dev.htbin.http.ResponseHead;
import dev.htbin.http.UrlPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The file that a script named to be sent in its place.
 *
 * @param head the script's, which names it
 * @param name the field that does, and its value
 */
record FileByScript(ResponseHead head, Field name) {
    /** What the file itself says of these counts; the others are the script's. */
    private static final List<String> OF_THE_FILE =
            List.of("Content-Length", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified");

    /** Reads the name from a head that {@link HandOverExchange} kept. */
    static FileByScript of(ResponseHead head) {
        for (Field field : head.fields()) {
            if (field.is(HandOverExchange.SENDFILE) || field.is(HandOverExchange.ACCEL_REDIRECT)) {
                return new FileByScript(head, field);
            }
        }
        throw new IllegalArgumentException("head: %s (expected: one with a file's name)".formatted(head));
    }

    /** Returns where the file lies; empty if that is in none of the places that scripts may name. */
    Optional<HandedOver.Target> target(FileConfig files) {
        if (name.is(HandOverExchange.SENDFILE)) {
            return Octets.isUtf8(name.value())
                    ? HandedOver.ofPath(files.handedOver(), Octets.toText(name.value()))
                    : Optional.empty();
        }
        int end = name.value().indexOf('?');
        try {
            UrlPath url = UrlPath.parse(end < 0 ? name.value() : name.value().substring(0, end));
            return HandedOver.ofUrl(files.handedOver(), url);
        } catch (HttpException e) {
            // What the client would have been refused for is the script's fault here.
            return Optional.empty();
        }
    }

    /** Returns the media type that the script gave. */
    Optional<String> mediaType() {
        return head.fields().first("Content-Type");
    }

    /**
     * Returns the response: parts and preconditions are regarded when the script says 200 and the method is GET or HEAD, else the whole file has the script's status.
     *
     * @throws HttpException as {@link FileResponse#of}
     */
    FileResponse response(Request request, ServedFile file, String mediaType) {
        var chosen = new Representation(file, mediaType, "");
        boolean get = request.method().equals("GET");
        FileResponse plain = head.status() == 200 && (get || request.isHead())
                ? FileResponse.of(request.fields(), get, chosen)
                : FileResponse.whole(head.status(), chosen);
        var fields = new ArrayList<Field>(plain.fields());
        for (Field field : HandOverExchange.withoutNames(head.fields())) {
            boolean theFiles = OF_THE_FILE.stream().anyMatch(field::is);
            boolean described = field.is("Content-Type") || (plain.status() == 304 && field.is("Content-Encoding"));
            if (!theFiles && !described) {
                fields.removeIf(
                        other -> other.is(field.name()) && plain.fields().contains(other));
                fields.add(field);
            }
        }
        return new FileResponse(plain.status(), fields, plain.body());
    }
}
