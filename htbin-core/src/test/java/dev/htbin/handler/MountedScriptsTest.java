package dev.htbin.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.Concurrency;
import dev.htbin.cgi.MountedProgram;
import dev.htbin.cgi.Programs;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.cgi.ScriptInterpreter;
import dev.htbin.file.FileConfig;
import dev.htbin.file.HandedOver;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.MemoryExchange;
import dev.htbin.http.Mount;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wire tests with real scripts below mounted directories, at URL paths of their own, and by interpreters. */
@Timeout(60)
class MountedScriptsTest extends FilesFixture {
    private static final String SHOW =
            "printf 'Content-Type: text/plain\\n\\n%s' \"$SCRIPT_NAME|$PATH_INFO|$PATH_TRANSLATED|$CONTEXT_PREFIX|$CONTEXT_DOCUMENT_ROOT|$0|$*\"";
    private static ScriptHost host;

    private Path temporary = Path.of("/");
    private Path app = Path.of("/");
    private HttpHandler handler = exchange -> {};

    @BeforeAll
    static void startHost() throws IOException {
        host = new ScriptHost(Launchers.start(Optional.empty()), Concurrency.of(4, 4));
    }

    @AfterAll
    static void closeHost() {
        host.close();
    }

    @BeforeEach
    void serve() throws IOException {
        temporary = temp.toRealPath();
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        app = Files.createDirectories(temporary.resolve("app"));
        script("app/cgi-bin/show", SHOW);
        script("app/tools/run.cgi", SHOW);
        script("app/page.txt", SHOW);
        script("lib/program", SHOW);
        script("root/cgi-bin/own", SHOW);
        script("root/front", SHOW);
        plain("root/cgi-bin/greet.hello", "hello there");
        plain("root/cgi-bin/data", "data");
        plain("root/loose.hello", "source");
        handler = handler(config());
    }

    private CgiConfig config() {
        return CgiConfig.defaults()
                .withHost(host)
                .withDirectories(List.of("/cgi-bin", "/app/cgi-bin"))
                .withExtensions(List.of(".cgi"))
                .withPrograms(new Programs(
                        List.of(
                                MountedProgram.at("/git", temporary.resolve("lib/program")),
                                MountedProgram.at("/git/special", temporary.resolve("root/front")),
                                MountedProgram.at("/cgi-bin/named", temporary.resolve("lib/program"))),
                        List.of(new ScriptInterpreter(".hello", Path.of("/bin/sh"), List.of("-c", SHOW)))));
    }

    private FileConfig files() throws IOException {
        return FileConfig.of(root)
                .withMounts(List.of(
                        Mount.at("/app", DocumentRoot.of(app)),
                        Mount.at("/source", DocumentRoot.of(temporary)),
                        Mount.at("/git/files", DocumentRoot.of(app))));
    }

    private HttpHandler handler(CgiConfig config) throws IOException {
        return CgiHttpRequestHandler.serving(files(), config);
    }

    /** As a client of HTTP/1.0: whether the body is chunked would depend on how fast the script ends. */
    private static String get(HttpHandler handler, String target) {
        return MemoryExchange.answer(handler, "GET " + target + " HTTP/1.0\nHost: localhost\n\n");
    }

