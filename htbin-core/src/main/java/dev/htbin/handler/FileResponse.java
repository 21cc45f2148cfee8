package dev.htbin.handler;

import dev.htbin.file.FileBody;
import dev.htbin.file.Multipart;
import dev.htbin.file.RangeSelection;
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpException;
import dev.htbin.http.Precondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The response to GET or HEAD for a file, preconditions and ranges regarded.
 *
 * @param fields those of the file, with the length of the body if it is known
 * @param body empty for 304; closing it closes the file
 */
record FileResponse(int status, List<Field> fields, Optional<FileBody> body) {
    /**
     * Returns the response.
     *
     * @param request the fields of the request
     * @param parts whether parts of the file may be sent: for GET
     * @throws HttpException with 412 if a precondition fails, with 416 if no range is one of the file
     * @spec https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2 RFC 9110 section 13.2.2
     */
    static FileResponse of(Fields request, boolean parts, Representation chosen) {
        return switch (Precondition.of(request, chosen.validators())) {
            case NOT_MODIFIED -> new FileResponse(304, chosen.validatorFields(), Optional.empty());
            case FAILED -> throw new HttpException(412, StatusText.of(412).explanation());
            case PROCEED -> parts && !chosen.now() ? selected(request, chosen) : whole(200, chosen);
        };
    }

    /** Returns the response with the whole file, whatever the request says. */
    static FileResponse whole(int status, Representation chosen) {
        FileBody body = chosen.body();
        List<Field> fields = chosen.coding().isPresent()
                ? described(chosen, chosen.mediaType(), body.length())
                : chosen.file()
                        .forms()
                        .description(
                                chosen.mediaType(),
                                chosen.cacheControl(),
                                chosen.varies(),
                                () -> described(chosen, chosen.mediaType(), body.length()));
        return new FileResponse(status, fields, Optional.of(body));
    }

    private static FileResponse selected(Fields request, Representation chosen) {
        FileBody.Plain file = chosen.file().body();
        long bytes = file.length();
        return switch (RangeSelection.of(request, chosen.validators(), bytes)) {
            case RangeSelection.Whole() -> whole(200, chosen);
            case RangeSelection.Part part -> {
                var fields = new ArrayList<Field>(8);
                fields.add(new Field("Content-Range", "bytes " + part.first() + "-" + part.last() + "/" + bytes));
                fields.addAll(described(chosen, chosen.mediaType(), part.length()));
                yield new FileResponse(206, fields, Optional.of(file.slice(part.first(), part.length())));
            }
            case RangeSelection.Parts(List<RangeSelection.Part> parts) -> {
                Multipart multipart = Multipart.of(parts, chosen.mediaType(), file);
                List<Field> fields = described(
                        chosen, multipart.contentType(), multipart.body().length());
                yield new FileResponse(206, fields, Optional.of(multipart.body()));
            }
            case RangeSelection.Unsatisfiable() ->
                throw new HttpException(
                        416,
                        "The file has " + bytes + " octets.",
                        Fields.empty().plus("Content-Range", "bytes */" + bytes));
        };
    }

    private static List<Field> described(Representation chosen, String mediaType, long bytes) {
        var fields = new ArrayList<Field>(10);
        fields.add(new Field("Content-Type", mediaType));
        if (bytes >= 0) {
            fields.add(new Field("Content-Length", Long.toString(bytes)));
        }
        chosen.coding().ifPresent(coding -> fields.add(new Field("Content-Encoding", coding.token())));
        fields.addAll(chosen.validatorFields());
        if (!chosen.now()) {
            fields.add(new Field("Accept-Ranges", "bytes"));
        }
        fields.add(new Field("X-Content-Type-Options", "nosniff"));
        return fields;
    }
}
