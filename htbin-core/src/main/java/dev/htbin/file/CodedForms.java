package dev.htbin.file;

import dev.htbin.http.Field;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is known of a file beside its octets, above all of its compressed forms; kept with it as long as it is. Safe for use by several threads. */
public final class CodedForms {
    private final Path path;
    private volatile @Nullable Set<Coding> beside;
    private volatile @Nullable ByteBuffer gzip;
    private volatile @Nullable Description description;

    private record Description(String mediaType, String cacheControl, boolean varies, List<Field> fields) {}

    CodedForms(Path path) {
        this.path = path;
    }

    /**
     * Returns in which codings something lies beside the file, under its name and the coding's ending. What it is, and whether it is served, a look-up of
     * {@link #pathOf} tells. Looked at when first asked, and once a second for a file that is kept.
     */
    public Set<Coding> beside() {
        Set<Coding> known = beside;
        if (known == null) {
            EnumSet<Coding> found = EnumSet.noneOf(Coding.class);
            for (Coding coding : Coding.values()) {
                if (Files.exists(pathOf(coding))) {
                    found.add(coding);
                }
            }
            known = Collections.unmodifiableSet(found);
            beside = known;
        }
        return known;
    }

    /** Tells whether {@link #beside} must look at the directory. */
    public boolean needsLook() {
        return beside == null;
    }

    /** Returns where a compressed form lies, if there is one. */
    public Path pathOf(Coding coding) {
        return path.resolveSibling(path.getFileName() + coding.ending());
    }

    /** What lies beside the file is to be looked at again. */
    void forgetBeside() {
        beside = null;
    }

    /**
     * Returns the fields that describe the whole file as it is: the same ones for the same arguments, as far as they were the last ones.
     *
     * @param make makes the fields
     */
    public List<Field> description(String mediaType, String cacheControl, boolean varies, Supplier<List<Field>> make) {
        Description known = description;
        if (known == null
                || known.varies() != varies
                || !known.mediaType().equals(mediaType)
                || !known.cacheControl().equals(cacheControl)) {
            known = new Description(mediaType, cacheControl, varies, List.copyOf(make.get()));
            description = known;
        }
        return known.fields();
    }

    /** Returns the gzip form if it was made before. */
    public Optional<FileBody.Memory> gzip() {
        return Optional.ofNullable(gzip).map(octets -> new FileBody.Memory(octets.duplicate()));
    }

    /** Makes the gzip form of a file in memory, and keeps it. */
    public FileBody.Memory gzipOf(FileBody.Memory file) {
        try (InputStream coded = new GzipStream(file.stream(), file.length())) {
            ByteBuffer octets = ByteBuffer.wrap(coded.readAllBytes()).asReadOnlyBuffer();
            gzip = octets;
            return new FileBody.Memory(octets.duplicate());
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }
}
