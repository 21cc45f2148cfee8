package dev.htbin.file;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Validators;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A file that is about to be sent. Closing it closes the body.
 *
 * @param real its real path: in the root, no link on the way
 * @param validators by what clients tell whether they have this state
 * @param lastModified the validators' time as a header field has it
 * @param modified when it was modified, as exactly as the file system knows it
 * @param forms what compressed forms it has
 * @param body the whole file
 */
public record ServedFile(
        Path real, Validators validators, String lastModified, Instant modified, CodedForms forms, FileBody.Plain body)
        implements Closeable {
    public ServedFile {
        requireNonNull(real, "real");
        requireNonNull(validators, "validators");
        requireNonNull(lastModified, "lastModified");
        requireNonNull(modified, "modified");
        requireNonNull(forms, "forms");
        requireNonNull(body, "body");
    }

    /** Returns the file with another body. */
    ServedFile with(FileBody.Plain other) {
        return new ServedFile(real, validators, lastModified, modified, forms, other);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
