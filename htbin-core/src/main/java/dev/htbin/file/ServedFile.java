package dev.htbin.file;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Validators;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that is about to be sent. Closing it closes the body.
 *
 * @param real its real path: in the root, no link on the way
 * @param validators by what clients tell whether they have this state
 * @param lastModified the validators' time as a header field has it
 * @param body the whole file
 */
public record ServedFile(Path real, Validators validators, String lastModified, FileBody body) implements Closeable {
    public ServedFile {
        requireNonNull(real, "real");
        requireNonNull(validators, "validators");
        requireNonNull(lastModified, "lastModified");
        requireNonNull(body, "body");
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
