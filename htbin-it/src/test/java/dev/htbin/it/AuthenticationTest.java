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
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** End to end: users of files that Apache's htpasswd and argon2 made, asked by curl and git. */
@Timeout(180)
class AuthenticationTest {
    private static final String BACKEND = "/usr/lib/git-core/git-http-backend";
    private static final String PASSWORD = "corr\u00E9ct horse: battery";

    @TempDir
    static Path folder;

    @TempDir
    Path work;

    private static Site site;
    private static Path users;
    private static Git git;
    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        Programs.require("authentication", "argon2", "curl", "git", "htpasswd", BACKEND);
        site = Site.in(folder);
        site.file("private/page.txt", "for users only\n");
        site.script("who", """
                #!/bin/sh
                printf 'Content-Type: text/plain\\n\\n%s,%s,%s' "$AUTH_TYPE" "$REMOTE_USER" "$HTTP_AUTHORIZATION"
                """);
        site.script("api", Files.readString(site.scripts().resolve("who")));
        users = folder.resolve("users");
        makeUsers();
        git = Git.in(site.folder("home"));
        GitRepository origin = GitRepository.bare(git, site.folder("git/project.git"), 3, 0, 0);
        // As after git init: a push needs a user then.
        git.run(origin.path(), "config", "--unset", "http.receivepack");
        site.script("git", """
                #!/bin/sh
                export HOME='%s' GIT_PROJECT_ROOT='%s' GIT_HTTP_EXPORT_ALL=1
                exec %s
                """.formatted(git.home(), site.data().resolve("git"), BACKEND));
        htbin = RunningHtbin.on(
                site,
                "--auth=/private=" + users,
                "--realm=/private=Staff \"only\"",
                "--auth=/cgi-bin=" + users,
                "--anonymous=/cgi-bin/git=GET */info/refs?service=git-upload-pack",
                "--anonymous=/cgi-bin/git=POST */git-upload-pack",
                "--pass-authorization=/cgi-bin/api");
    }

    private static void makeUsers() throws Exception {
        byte[] none = new byte[0];
        for (String kind : List.of("B", "m", "2", "5")) {
            Run.of(
                            folder,
                            Map.of(),
                            none,
                            "htpasswd",
                            "-b" + (Files.exists(users) ? "" : "c") + kind,
                            users.toString(),
                            "user" + kind,
                            PASSWORD)
                    .good();
        }
        String hash = Run.of(
                        folder, Map.of(), PASSWORD.getBytes(StandardCharsets.UTF_8), "argon2", "some salt", "-id", "-e")
                .good()
                .text();
        Files.writeString(users, Files.readString(users) + "userA:" + hash);
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (htbin != null) {
            htbin.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"userB", "userm", "user2", "user5", "userA"})
    void letsUsersInOfEveryKindOfHash(String user) throws Exception {
        assertEquals(
                "for users only\n",
                curl("-u", user + ":" + PASSWORD, htbin.url("/private/page.txt"))
                        .text());
        assertEquals(
                "Basic," + user + ",",
                curl("-u", user + ":" + PASSWORD, htbin.url("/cgi-bin/who")).text());
        Run refused = curl("-i", "-u", user + ":correct", htbin.url("/private/page.txt"));
        assertTrue(refused.text().startsWith("HTTP/1.1 401 "), refused::text);
        assertTrue(
                refused.text().contains("WWW-Authenticate: Basic realm=\"Staff \\\"only\\\"\", charset=\"UTF-8\"\r\n"),
                refused::text);
    }

    @Test
    void givesCredentialsToTheScriptsThatAreToHaveThem() throws Exception {
        String pair = "userB:" + PASSWORD;
        String sent = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        assertEquals(
                "Basic,userB," + sent,
                curl("-u", pair, htbin.url("/cgi-bin/api")).text());
        assertFalse(htbin.log().contains(sent), htbin::log);
    }

    @Test
    void anybodyClonesAndUsersPush() throws Exception {
        Path clone = work.resolve("clone");
        git.run(work, "clone", "-q", htbin.url("/cgi-bin/git/project.git"), clone.toString());
        Files.writeString(clone.resolve("new"), "new");
        git.run(clone, "add", "-A");
        git.run(clone, "commit", "-q", "-m", "change");

        Run refused = git.run(clone, new byte[0], "push", "-q", "origin", "main");
        assertEquals(128, refused.status(), refused::errors);
        assertTrue(refused.errors().contains("could not read Username"), refused::errors);
        Run wrong = git.run(clone, new byte[0], "push", "-q", withUser("userB", "wrong"), "main");
        assertTrue(wrong.errors().contains("Authentication failed"), wrong::errors);
        String before = head();

        git.run(clone, "push", "-q", withUser("userB", PASSWORD), "main");
        assertEquals(git.head(clone), head());
        assertFalse(before.equals(head()));
        git.run(clone, "fetch", "-q", "origin");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, git-receive-pack",
        "POST, git-receive-pack?service=git-upload-pack",
        "POST, git-upload-pack/../git-receive-pack",
        "POST, git-upload-pack%2F..%2Fgit-receive-pack",
        "POST, %67it-receive-pack",
        "POST, x%2Fgit-receive-pack",
        "GET, info/refs?service=git-receive-pack",
        "GET, info/refs?service=git-upload-pack&service=git-receive-pack",
        "GET, info/refs?service=git-receive-pack&service=git-upload-pack",
        "GET, info/refs?service=git-upload-pack&%73ervice=git-receive-pack",
        "GET, HEAD",
        "PUT, git-upload-pack"
    })
    void nobodyElsePushes(String method, String target) throws Exception {
        Run response =
                curl("-i", "--path-as-is", "-X", method, "-d", "0000", htbin.url("/cgi-bin/git/project.git/" + target));
        assertTrue(response.text().matches("(?s)HTTP/1.1 40[01] .*"), response::text);
    }

    @Test
    void refusesFilesThatCanNotBeUsed() throws Exception {
        Path plain = Files.writeString(work.resolve("plain"), "ann:$2y$\nbob:hunter2\n");
        Product.Ended ended =
                Product.htbin("--auth", plain.toString(), "-d", site.root().toString(), "0");
        assertEquals(1, ended.code(), ended.toString());
        assertTrue(
                ended.err().contains("'" + plain + "', line 1: ") && ended.err().contains("htpasswd -B"), ended.err());
        assertFalse(ended.err().contains("hunter2"), ended.err());

        Path served = Files.copy(users, site.root().resolve("users"));
        ended = Product.htbin("--auth", served.toString(), "-d", site.root().toString(), "0");
        Files.delete(served);
        assertEquals(1, ended.code(), ended.toString());
        assertTrue(ended.err().contains("would be served to everybody"), ended.err());
    }

    @Test
    void explainTellsWhoMayAndShowsNoCredentials() throws Exception {
        var command = new ArrayList<>(List.of("explain", "--auth=/private=" + users, "--pass-authorization=/"));
        command.addAll(List.of("-d", site.root().toString(), "-H", "Authorization: Basic c2VjcmV0", "GET"));
        Product.Ended file = Product.htbin(with(command, "//private/page.txt"));
        assertTrue(file.out().startsWith("access: users of '" + users + "'"), file.toString());
        Product.Ended script = Product.htbin(with(command, "/cgi-bin/who"));
        assertTrue(script.out().startsWith("access: anybody"), script.toString());
        assertTrue(script.out().contains("HTTP_AUTHORIZATION=(not shown)"), script.toString());
        assertFalse(script.out().contains("c2VjcmV0"), script.toString());
    }

    private static String[] with(List<String> command, String url) {
        var whole = new ArrayList<>(command);
        whole.add(url);
        return whole.toArray(String[]::new);
    }

    private static String withUser(String user, String password) {
        String encoded =
                java.net.URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20");
        return htbin.url("/cgi-bin/git/project.git").replace("http://", "http://" + user + ":" + encoded + "@");
    }

    private static String head() throws Exception {
        return git.head(site.data().resolve("git/project.git"));
    }

    private Run curl(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("curl", "-sS", "--noproxy", "*"));
        command.addAll(List.of(arguments));
        return Run.of(work, Map.of(), new byte[0], command.toArray(String[]::new))
                .good();
    }
}
