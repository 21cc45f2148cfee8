package dev.htbin.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.file.CacheRule;
import dev.htbin.file.FileConfig;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import dev.htbin.http.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wire tests of directories that are mounted at URL paths: what they serve, and that no guard of a directory is weaker there. */
class MountedFilesTest extends FilesFixture {
    private FileConfig files = new FileConfig(new DocumentRoot(Path.of("/")));
    private HttpHandler handler = exchange -> {};

    @BeforeEach
    void mount() throws IOException {
        Path assets = temp.toRealPath().resolve("assets");
        put("assets/b.txt", "of assets");
        put("assets/.hidden", "hidden");
        put("assets/.git/config", "hidden");
        put("assets/pages/index.html", "index of pages");
        put("assets/sub/c.txt", "shadowed");
        put("deeper/c.txt", "of deeper");
        put("acme/token", "challenge");
        put("acme/.hidden", "hidden");
        write("static/shadowed.txt", "shadowed");
        Files.createSymbolicLink(assets.resolve("out"), Path.of("../outside"));
        Files.createSymbolicLink(assets.resolve("up"), Path.of("../root"));
        Files.createSymbolicLink(assets.resolve("in"), Path.of("b.txt"));
        Files.createSymbolicLink(root.resolve("link"), Path.of("../outside"));
        files = FileConfig.of(root)
                .withMounts(List.of(
                        Mount.at("/static", DocumentRoot.of(assets)),
                        Mount.at("/static/sub", DocumentRoot.of(temp.resolve("deeper"))),
                        Mount.at("/.well-known", DocumentRoot.of(temp.resolve("acme"))),
                        Mount.at("/all", DocumentRoot.of(temp))));
        handler = handler(files);
    }

    private void put(String name, String content) throws IOException {
        Path path = temp.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
        Files.setLastModifiedTime(path, FileTime.from(Instant.parse("1994-11-06T08:49:37Z")));
    }

    @ParameterizedTest
    @CsvSource({
        "/static/b.txt, of assets",
        "//static///b.txt, of assets",
        "/%73tatic/b.txt?x, of assets",
        "/dir/../static/b.txt, of assets",
        "/static/in, of assets",
        "/static/pages/, index of pages",
        "/static/sub/c.txt, of deeper",
        "/.well-known/token, challenge",
        "/a.txt, 0123456789",
        "/static/../a.txt, 0123456789",
        "/all/root/a.txt, 0123456789"
    })
    void servesWhatLiesThere(String target, String content) {
        assertEquals(content, body(get(handler, target)));
        assertEquals(content, body(get(handler, target)), "from memory");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/static/absent",
                "/static/.hidden",
                "/static/.git/config",
                "/static/out",
                "/static/up/a.txt",
                "/static/shadowed.txt",
                "/static../b.txt",
                "/static../assets/b.txt",
                "/static%2Fb.txt",
                "/static%2F..%2Foutside",
                "/static/..%2foutside",
                "/static/%252e%252e/outside",
                "/STATIC/b.txt",
                "/static;/b.txt",
                "/staticb.txt",
                "/static/b.txt/",
                "/.well-known/.hidden",
                "/link",
                "/.secret",
                "/all/root/.secret"
            })
    void findsNothing(String target) {
        String response = get(handler, target);
        assertTrue(response.startsWith("HTTP/1.1 404 "), response);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/static/../../outside", "/static/%2e%2e/%2e%2e/outside", "/static/sub/../../../outside"})
    void refusesWhatLeadsAboveTheServer(String target) {
        assertTrue(get(handler, target).startsWith("HTTP/1.1 400 "));
    }

    /** A link in one directory may lead to what is inside of a wider one that is mounted, too. */
    @Test
    void whatIsInMemoryForOneMountIsNotForAnother() throws IOException {
        put("outside", "outside");
        for (int i = 0; i < 2; i++) {
            assertEquals("outside", body(get(handler, "/all/root/link")));
            assertTrue(get(handler, "/link").startsWith("HTTP/1.1 404 "));
            MemoryExchange now = MemoryExchange.of("GET /link HTTP/1.1\nHost: localhost\n\n");
            assertFalse(handler.answerNow(now), now::response);
        }
    }

    @Test
    void answersFromMemoryWithoutWaiting() throws IOException {
        for (String target : List.of("/static/b.txt", "/.well-known/token", "/a.txt", "/static/sub/c.txt")) {
            String request = "GET " + target + " HTTP/1.1\nHost: localhost\n\n";
            String waited = MemoryExchange.answer(handler, request);
            MemoryExchange now = MemoryExchange.of(request);
            assertTrue(handler.answerNow(now), target);
            assertEquals(waited, now.response());
        }
        for (String target : List.of("/static/.hidden", "/static../b.txt", "/static/out")) {
            MemoryExchange now = MemoryExchange.of("GET " + target + " HTTP/1.1\nHost: localhost\n\n");
            assertFalse(handler.answerNow(now), target);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/static, /static/",
        "//static, /static/",
        "/static?a=b, /static/?a=b",
        "/static/pages, /static/pages/",
        "/static/sub, /static/sub/",
        "/.well-known, /.well-known/"
    })
    void redirectsToTheSlash(String target, String location) {
        String response = get(handler, target);
        assertTrue(response.startsWith("HTTP/1.1 301"), response);
        assertEquals(location, field(response, "Location"));
    }

    @Test
    void listsWhatCanBeReachedThereAndNoMounts() {
        String top = get(handler, "/");
        assertTrue(top.contains("href=\"a.txt\"") && top.contains("href=\"list/\""), top);
        assertFalse(top.contains("static") || top.contains("well-known") || top.contains("link"), top);
        String assets = get(handler, "/static/");
        assertTrue(assets.contains("<title>Directory listing for /static/</title>"), assets);
        assertTrue(assets.contains("href=\"b.txt\"") && assets.contains("href=\"in\""), assets);
        assertFalse(assets.contains("sub") || assets.contains("out") || assets.contains("up"), assets);
        assertTrue(get(handler, "/static/sub/").contains("href=\"c.txt\""));
    }

    @Test
    void patternsOfCacheControlAreForUrlPaths() {
        HttpHandler ruled = handler(files.withCacheRule(new CacheRule("static/**", "max-age=1"))
                .withCacheRule(new CacheRule("*.txt", "max-age=2")));
        assertEquals("max-age=1", field(get(ruled, "/static/b.txt"), "Cache-Control"));
        assertEquals("max-age=1", field(get(ruled, "/static/sub/c.txt"), "Cache-Control"));
        assertEquals("max-age=2", field(get(ruled, "/a.txt"), "Cache-Control"));
    }
}
