package dev.htbin.file;

import java.nio.file.Path;

/** What {@link FileConfig#lookup} and {@link FileConfig#lookupNow} find. */
public sealed interface Lookup {
    /** A plain file, open; whoever gets it closes it. */
    record Found(ServedFile file) implements Lookup {}

    /**
     * A directory.
     *
     * @param real its real path: in the root, no link on the way
     */
    record FoundDirectory(Path real) implements Lookup {}

    /** Nothing that is served: absent, hidden, outside of the root, or no plain file. */
    record Missing() implements Lookup {}

    /** Not known without waiting; only {@link FileConfig#lookupNow} says this. */
    record Unknown() implements Lookup {}

    /** Something that the server may not read. */
    record Forbidden() implements Lookup {}
}
