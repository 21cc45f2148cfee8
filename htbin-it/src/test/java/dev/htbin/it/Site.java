package dev.htbin.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;

/** A document root with a cgi-bin, and beside it a folder of data that scripts may write to. All of it is open to the user that scripts run as. */
record Site(Path root, Path scripts, Path data) {
    static Site in(Path folder) throws IOException {
        Files.createDirectories(folder);
        mode(folder, "rwxr-xr-x");
        Path root = Files.createDirectories(folder.resolve("root"));
        Path scripts = Files.createDirectories(root.resolve("cgi-bin"));
        Path data = Files.createDirectories(folder.resolve("data"));
        mode(root, "rwxr-xr-x");
        mode(scripts, "rwxr-xr-x");
        mode(data, "rwxrwxrwx");
        var site = new Site(root, scripts, data);
        site.file("hello.txt", "hello, world\n");
        site.script("hello", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nhello from a script\\n'\n");
        return site;
    }

    /** Writes a file below the root. */
    Path file(String name, String text) throws IOException {
        Path path = root.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
        mode(path, "rw-r--r--");
        return path;
    }

    /** Writes a script, its text taken as ISO-8859-1. */
    Path script(String name, String text) throws IOException {
        Path path = scripts.resolve(name);
        Files.writeString(path, text, StandardCharsets.ISO_8859_1);
        mode(path, "rwxr-xr-x");
        return path;
    }

    /** Writes a file of data that a script reads. */
    Path datum(String name, String text) throws IOException {
        Path path = data.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
        mode(path, "rw-rw-rw-");
        return path;
    }

    /** Makes a folder of data that scripts may write to. */
    Path folder(String name) throws IOException {
        Path path = Files.createDirectories(data.resolve(name));
        mode(path, "rwxrwxrwx");
        return path;
    }

    /** Makes a named pipe among the data: to open it for reading waits for a writer, and the other way round. */
    Path fifo(String name) throws Exception {
        Path path = data.resolve(name);
        Run.of(data, Map.of(), new byte[0], "mkfifo", "-m", "666", path.toString())
                .good();
        return path;
    }

    /** Lets everybody read and write what is below a folder. */
    static void open(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                mode(path, Files.isDirectory(path) || Files.isExecutable(path) ? "rwxrwxrwx" : "rw-rw-rw-");
            }
        }
    }

    private static void mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
