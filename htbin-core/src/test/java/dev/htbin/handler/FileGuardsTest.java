package dev.htbin.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.file.FileConfig;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wire tests of what is never served: hostile paths, links, special files, what a subclass hides. */
class FileGuardsTest extends FilesFixture {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/absent",
                "/a.txt/",
                "/a.txt/x",
                "/.secret",
                "/list/.git/config",
                "/list/.git/",
                "/%2esecret",
                "/a%2Ftxt",
                "/list%2fsub%2fx",
                "/%FF",
                "/...",
                "/.well-known/x",
                "/dir/../.secret",
                "/a.txt/../.secret",
                "/a.txt%20"
            })
    void findsNothing(String target) throws IOException {
        assertTrue(get(target).startsWith("HTTP/1.1 404 File not found\r\n"), target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..",
                "/../outside",
                "/%2e%2e/outside",
                "/.%2e/outside",
                "/dir/../../outside",
                "/a%00.txt",
                "/a%0A",
                "/%",
                "/%zz",
                "/%2",
                "*",
                "/%7f"
            })
    void refusesHostilePaths(String target) throws IOException {
        assertTrue(get(target).startsWith("HTTP/1.1 400 Bad Request\r\n"), target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..%2foutside",
                "/%252e%252e/outside",
                "/..%5coutside",
                "/....//outside",
                "/..;/outside",
                "/%c0%ae%c0%ae/outside"
            })
    void neverLeavesTheRoot(String target) throws IOException {
        String response = get(target);
        assertTrue(response.startsWith("HTTP/1.1 404 "), response);
        assertFalse(body(response).contains("outside\n"), response);
    }

    @Test
    void symbolicLinksStayInTheRoot() throws IOException {
        Files.createSymbolicLink(root.resolve("list/in"), root.resolve("a.txt"));
        Files.createSymbolicLink(root.resolve("list/out"), temp.resolve("outside"));
        Files.createSymbolicLink(root.resolve("list/up"), temp);
        Files.createSymbolicLink(root.resolve("list/hidden"), root.resolve(".secret"));
        Files.createSymbolicLink(root.resolve("list/broken"), root.resolve("absent"));
        Files.createSymbolicLink(root.resolve("list/loop"), root.resolve("list/loop"));
        assertEquals("0123456789", body(get("/list/in")));
        String listing = get("/list/");
        assertTrue(listing.contains("<a href=\"in\">in@</a>"), listing);
        for (String name : List.of("out", "up", "up/", "up/outside", "hidden", "broken", "loop")) {
            assertTrue(get("/list/" + name).startsWith("HTTP/1.1 404 "), name);
            assertFalse(listing.contains("\"" + name), name);
        }
    }

    @Test
    void specialFilesAreNeverOpened() throws Exception {
        var mkfifo = new ProcessBuilder("mkfifo", root.resolve("list/fifo").toString()).start();
        assertEquals(0, mkfifo.waitFor());
        assertTrue(get("/list/fifo").startsWith("HTTP/1.1 404 "));
        assertFalse(get("/list/").contains("fifo"));
    }

    @Test
    void translatePathMayBeOverriddenButNotLeaveTheRoot() throws IOException {
        FileConfig files = FileConfig.of(root);
        for (Path elsewhere : List.of(
                temp.resolve("outside"), Path.of("/etc/passwd"), root.resolve("../outside"), root.resolve(".secret"))) {
            HttpHandler handler =
                    BaseHttpRequestHandler.perRequest(exchange -> new SimpleHttpRequestHandler(exchange, files) {
                        @Override
                        protected Optional<Path> translatePath(String path) {
                            return Optional.of(elsewhere);
                        }
                    });
            for (String target : List.of("/a.txt", "/")) {
                String response = MemoryExchange.answer(handler, "GET " + target + " HTTP/1.1\n\n");
                assertTrue(response.startsWith("HTTP/1.1 404 "), elsewhere + ": " + response);
            }
        }
        HttpHandler inside =
                BaseHttpRequestHandler.perRequest(exchange -> new SimpleHttpRequestHandler(exchange, files) {
                    @Override
                    protected Optional<Path> translatePath(String path) {
                        return super.translatePath(path.replace("/alias", "/a.txt"));
                    }
                });
        assertEquals("0123456789", body(MemoryExchange.answer(inside, "GET /alias HTTP/1.1\n\n")));
    }

    @Test
    void whatIsNotServedIsNeitherFoundNorListedNorReachedByALink() throws IOException {
        write("cgi-bin/index.html", "#!");
        write("cgi-bin/x.sh", "#!");
        write("page/index.html.cgi", "#!");
        Files.createSymbolicLink(root.resolve("list/link.txt"), root.resolve("cgi-bin/x.sh"));
        Files.createSymbolicLink(root.resolve("list/linkdir"), root.resolve("cgi-bin"));
        FileConfig files = FileConfig.of(root);
        HttpHandler handler =
                BaseHttpRequestHandler.perRequest(exchange -> new SimpleHttpRequestHandler(exchange, files) {
                    @Override
                    protected boolean isServed(dev.htbin.http.UrlPath path) {
                        return !path.names().contains("cgi-bin");
                    }
                });
        for (String target : List.of(
                "/cgi-bin/x.sh",
                "/cgi-bin/",
                "/cgi-bin",
                "//cgi-bin/x.sh",
                "/./cgi-bin/x.sh",
                "/%63gi-bin/x.sh",
                "/list/link.txt",
                "/list/linkdir",
                "/list/linkdir/",
                "/list/linkdir/x.sh")) {
            String response = MemoryExchange.answer(handler, "GET " + target + " HTTP/1.1\n\n");
            assertTrue(response.startsWith("HTTP/1.1 404 "), target + ": " + response);
            assertFalse(response.contains("#!"), target);
        }
        assertFalse(MemoryExchange.answer(handler, "GET / HTTP/1.1\n\n").contains("cgi-bin"));
        assertFalse(MemoryExchange.answer(handler, "GET /list/ HTTP/1.1\n\n").contains("link"));
    }

    @Test
    void linkSwappedBetweenCheckAndOpenLeaksNothing() throws Exception {
        Path swapped = write("swapped/file", "inside");
        Path secretDirectory = Files.createDirectory(temp.resolve("other"));
        Files.writeString(secretDirectory.resolve("file"), "secret");
        Path directory = root.resolve("swapped");
        Path aside = root.resolve("aside");
        HttpHandler handler = handler();
        var swapper = Thread.ofPlatform().start(() -> swap(directory, aside, secretDirectory, 400));
        while (swapper.isAlive()) {
            String response = MemoryExchange.answer(handler, "GET /swapped/file HTTP/1.1\n\n");
            assertFalse(response.contains("secret"), response);
        }
        swapper.join();
        assertTrue(Files.exists(swapped));
        assertEquals("inside", body(get("/swapped/file")));
    }

    /** Replaces a directory by a link out of the root and back, again and again. */
    private static void swap(Path directory, Path aside, Path secretDirectory, int rounds) {
        try {
            for (int i = 0; i < rounds; i++) {
                Files.move(directory, aside);
                Files.createSymbolicLink(directory, secretDirectory);
                Files.delete(directory);
                Files.move(aside, directory);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
