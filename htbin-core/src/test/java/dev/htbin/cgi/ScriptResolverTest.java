package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.ScriptResolution.Forbidden;
import dev.htbin.cgi.ScriptResolution.NotFound;
import dev.htbin.cgi.ScriptResolution.Script;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.HttpException;
import dev.htbin.http.Mounts;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * <pre>
 * root/cgi-bin/env.cgi        executable          root/cgi-bin/plain          not executable
 * root/cgi-bin/sub/deep.cgi   executable          root/cgi-bin/.hidden        executable
 * root/cgi-bin/.d/x.cgi       executable          root/cgi-bin/empty/
 * root/cgi-bin/in.cgi  -> env.cgi                 root/cgi-bin/out.cgi -> ../../outside/secret.cgi
 * root/cgi-bin/outdir  -> ../../outside           root/cgi-bin/dangling -> nowhere
 * root/cgi-bin/$(id) "b.cgi   executable          outside/secret.cgi          executable
 * root/pages/x.cgi, x.CGI, notes.txt  executable  root/pages/dir.cgi/page.html
 * </pre>
 */
class ScriptResolverTest {
    @TempDir
    Path directory;

    private DocumentRoot root;

    @BeforeEach
    void makeTree() throws IOException {
        Path top = Files.createDirectory(directory.resolve("root"));
        root = DocumentRoot.of(top);
        for (String name : List.of(
                "root/cgi-bin/env.cgi",
                "root/cgi-bin/plain",
                "root/cgi-bin/sub/deep.cgi",
                "root/cgi-bin/.hidden",
                "root/cgi-bin/.d/x.cgi",
                "root/cgi-bin/$(id) \"b.cgi",
                "outside/secret.cgi",
                "root/pages/x.cgi",
                "root/pages/x.CGI",
                "root/pages/notes.txt",
                "root/pages/dir.cgi/page.html")) {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "#!/bin/sh\n");
            String mode = name.endsWith("plain") ? "rw-r--r--" : "rwxr-xr-x";
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        }
        Path bin = top.resolve("cgi-bin");
        Files.createDirectory(bin.resolve("empty"));
        Files.createSymbolicLink(bin.resolve("in.cgi"), Path.of("env.cgi"));
        Files.createSymbolicLink(bin.resolve("out.cgi"), Path.of("../../outside/secret.cgi"));
        Files.createSymbolicLink(bin.resolve("outdir"), Path.of("../../outside"));
        Files.createSymbolicLink(bin.resolve("dangling"), Path.of("nowhere"));
    }

    @ParameterizedTest
    @CsvSource({
        "/cgi-bin/env.cgi, /cgi-bin/env.cgi, ''",
        "/cgi-bin/env.cgi/, /cgi-bin/env.cgi, /",
        "/cgi-bin/env.cgi//, /cgi-bin/env.cgi, //",
        "/cgi-bin/env.cgi/a//b/, /cgi-bin/env.cgi, /a//b/",
        "/cgi-bin/env.cgi//a, /cgi-bin/env.cgi, //a",
        "//cgi-bin///env.cgi/x, /cgi-bin/env.cgi, /x",
        "/cgi-bin/sub/deep.cgi/A%20b;p=1, /cgi-bin/sub/deep.cgi, /A b;p=1",
        "/cgi-bin//sub//deep.cgi//x, /cgi-bin/sub/deep.cgi, //x",
        "/cgi-bin/env.cgi/.git/.., /cgi-bin/env.cgi, /",
        "/cgi-bin/env.cgi/.git/config, /cgi-bin/env.cgi, /.git/config",
        "/cgi-bin/env.cgi/a%2Fb, /cgi-bin/env.cgi, /a/b",
        "/cgi-bin/env.cgi/sub/deep.cgi, /cgi-bin/env.cgi, /sub/deep.cgi",
        "/cgi-bin/x/../env.cgi, /cgi-bin/env.cgi, ''",
        "/cgi-bin/in.cgi/x, /cgi-bin/in.cgi, /x",
        "/cgi-bin/%65nv%2ecgi, /cgi-bin/env.cgi, ''",
        "/cgi-bin/env.cgi/k=aa%2F%2Fbb&//q//p//=//a//b//, /cgi-bin/env.cgi, /k=aa//bb&//q//p//=//a//b//"
    })
    void splitsAtTheFirstRegularFile(String raw, String scriptName, String pathInfo) {
        Script script = assertInstanceOf(Script.class, resolve(raw));
        assertEquals(scriptName, script.scriptName());
        assertEquals(pathInfo, script.pathInfo());
    }

    @Test
    void keepsOctetsOfPathInfo() {
        assertEquals("/\u00E9", ((Script) resolve("/cgi-bin/env.cgi/%E9")).pathInfo());
    }

    @Test
    void shellCharactersInANameAreJustAName() {
        Script script = assertInstanceOf(Script.class, resolve("/cgi-bin/$(id)%20%22b.cgi/x"));
        assertEquals("$(id) \"b.cgi", script.file().getFileName().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/cgi-bin/absent",
                "/cgi-bin/absent/env.cgi",
                "/cgi-bin/.hidden",
                "/cgi-bin/.d/x.cgi",
                "/cgi-bin/sub%2Fdeep.cgi",
                "/cgi-bin/%2e%2e%2fpages/x.cgi",
                "/cgi-bin/..%2f..%2foutside/secret.cgi",
                "/cgi-bin/%E9",
                "/cgi-bin/dangling",
                "/cgi-bin/ENV.CGI",
                "/cgi-bin/env.cgi.",
                "/cgi-bin/env.cgi%20",
                "/cgi-bin/env.cgi::$DATA",
                "/cgi-bin/%3Bls",
                "/htbin/x"
            })
    void whatIsNotThereIsNotFound(String raw) {
        assertInstanceOf(NotFound.class, resolve(raw));
    }

    @ParameterizedTest
    @CsvSource({
        "/cgi-bin, is a directory",
        "/cgi-bin/, is a directory",
        "/cgi-bin/empty, is a directory",
        "/cgi-bin/empty/, is a directory",
        "/cgi-bin/plain, not executable: chmod +x",
        "/cgi-bin/plain/x, not executable: chmod +x",
        "/cgi-bin/out.cgi, lies outside of",
        "/cgi-bin/outdir/secret.cgi, lies outside of",
        "/cgi-bin/outdir/absent, lies outside of"
    })
    void whatIsNoScriptIsForbidden(String raw, String reason) {
        Forbidden forbidden = assertInstanceOf(Forbidden.class, resolve(raw));
        assertTrue(
                forbidden.finding().detail().contains(reason),
                forbidden.finding().detail());
    }

    @Test
    void whateverTheTranslationSaysNothingOutsideOfTheRootIsRun() {
        Path secret = directory.resolve("outside/secret.cgi");
        CgiInfo info = info("/cgi-bin/env.cgi", PureConfig.defaults());
        assertInstanceOf(
                Forbidden.class,
                ScriptResolver.resolve(info, p -> Optional.of(secret), new Mounts(root), ScriptResolver::isExecutable));
        Path dotted = root.directory().resolve("cgi-bin/../../outside/secret.cgi");
        assertInstanceOf(
                Forbidden.class,
                ScriptResolver.resolve(info, p -> Optional.of(dotted), new Mounts(root), ScriptResolver::isExecutable));
        assertInstanceOf(
                NotFound.class,
                ScriptResolver.resolve(info, p -> Optional.empty(), new Mounts(root), ScriptResolver::isExecutable));
    }

    @Test
    void aNameThatBeginsWithTheRootsIsNotInIt() throws IOException {
        Path sibling = Files.createDirectory(directory.resolve("root_backup"));
        Path file = Files.writeString(sibling.resolve("x"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        CgiInfo info = info("/cgi-bin/x", PureConfig.defaults());
        assertInstanceOf(
                Forbidden.class,
                ScriptResolver.resolve(info, p -> Optional.of(file), new Mounts(root), ScriptResolver::isExecutable));
    }

    @Test
    void whatIsNeitherFileNorDirectoryIsForbidden() {
        CgiInfo info = info("/cgi-bin/null", PureConfig.defaults());
        var device = ScriptResolver.resolve(
                info,
                p -> Optional.of(Path.of("/dev/null")),
                new Mounts(new DocumentRoot(Path.of("/dev"))),
                ScriptResolver::isExecutable);
        assertTrue(assertInstanceOf(Forbidden.class, device).finding().detail().contains("neither a regular file"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"r-xr--r--", "r--r-xr--", "r--r--r-x"})
    void anyExecutePermissionWillDo(String mode) throws IOException {
        Files.setPosixFilePermissions(root.directory().resolve("cgi-bin/plain"), PosixFilePermissions.fromString(mode));
        assertInstanceOf(Script.class, resolve("/cgi-bin/plain"));
    }

    @Test
    void theHookDecidesWhatIsExecutableAmongRegularFilesInTheRoot() {
        Function<UrlPath, Optional<Path>> translate = root::resolve;
        assertInstanceOf(
                Script.class,
                ScriptResolver.resolve(
                        info("/cgi-bin/plain", PureConfig.defaults()), translate, new Mounts(root), p -> true));
        assertInstanceOf(
                Forbidden.class,
                ScriptResolver.resolve(
                        info("/cgi-bin/out.cgi", PureConfig.defaults()), translate, new Mounts(root), p -> true));
    }

    @ParameterizedTest
    @CsvSource({
        "/pages/x.cgi, Script",
        "/pages/x.cgi/y, Script",
        "/pages/notes.txt/x.cgi, NotFound",
        "/pages/absent.cgi, NotFound",
        "/pages/dir.cgi, Forbidden",
        "/pages/dir.cgi/page.html, NotFound",
        "/cgi-bin/.d/x.cgi, NotFound"
    })
    void byExtensionOnlySuchFilesAreScripts(String raw, String kind) {
        CgiConfig config = PureConfig.defaults().withDirectories(List.of()).withExtensions(List.of(".cgi"));
        var resolution = ScriptResolver.resolve(info(raw, config), new Mounts(root));
        assertEquals(kind, resolution.getClass().getSimpleName());
    }

    @Test
    void withoutExecutePermissionsTheNameOrTheFirstLineTells() throws IOException {
        assertTrue(ScriptResolver.isExecutableByName(Path.of("X.PY")));
        assertFalse(ScriptResolver.isExecutableByName(Path.of("x.bat")));
        assertFalse(ScriptResolver.isExecutableByName(Path.of("x.CMD")));
        assertTrue(ScriptResolver.isExecutableByName(root.directory().resolve("cgi-bin/plain")));
        assertFalse(ScriptResolver.isExecutableByName(Files.writeString(directory.resolve("text"), "text")));
    }

    @Test
    void nphScriptsAreKnownByTheirName() {
        assertTrue(new Script(Path.of("/r/nph-x.cgi"), "/nph-x.cgi", "").nph());
        assertFalse(new Script(Path.of("/nph-/x.cgi"), "/x.cgi", "/nph-y").nph());
    }

    @Test
    void noPathEverLeadsOutOfTheRoot() {
        long seed = Long.getLong("htbin.seed", 20261122L);
        var random = new Random(seed);
        String[] pieces = {
            "/",
            "/",
            "/",
            "/cgi-bin/",
            "..",
            ".",
            "%2e",
            "%2F",
            "env.cgi",
            "sub",
            "deep.cgi",
            "out.cgi",
            "outdir",
            "secret.cgi",
            "in.cgi",
            ".hidden",
            "plain",
            "%5c",
            "outside",
            "%E9"
        };
        int scripts = 0;
        for (int i = 0; i < 20_000; i++) {
            var raw = new StringBuilder("/cgi-bin/");
            for (int n = random.nextInt(8); n > 0; n--) {
                raw.append(pieces[random.nextInt(pieces.length)]);
            }
            int number = i;
            Supplier<@Nullable String> shown = () -> "seed %d, case %d: %s".formatted(seed, number, raw);
            UrlPath path;
            try {
                path = UrlPath.parse(raw.toString());
            } catch (HttpException e) {
                continue;
            }
            Optional<CgiInfo> info = CgiInfo.of(path, PureConfig.defaults(), new Mounts(root));
            if (info.isPresent() && ScriptResolver.resolve(info.get(), new Mounts(root)) instanceof Script script) {
                scripts++;
                assertTrue(real(script.file()).startsWith(root.directory()), shown);
                assertFalse(script.scriptName().contains("/."), shown);
                String whole = script.scriptName() + script.pathInfo();
                assertEquals(path.decoded().replaceAll("/+", "/"), whole.replaceAll("/+", "/"), shown);
            }
        }
        assertTrue(scripts > 100, "only %d scripts were found, seed %d".formatted(scripts, seed));
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private ScriptResolution resolve(String raw) {
        return ScriptResolver.resolve(info(raw, PureConfig.defaults()), new Mounts(root));
    }

    private static CgiInfo info(String raw, CgiConfig config) {
        return CgiInfo.of(UrlPath.parse(raw), config, new Mounts(new DocumentRoot(Path.of("/srv"))))
                .orElseThrow();
    }
}
