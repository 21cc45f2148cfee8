package dev.htbin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountsTest {
    private static final Mounts MOUNTS = new Mounts(root("/srv/www"))
            .plus(List.of(
                    Mount.at("/static", root("/srv/static")),
                    Mount.at("/static/deep/er", root("/srv/deeper")),
                    Mount.at("/.well-known", root("/srv/acme")),
                    Mount.at("/a b/\u00C3\u00A9", root("/srv/accent"))));

    private static DocumentRoot root(String path) {
        return new DocumentRoot(Path.of(path));
    }

    @ParameterizedTest
    @CsvSource({
        "/, /srv/www",
        "/x, /srv/www/x",
        "/static, /srv/static",
        "/static/, /srv/static",
        "/static/a/b, /srv/static/a/b",
        "//static//a, /srv/static/a",
        "/./static/./a, /srv/static/a",
        "/x/../static/a, /srv/static/a",
        "/%73tatic/a, /srv/static/a",
        "/static/../x, /srv/www/x",
        "/static/deep, /srv/static/deep",
        "/static/deep/er, /srv/deeper",
        "/static/deep//er/x, /srv/deeper/x",
        "/static/deep/erx, /srv/static/deep/erx",
        "/static.., /srv/www/static..",
        "/static../x, /srv/www/static../x",
        "/staticx, /srv/www/staticx",
        "/Static/a, /srv/www/Static/a",
        "/static;a/b, /srv/www/static;a/b",
        "/.well-known/acme-challenge/x, /srv/acme/acme-challenge/x",
        "/a%20b/%C3%A9/x, /srv/accent/x"
    })
    void theLongestPathLeadsToItsDirectory(String raw, Path file) {
        assertEquals(Optional.of(file), MOUNTS.resolve(UrlPath.parse(raw)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/static%2Fa", "/%2Fstatic/a", "/static/a%2Fb", "/static/%2e%2e%2f%2e%2e/etc/passwd"})
    void anEncodedSlashSeparatesNothing(String raw) {
        assertEquals(Optional.empty(), MOUNTS.resolve(UrlPath.parse(raw)));
    }

    @Test
    void noPathLeadsOutOfTheDirectoryOfItsMount() {
        var random = new Random(20261126);
        List<String> parts = List.of(
                "static",
                "deep",
                "er",
                "..",
                ".",
                "",
                "%2e%2e",
                "%2E.",
                "static..",
                "%2f",
                "..%2f",
                ".well-known",
                "x");
        for (int i = 0; i < 20_000; i++) {
            var raw = new StringBuilder();
            for (int n = random.nextInt(6); n >= 0; n--) {
                raw.append('/').append(parts.get(random.nextInt(parts.size())));
            }
            UrlPath path;
            try {
                path = UrlPath.parse(raw.toString());
            } catch (HttpException e) {
                continue;
            }
            Path directory = MOUNTS.of(path).root().directory();
            MOUNTS.resolve(path)
                    .ifPresent(file -> assertTrue(
                            file.equals(file.normalize()) && file.startsWith(directory), () -> raw + ": " + file));
        }
    }

    @Test
    void aPlaceHasAUrlForEachMountThatItLiesIn() {
        Mounts nested = new Mounts(root("/srv/www"))
                .plus(List.of(Mount.at("/all", root("/srv")), Mount.at("/www", root("/srv/www"))));
        assertEquals(
                List.of("/all/www/a/b", "/www/a/b", "/a/b"),
                nested.urlsOf(Path.of("/srv/www/a/b")).stream()
                        .map(UrlPath::decoded)
                        .sorted((a, b) -> b.length() - a.length())
                        .toList());
        assertEquals(List.of(), nested.urlsOf(Path.of("/srvx/a")));
        assertEquals("/static", Mount.at("/static", root("/srv/static")).urlPath());
        assertEquals("", nested.all().getLast().urlPath());
    }

    @Test
    void whatIsHiddenIsBelowTheMountsOwnPath() {
        Mount acme = MOUNTS.of(UrlPath.parse("/.well-known/x"));
        assertFalse(acme.hides(UrlPath.parse("/.well-known/x")));
        assertTrue(acme.hides(UrlPath.parse("/.well-known/.x")));
        Mount whole = MOUNTS.all().getLast();
        assertTrue(whole.hides(UrlPath.parse("/.git/config")));
    }

    @Test
    void refusesTwoAtOnePathNoneForTheServerAndPathsThatAreNone() {
        var one = Mount.at("/a", root("/srv/a"));
        assertThrows(IllegalArgumentException.class, () -> new Mounts(List.of(one)));
        assertThrows(IllegalArgumentException.class, () -> MOUNTS.plus(List.of(one, Mount.at("/a", root("/srv/b")))));
        for (String path : List.of("a", "/a/", "/", "//a", "/a/../b", "/./a")) {
            assertThrows(IllegalArgumentException.class, () -> Mount.at(path, root("/srv/a")), path);
        }
    }
}
