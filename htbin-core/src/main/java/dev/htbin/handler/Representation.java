package dev.htbin.handler;

import dev.htbin.file.Coding;
import dev.htbin.file.FileBody;
import dev.htbin.file.ServedFile;
import dev.htbin.http.Field;
import dev.htbin.http.Validators;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * In which form a file is sent.
 *
 * @param file what lies in the file system: the file, or its compressed form
 * @param mediaType that of the file, not of its compressed form
 * @param coding the content coding; empty: the file as it is
 * @param now whether the coding is made now, so that its length is not known and no part can be sent
 * @param varies whether another client might get another form
 * @param cacheControl the value of {@code Cache-Control}; empty: it is left out
 */
record Representation(
        ServedFile file, String mediaType, Optional<Coding> coding, boolean now, boolean varies, String cacheControl) {
    /** The file as it is, the only form. */
    Representation(ServedFile file, String mediaType, String cacheControl) {
        this(file, mediaType, Optional.empty(), false, false, cacheControl);
    }

    /**
     * Returns by what a client tells whether it has this. What is compressed now has a weak tag of its own: another version of the server may compress it otherwise.
     *
     * @spec https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3 RFC 9110 section 8.8.3.3
     */
    Validators validators() {
        if (!now) {
            return file.validators();
        }
        String strong = file.validators().etag();
        String weak = "W/" + strong.substring(0, strong.length() - 1) + "-gzip\"";
        return new Validators(weak, file.validators().lastModified());
    }

    /** Returns the fields of a response without a body, 304, and of every other. */
    List<Field> validatorFields() {
        var fields = new ArrayList<Field>(8);
        fields.add(new Field("Last-Modified", file.lastModified()));
        fields.add(new Field("ETag", validators().etag()));
        if (!cacheControl.isEmpty()) {
            fields.add(new Field("Cache-Control", cacheControl));
        }
        if (varies) {
            fields.add(new Field("Vary", "Accept-Encoding"));
        }
        return fields;
    }

    /** Tells whether it must be compressed yet. */
    boolean needsWork() {
        return now && file.forms().gzip().isEmpty();
    }

    /** Returns the whole of it. */
    FileBody body() {
        return now ? compressed() : file.body();
    }

    /** Returns what is compressed now: from memory, when it was compressed before. */
    private FileBody compressed() {
        if (!(file.body() instanceof FileBody.Memory memory)) {
            return new FileBody.Gzip(file.body());
        }
        return file.forms().gzip().orElseGet(() -> file.forms().gzipOf(memory));
    }
}
