package dev.htbin.process.launch;

import dev.htbin.process.Stdin;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A standard input in a temporary file, which is deleted when neither its filler nor a process needs it any more: Windows deletes no open file. */
final class JdkStdin implements Stdin {
    private static final Path NOTHING =
            Path.of(System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");

    private @Nullable Path file;
    private @Nullable OutputStream out;
    private long size;
    private int holders = 1;
    private boolean closed;

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("standard input is closed");
        }
        OutputStream sink = out;
        if (sink == null) {
            if (length == 0) {
                return;
            }
            file = Files.createTempFile("htbin-stdin-", null);
            sink = Files.newOutputStream(file);
            out = sink;
        }
        sink.write(bytes, offset, length);
        size += length;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            release();
        }
    }

    /** Returns what a process is to read. */
    Redirect source() {
        Path written = file;
        return Redirect.from((written == null ? NOTHING : written).toFile());
    }

    /** Keeps the file for one process more. */
    synchronized void retain() throws IOException {
        if (holders == 0) {
            throw new IOException("standard input is closed");
        }
        holders++;
    }

    /** Gives it up, once for each hold. */
    synchronized void release() {
        holders--;
        if (holders > 0) {
            return;
        }
        try {
            if (out != null) {
                out.close();
            }
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
