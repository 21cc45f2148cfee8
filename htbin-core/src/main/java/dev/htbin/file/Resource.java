package dev.htbin.file;

import dev.htbin.http.DocumentRoot;
import dev.htbin.http.HttpException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * What lies at a path below the root, and the guard that nothing else is ever opened.
 *
 * <p>A resource is a plain file or a directory whose real path, all symbolic links followed, lies in the root and has no name that begins with a dot. A
 * file is opened by walking from the root through its real path without following any link, so one that is swapped in meanwhile is not followed either.
 */
sealed interface Resource {
    /** The names of a real path that begin with a dot are never served. */
    String HIDDEN = ".";

    /** How often a file is opened that seems to be there before it is given up. */
    int ATTEMPTS = 3;

    /**
     * A plain file, open.
     *
     * @param real its real path
     * @param channel open for reading; whoever has it closes it
     * @param stamp its state when it was opened
     */
    record OpenFile(Path real, FileChannel channel, FileStamp stamp) implements Resource {}

    /** A directory. */
    record Directory(Path real) implements Resource {}

    /** Nothing that is served. */
    record Missing() implements Resource {}

    /** Something that this process may not read. */
    record Forbidden() implements Resource {}

    /**
     * Returns what lies at a path.
     *
     * @throws HttpException with 503 if it lies there but can't be opened just now: the descriptor table is full
     */
    static Resource at(DocumentRoot root, Path path) {
        try {
            Path real = path.toRealPath();
            if (!isInside(root, real)) {
                return new Missing();
            }
            BasicFileAttributes attributes =
                    Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isDirectory()) {
                return new Directory(real);
            }
            return attributes.isRegularFile() ? openNow(root, real) : new Missing();
        } catch (AccessDeniedException e) {
            return new Forbidden();
        } catch (IOException e) {
            // Absent, a loop of links, a name that is too long: there is nothing that could be served.
            return new Missing();
        }
    }

    private static Resource openNow(DocumentRoot root, Path real) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return open(root, real);
            } catch (AccessDeniedException | NoSuchFileException e) {
                throw e;
            } catch (IOException e) {
                if (!isOpenable(root)) {
                    throw new HttpException(503, "The server is out of resources. Try again later.");
                }
                // A link was swapped in, or a descriptor has become free since.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Tells whether the root can be opened, for which nothing but a descriptor can be missing. */
    private static boolean isOpenable(DocumentRoot root) {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(root.directory())) {
            var _ = stream.iterator();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Tells whether a real path lies in the root or is it, and has no hidden name on the way. */
    static boolean isInside(DocumentRoot root, Path real) {
        if (!real.startsWith(root.directory())) {
            return false;
        }
        for (int i = root.directory().getNameCount(); i < real.getNameCount(); i++) {
            if (real.getName(i).toString().startsWith(HIDDEN)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Opens a file by its real path, which was seen to lie in the root; what has changed since is not followed out of it.
     *
     * @throws IOException if a name on the way is a link by now, or something can't be opened
     */
    static Resource open(DocumentRoot root, Path real) throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(root.directory())) {
            if (stream instanceof SecureDirectoryStream<Path> directory) {
                return openBelow(directory, root.directory().relativize(real), real);
            }
        }
        BasicFileAttributes attributes =
                Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return opened(real, attributes, FileChannel.open(real, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    private static Resource openBelow(SecureDirectoryStream<Path> directory, Path relative, Path real)
            throws IOException {
        Path name = relative.getName(0);
        if (relative.getNameCount() > 1) {
            try (var next = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                return openBelow(next, relative.subpath(1, relative.getNameCount()), real);
            }
        }
        BasicFileAttributes attributes = directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
        if (!attributes.isRegularFile()) {
            return new Missing();
        }
        Set<OpenOption> options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        return opened(real, attributes, (FileChannel) directory.newByteChannel(name, options));
    }

    private static Resource opened(Path real, BasicFileAttributes attributes, FileChannel channel) throws IOException {
        FileStamp stamp = FileStamp.of(attributes);
        return new OpenFile(real, channel, new FileStamp(stamp.fileKey(), stamp.modifiedNanos(), channel.size()));
    }
}
