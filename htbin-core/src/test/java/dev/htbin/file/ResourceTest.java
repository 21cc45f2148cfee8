package dev.htbin.file;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.htbin.http.DocumentRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens between the check of a path and its opening, step by step instead of by luck. */
class ResourceTest {
    @TempDir
    Path temp;

    private DocumentRoot root = new DocumentRoot(Path.of("/"));
    private Path outside = Path.of("/");

    @BeforeEach
    void makeFiles() throws IOException {
        root = DocumentRoot.of(Files.createDirectory(temp.resolve("root")));
        outside = Files.createDirectory(temp.resolve("outside"));
        Files.writeString(outside.resolve("file"), "secret");
    }

    private Path checked() throws IOException {
        Path file = root.directory().resolve("a/b/file");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "inside");
        var open = assertInstanceOf(Resource.OpenFile.class, Resource.at(root, file));
        open.channel().close();
        return open.real();
    }

    @Test
    void directoryReplacedByALinkAfterTheCheckIsNotFollowed() throws IOException {
        Path file = checked();
        Files.move(root.directory().resolve("a/b"), temp.resolve("moved"));
        Files.createSymbolicLink(root.directory().resolve("a/b"), outside);
        assertNotOpened(file);
    }

    @Test
    void firstDirectoryReplacedByALinkAfterTheCheckIsNotFollowed() throws IOException {
        Path file = checked();
        Files.createDirectory(outside.resolve("b"));
        Files.writeString(outside.resolve("b/file"), "secret");
        Files.move(root.directory().resolve("a"), temp.resolve("moved"));
        Files.createSymbolicLink(root.directory().resolve("a"), outside);
        assertNotOpened(file);
    }

    @Test
    void fileReplacedByALinkAfterTheCheckIsNotFollowed() throws IOException {
        Path file = checked();
        Files.delete(file);
        Files.createSymbolicLink(file, outside.resolve("file"));
        assertNotOpened(file);
    }

    private void assertNotOpened(Path file) throws IOException {
        Resource opened;
        try {
            opened = Resource.open(root, file);
        } catch (IOException e) {
            assertNotEquals("", e.toString());
            return;
        }
        assertInstanceOf(Resource.Missing.class, opened);
    }
}
