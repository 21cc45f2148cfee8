package dev.htbin.handler;

import dev.htbin.file.FileConfig;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Real files, and requests for them over exchanges in memory. */
abstract class FilesFixture {
    /** Holds the root, and what must not be served beside it. */
    @TempDir
    Path temp;

    /** What is served, without links in its path. */
    Path root = Path.of("/");

    @BeforeEach
    void makeFiles() throws IOException {
        root = Files.createDirectory(temp.resolve("root")).toRealPath();
        write("a.txt", "0123456789");
        write("dir/index.htm", "htm");
        write("list/b & <c>.txt", "x");
        write("list/sub/x", "x");
        write("both/index.html", "html");
        write("both/index.htm", "htm");
        write(".secret", "hidden");
        write("list/.git/config", "hidden");
        Files.writeString(temp.resolve("outside"), "outside");
    }

    /** Writes a file below the root, last modified on 6 November 1994. */
    Path write(String name, String content) throws IOException {
        Path path = root.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
        return Files.setLastModifiedTime(path, FileTime.from(Instant.parse("1994-11-06T08:49:37Z")));
    }

    /** Returns the handler of the root with default settings. */
    HttpHandler handler() throws IOException {
        FileConfig files = FileConfig.of(root);
        return BaseHttpRequestHandler.perRequest(exchange -> new SimpleHttpRequestHandler(exchange, files));
    }

    /** Returns the response to a GET with these header lines. */
    String get(String target, String... fields) throws IOException {
        return get(handler(), target, fields);
    }

    /** Returns the handler of a configuration. */
    static HttpHandler handler(FileConfig files) {
        return SimpleHttpRequestHandler.serving(files);
    }

    /** Returns a handler's response to a GET with these header lines. */
    static String get(HttpHandler handler, String target, String... fields) {
        return MemoryExchange.answer(
                handler,
                "GET " + target + " HTTP/1.1\n" + String.join("\n", fields) + (fields.length > 0 ? "\n" : "") + "\n");
    }

    /** Returns the value of a field of a response; a dash when it is not there. */
    static String field(String response, String name) {
        String head = response.substring(0, response.indexOf("\r\n\r\n") + 2);
        int at = head.indexOf("\r\n" + name + ": ");
        return at < 0 ? "-" : head.substring(at + name.length() + 4, head.indexOf("\r\n", at + 2));
    }

    /** Returns what follows the head of a response. */
    static String body(String response) {
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }
}