    private void script(String name, String body) throws IOException {
        Path file = plain(name, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path plain(String name, String content) throws IOException {
        Path file = temporary.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @ParameterizedTest
    @CsvSource({
        "/app/cgi-bin/show, /app/cgi-bin/show||",
        "//app//cgi-bin/show/x/y, /app/cgi-bin/show|/x/y|ROOT/x/y",
        "/app/cgi-bin/show/app/z, /app/cgi-bin/show|/app/z|APP/z",
        "/app/cgi-bin/show/git/files/z, /app/cgi-bin/show|/git/files/z|APP/z",
        "/app/tools/run.cgi/app, /app/tools/run.cgi|/app|APP"
    })
    void runsScriptsBelowAMount(String target, String expected) {
        String shown = body(get(handler, target));
        String start = expected.replace("ROOT", root.toString()).replace("APP", app.toString());
        assertTrue(shown.startsWith(start + "|/app|" + app + "|" + app), shown);
    }

    @ParameterizedTest
    @CsvSource({
        "/git, /git||",
        "/git/, /git|/|ROOT/",
        "//git//x/, /git|//x/|ROOT/x/",
        "/git/repo.git/info/refs?service=git-upload-pack, /git|/repo.git/info/refs|ROOT/repo.git/info/refs",
        "/git/.hidden/x, /git|/.hidden/x|ROOT/.hidden/x",
        "/git/app/z, /git|/app/z|APP/z",
        "/git/special/x, /git/special|/x|ROOT/x",
        "/cgi-bin/named/x, /cgi-bin/named|/x|ROOT/x"
    })
    void aProgramAnswersAtItsPathAndBelow(String target, String expected) {
        String shown = body(get(handler, target));
        String start = expected.replace("ROOT", root.toString()).replace("APP", app.toString());
        assertTrue(shown.startsWith(start + "|||"), shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/gitx", "/git%2Fx", "/git..", "/GIT/x", "/git/files/absent"})
    void nothingElseIsTheProgram(String target) {
        assertTrue(get(handler, target).startsWith("HTTP/1.1 404 "), target);
    }

    @Test
    void aMountBelowAProgramIsServedAndACgiDirectoryBelowItRun() throws IOException {
        assertTrue(body(get(handler, "/git/files/page.txt")).startsWith("#!/bin/sh"));
        HttpHandler whole = handler(config().withPrograms(
                        new Programs(List.of(MountedProgram.at("", temporary.resolve("lib/program"))), List.of())));
        assertTrue(body(get(whole, "/")).startsWith("|/|" + root), "the whole server");
        assertTrue(body(get(whole, "/a.txt/x")).startsWith("|/a.txt/x|" + root));
        assertTrue(body(get(whole, "/cgi-bin/own")).startsWith("/cgi-bin/own||"));
        assertTrue(body(get(whole, "/app/page.txt")).startsWith("#!/bin/sh"));
        assertTrue(body(get(whole, "/source/root/a.txt")).startsWith("0123456789"), "where it lies does not matter");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/source/root/cgi-bin/own",
                "/source/root/cgi-bin/data",
                "/source/app/cgi-bin/show",
                "/source/app/tools/RUN.cgi",
                "/source/lib/program",
                "/git/files/cgi-bin/show",
                "/front",
                "/source/root/front"
            })
    void noMountShowsTheSourceOfScriptsOfAnother(String target) throws IOException {
        Files.createSymbolicLink(temporary.resolve("root/alias"), temporary.resolve("root/cgi-bin"));
        String response = get(handler, target);
        assertFalse(response.contains("#!/bin/sh"), response);
        assertFalse(response.startsWith("HTTP/1.1 200"), response);
        String listing = get(handler, target.substring(0, target.lastIndexOf('/') + 1));
        assertFalse(listing.contains("\"" + target.substring(target.lastIndexOf('/') + 1) + "\""), listing);
    }

    @Test
    void noScriptHasTheSourceOfAnotherSent() throws IOException {
        script("root/cgi-bin/send", "printf 'X-Sendfile: %s\\n\\n' \"$PATH_INFO\"");
        HttpHandler sending = CgiHttpRequestHandler.serving(
                files().withHandedOver(new HandedOver("", DocumentRoot.of(temporary))), config());
        assertEquals("0123456789", body(get(sending, "/cgi-bin/send" + root.resolve("a.txt"))));
        for (String name : List.of("app/cgi-bin/show", "lib/program", "root/cgi-bin/own")) {
            String response = get(sending, "/cgi-bin/send" + temporary.resolve(name));
            assertTrue(response.startsWith("HTTP/1.1 404 "), response);
        }
    }

    @Test
    void aLocalRedirectLeadsToMountsAndPrograms() throws IOException {
        script("root/cgi-bin/go", "printf 'Location: %s\\n\\n' \"$QUERY_STRING\"");
        assertTrue(body(get(handler, "/cgi-bin/go?/app/page.txt")).startsWith("#!/bin/sh"));
        assertTrue(body(get(handler, "/cgi-bin/go?/git/x")).startsWith("/git|/x|"));
        assertTrue(get(handler, "/cgi-bin/go?/app/.hidden").startsWith("HTTP/1.1 404 "));
    }

    @ParameterizedTest
    @CsvSource({
        "/cgi-bin/greet.hello, ''",
        "/cgi-bin/greet.hello/extra, /extra",
    })
    void anInterpreterRunsAFileThatIsNotExecutable(String target, String pathInfo) {
        String response = get(handler, target + "?a+b");
        String[] shown = body(response).split("\\|", -1);
        assertEquals(pathInfo, shown[1], response);
        assertEquals("/cgi-bin/greet.hello", shown[0]);
        assertEquals(root + "/cgi-bin/greet.hello", shown[5], "the script's path follows the interpreter's arguments");
        assertEquals("a b", shown[6], "and the words of the query follow that");
    }

    @Test
    void anInterpreterIsForScriptsAlone() throws IOException {
        assertTrue(get(handler, "/cgi-bin/data").startsWith("HTTP/1.1 403 "));
        assertEquals("source", body(get(handler, "/loose.hello")), "outside of CGI directories it is a file");
        HttpHandler anywhere = handler(config().withExtensions(List.of(".hello")));
        assertTrue(body(get(anywhere, "/loose.hello")).startsWith("/loose.hello||"));
    }

    @Test
    void aProgramThatIsGoneOrCanNotBeExecutedIsRefused() throws IOException {
        Path program = temporary.resolve("lib/program");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rw-r--r--"));
        assertTrue(get(handler, "/git/x").startsWith("HTTP/1.1 403 "));
        Files.delete(program);
        assertTrue(get(handler, "/git/x").startsWith("HTTP/1.1 404 "));
        Files.createDirectory(program);
        assertTrue(get(handler, "/git/x").startsWith("HTTP/1.1 403 "));
    }
}
