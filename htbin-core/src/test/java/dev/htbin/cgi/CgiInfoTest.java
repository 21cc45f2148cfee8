package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Mounts;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CgiInfoTest {
    private static final Mounts SITE = new Mounts(new DocumentRoot(Path.of("/srv/www")));
    private static final CgiConfig CONFIG =
            PureConfig.defaults().withDirectories(List.of("/cgi-bin", "/htbin", "/deep/er/cgi"));
    private static final CgiConfig BY_EXTENSION =
            PureConfig.defaults().withDirectories(List.of()).withExtensions(List.of(".cgi", ".py"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/cgi-bin/x",
                "/cgi-bin",
                "/cgi-bin/",
                "//cgi-bin//x.py",
                "/./cgi-bin/x",
                "/a/../cgi-bin/x",
                "/%63gi-bin/x",
                "/cgi-bin/%2e%2e%2fx",
                "/htbin/x/y/z",
                "/deep/er/cgi/x",
                "/deep//er/./cgi/x"
            })
    void pathsBelowACgiDirectoryAreOfCgi(String raw) {
        assertTrue(CgiInfo.of(UrlPath.parse(raw), CONFIG, SITE).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/x",
                "/cgi-bin%2fenv.cgi",
                "/cgi-binx/y",
                "/cgi-bi/y",
                "/x/cgi-bin/y",
                "/CGI-BIN/x",
                "/cgi-bin/../x",
                "/deep/er",
                "/deep/er/x/cgi",
                "/x.cgi"
            })
    void otherPathsAreNot(String raw) {
        assertTrue(CgiInfo.of(UrlPath.parse(raw), CONFIG, SITE).isEmpty());
    }

    @Test
    void theScriptIsLookedForBehindTheDirectory() {
        CgiInfo info =
                CgiInfo.of(UrlPath.parse("//deep//er/cgi/x/y"), CONFIG, SITE).orElseThrow();
        assertEquals("/deep/er/cgi", info.directory());
        assertEquals(
                List.of("x", "y"),
                info.path()
                        .segments()
                        .subList(info.start(), info.path().segments().size()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/x.cgi", "/a/x.py/info", "/a/x.cgi/", "/x%2Ecgi", "/x.cgi//y"})
    void anExtensionMakesAPathOneOfCgiWhereverItStands(String raw) {
        assertTrue(CgiInfo.of(UrlPath.parse(raw), BY_EXTENSION, SITE).isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/.cgi", "/x.cgi2", "/xcgi", "/cgi-bin/x", "/x.cgi~"})
    void otherNamesDoNot(String raw) {
        assertTrue(CgiInfo.of(UrlPath.parse(raw), BY_EXTENSION, SITE).isEmpty());
    }

    @Test
    void filesOfCgiAreCoveredByWhateverNameTheyAreReached(@TempDir Path directory) throws IOException {
        DocumentRoot root = DocumentRoot.of(directory);
        Path script = file(root, "cgi-bin/x.py");
        Path page = file(root, "pages/cgi-binder.html");
        Path upper = file(root, "pages/X.PY");
        Path alias = Files.createSymbolicLink(
                root.directory().resolve("alias"), root.directory().resolve("cgi-bin"));
        Path link = Files.createSymbolicLink(root.directory().resolve("link.txt"), script);
        Path scripts = file(root, "scripts/y.sh");
        Files.createSymbolicLink(root.directory().resolve("htbin"), scripts.getParent());

        assertTrue(CgiInfo.coversReally(script.toRealPath(), new Mounts(root), CONFIG));
        assertTrue(CgiInfo.coversReally(alias.resolve("x.py").toRealPath(), new Mounts(root), CONFIG));
        assertTrue(CgiInfo.coversReally(link.toRealPath(), new Mounts(root), CONFIG));
        assertTrue(
                CgiInfo.coversReally(scripts.toRealPath(), new Mounts(root), CONFIG),
                "reached beside the CGI directory that links to it");
        assertTrue(CgiInfo.coversReally(root.directory().resolve("cgi-bin").toRealPath(), new Mounts(root), CONFIG));
        assertFalse(CgiInfo.coversReally(page.toRealPath(), new Mounts(root), CONFIG));
        assertFalse(CgiInfo.coversReally(upper.toRealPath(), new Mounts(root), CONFIG));
        assertTrue(
                CgiInfo.coversReally(upper.toRealPath(), new Mounts(root), BY_EXTENSION),
                "case is disregarded where it protects");
        assertFalse(CgiInfo.coversReally(page.toRealPath(), new Mounts(root), BY_EXTENSION));
    }

    private static Path file(DocumentRoot root, String name) throws IOException {
        Path file = root.directory().resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "#!/bin/sh\n");
    }
}
