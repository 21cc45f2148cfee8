package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.it.GitRepository.Git;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: directories and programs at URL paths, interpreters of endings, and users that a proxy names, as the command line has them. */
@Timeout(180)
class MountingTest {
    private static final String BACKEND = "/usr/lib/git-core/git-http-backend";
    private static final String HEAD = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n";

    @TempDir
    Path folder;

    private Site site;
    private Path app;

    @BeforeEach
    void makeSite() throws Exception {
        site = Site.in(folder);
        app = folder.resolve("app");
        put("app/page.txt", "of app\n", "rw-r--r--");
        put(
                "app/bin/read",
                HEAD + "cat ../page.txt '%s'\n".formatted(site.root().resolve("hello.txt")),
                "rwxr-xr-x");
        site.script("read", HEAD + "cat ../hello.txt '%s'\n".formatted(app.resolve("page.txt")));
    }

    private Path put(String name, String text, String mode) throws Exception {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        for (Path above = path.getParent(); above != null && !above.equals(folder); above = above.getParent()) {
            Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return path;
    }

    private static String text(RunningHtbin htbin, String path) throws Exception {
        return new String(htbin.get(path).body(), StandardCharsets.UTF_8);
    }

    @Test
    void gitClonesFromAProgramAtAPathAndPushesAsTheUserThatAProxyNames() throws Exception {
        Programs.require("git http-backend at a path", "git", BACKEND);
        Git git = Git.in(site.folder("home"));
        GitRepository origin = GitRepository.bare(git, site.folder("git/project.git"), 3, 0, 0);
        // As after git init: a push needs a user then.
        git.run(origin.path(), "config", "--unset", "http.receivepack");
        try (var htbin = RunningHtbin.on(
                site,
                "--script=/git=" + BACKEND,
                "--env=/git=GIT_PROJECT_ROOT=" + site.data().resolve("git"),
                "--env=/git=GIT_HTTP_EXPORT_ALL=1",
                "--env=/git=HOME=" + git.home(),
                "--profile=/git=readonly",
                "--write=/git=" + site.data().resolve("git"),
                "--read=/git=" + git.home(),
                "--trust-proxy=127.0.0.1",
                "--remote-user-header=X-Remote-User")) {
            Path work = Files.createDirectories(folder.resolve("work"));
            git.run(work, "clone", "-q", htbin.url("/git/project.git"), "w");
            Path clone = work.resolve("w");
            assertEquals(origin.head(), git.head(clone));
            Files.writeString(clone.resolve("new"), "new");
            git.run(clone, "add", "-A");
            git.run(clone, "commit", "-q", "-m", "change");
            Run refused = git.run(clone, new byte[0], "push", "-q", "origin", "main");
            assertTrue(refused.status() != 0 && refused.errors().contains("403"), refused::errors);
            git.run(clone, "-c", "http.extraHeader=X-Remote-User: ann", "push", "-q", "origin", "main");
            assertEquals(git.head(clone), origin.head());
            assertEquals(404, htbin.get("/gitx/project.git/HEAD").statusCode());
        }
    }

    @Test
    void aProxyThatSpeaksHttp2NamesTheUser() throws Exception {
        Programs.require("users of a proxy over HTTP/2", "curl");
        site.script("who", HEAD + "printf '%s' \"$SERVER_PROTOCOL,$REMOTE_USER,$HTTP_X_REMOTE_USER\"\n");
        for (String trusted : List.of("127.0.0.1", "10.0.0.1")) {
            try (var htbin = RunningHtbin.on(site, "--trust-proxy=" + trusted, "--remote-user-header=X-Remote-User")) {
                Run curl = Run.of(
                        folder,
                        Map.of(),
                        new byte[0],
                        "curl",
                        "-s",
                        "--http2-prior-knowledge",
                        "-H",
                        "X-Remote-User: ann",
                        htbin.url("/cgi-bin/who"));
                assertEquals(trusted.equals("127.0.0.1") ? "HTTP/2.0,ann," : "HTTP/2.0,,", curl.text());
            }
        }
    }

    @Test
    void phpRunsFilesThatAreNotExecutable() throws Exception {
        Programs.require("php-cgi as an interpreter", "/usr/bin/php-cgi");
        put(
                "root/cgi-bin/form.php",
                "<?php header('Content-Type: text/plain'); echo $_SERVER['SCRIPT_NAME'], '|', $_SERVER['PATH_INFO'] ?? '', '|', $_GET['q'] ?? '', '|', $_POST['a'] ?? '';",
                "rw-r--r--");
        put("root/page.php", "<?php echo 'source';", "rw-r--r--");
        try (var htbin = RunningHtbin.on(site, "--interpreter=.php=/usr/bin/php-cgi -d date.timezone=UTC")) {
            assertEquals("/cgi-bin/form.php|/x/y|1|", text(htbin, "/cgi-bin/form.php/x/y?q=1"));
            var posted = htbin.post(
                    "/cgi-bin/form.php?q=2",
                    "a=b+c".getBytes(StandardCharsets.US_ASCII),
                    "Content-Type",
                    "application/x-www-form-urlencoded");
            assertEquals("/cgi-bin/form.php||2|b c", new String(posted.body(), StandardCharsets.UTF_8));
            // CVE-2012-1823, CVE-2024-4577: no option for the interpreter.
            for (String query : List.of("-s", "%2ds", "+-s", "%ADs", "-d+allow_url_include%3d1")) {
                assertEquals("/cgi-bin/form.php|||", text(htbin, "/cgi-bin/form.php?" + query), query);
            }
        }
        try (var htbin = RunningHtbin.on(site, "--interpreter=.php=/usr/bin/php-cgi", "--cgi-extension=.php")) {
            assertEquals("source", text(htbin, "/page.php"));
        }
    }

    @Test
    void scriptsOfAMountReadItAndNothingElseThatIsServed() throws Exception {
        try (var htbin = RunningHtbin.on(
                site,
                "--mount=/app=" + app,
                "--cgi-directory=/cgi-bin",
                "--cgi-directory=/app/bin",
                "--profile=readonly")) {
            assertEquals("of app\n", text(htbin, "/app/page.txt"));
            assertEquals("of app\n", text(htbin, "/app/bin/read"));
            assertEquals("hello, world\n", text(htbin, "/cgi-bin/read"));
            assertEquals(403, htbin.get("/app/bin/").statusCode());
        }
    }

    @Test
    void confinedScriptsMayExecuteTheirInterpreterWhereverItLies() throws Exception {
        Path shell = folder.resolve("tools/shell");
        put("tools/shell", "", "rwxr-xr-x");
        Files.write(shell, Files.readAllBytes(Path.of("/bin/sh").toRealPath()));
        put("tools/other", "other", "rw-r--r--");
        put(
                "root/cgi-bin/x.hello",
                "printf 'Content-Type: text/plain\\n\\nran '; cat ../hello.txt; cat '%s'"
                        .formatted(folder.resolve("tools/other")),
                "rw-r--r--");
        try (var htbin = RunningHtbin.on(site, "--interpreter=.hello=" + shell, "--profile=strict")) {
            assertEquals("ran hello, world\n", text(htbin, "/cgi-bin/x.hello"), htbin::log);
        }
    }

    @Test
    void sighupMountsAnotherDirectoryAndRefusesOneThatIsNotThere() throws Exception {
        Path file = folder.resolve("htbin.toml");
        Files.writeString(file, "[mount]\n'/app' = '%s'\n".formatted(app));
        try (var htbin = RunningHtbin.on(site, "--config", file.toString())) {
            assertEquals("of app\n", text(htbin, "/app/page.txt"));
            assertEquals(404, htbin.get("/more/page.txt").statusCode());
            Files.writeString(
                    file,
                    "[mount]\n'/more' = '%s'\n[script]\n'/prog' = '%s'\n"
                            .formatted(app, site.scripts().resolve("hello")));
            hangUp(htbin, "is in force");
            assertEquals("of app\n", text(htbin, "/more/page.txt"));
            assertEquals("hello from a script\n", text(htbin, "/prog/x"));
            assertEquals(404, htbin.get("/app/page.txt").statusCode());
            Files.writeString(file, "[mount]\n'/more' = '%s/absent'\n".formatted(folder));
            hangUp(htbin, "does not exist");
            assertEquals("of app\n", text(htbin, "/more/page.txt"));
        }
    }

    @Test
    void aServerThatLeavesRootMustBeAbleToReadEveryMount() throws Exception {
        Programs.requireRoot("leaving root with mounts");
        Path closed = folder.resolve("closed");
        put("closed/page.txt", "closed\n", "rw-r--r--");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        var ended = Product.htbin(
                "--cgi", "--directory=" + site.root(), "--mount=/closed=" + closed, "--server-user=daemon", "0");
        assertEquals(1, ended.code(), ended::err);
        assertTrue(ended.err().contains("'daemon' may not read '" + closed), ended::err);
        try (var htbin = RunningHtbin.on(site, "--mount=/closed=" + closed)) {
            assertTrue(htbin.log().contains("STAYS ROOT"), htbin::log);
        }
    }

    @Test
    void theUserFileMayLieInNoMount() throws Exception {
        Path users =
                put("app/users", "ann:$2y$04$abcdefghijklmnopqrstuuPZ2aDCBqWvJ7JRlyKGWgNlCqRgQ4K1e\n", "rw-r--r--");
        var ended = Product.htbin("--directory=" + site.root(), "--mount=/app=" + app, "--auth=/x=" + users, "0");
        assertEquals(1, ended.code(), ended::err);
        assertTrue(ended.err().contains("would be served to everybody"), ended::err);
    }

    @Test
    void explainAndCheckKnowMountsProgramsAndInterpreters() throws Exception {
        put("root/cgi-bin/x.hello", "no first line\n", "rw-r--r--");
        List<String> options = List.of(
                "--directory=" + site.root(),
                "--mount=/app=" + app,
                "--cgi-directory=/cgi-bin",
                "--cgi-directory=/app/bin",
                "--script=/prog=" + site.scripts().resolve("hello"),
                "--interpreter=.hello=/bin/sh -e");
        assertTrue(htbin(options, "explain", "GET", "/app/page.txt").contains("mount: " + app + " at /app"));
        String program = htbin(options, "explain", "GET", "/prog/a%20b?x=y");
        assertTrue(program.contains("script name: /prog\npath info: /a b\n"), program);
        String interpreted = htbin(options, "explain", "GET", "/cgi-bin/x.hello/y");
        assertTrue(interpreted.contains("interpreter: /bin/sh, for .hello\n"), interpreted);
        assertTrue(
                interpreted.contains(
                        "  0: /bin/sh\n  1: -e\n  2: " + site.scripts().resolve("x.hello")),
                interpreted);
        String checked = htbin(options, "check", site.root().toString());
        for (String path : List.of("/app/bin/read", "/cgi-bin/x.hello", "/prog", "/cgi-bin/read")) {
            assertTrue(checked.contains("ok       " + path + "\n"), checked);
        }
        assertFalse(checked.contains("HTB"), checked);
        String one = htbin(options, "check", app.resolve("bin/read").toString());
        assertEquals("ok       /app/bin/read\n", one);
        String ran = htbin(options, "run", app.resolve("bin/read").toString());
        assertTrue(ran.contains("of app\n"), ran);
    }

    private static String htbin(List<String> options, String subcommand, String... words) throws Exception {
        var arguments = new ArrayList<String>();
        arguments.add(subcommand);
        arguments.addAll(options);
        arguments.addAll(List.of(words));
        return Product.htbin(arguments.toArray(String[]::new)).out();
    }

    private static void hangUp(RunningHtbin htbin, String said) throws Exception {
        Run.of(Path.of("/"), Map.of(), new byte[0], "kill", "-HUP", Long.toString(htbin.pid()))
                .good();
        RunningHtbin.eventually("'" + said + "' is logged", () -> htbin.log().contains(said));
    }
}
