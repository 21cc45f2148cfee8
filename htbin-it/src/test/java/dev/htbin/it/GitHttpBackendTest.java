package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.it.GitRepository.Git;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: git's own {@code http-backend} behind htbin, with git as its client. */
@Timeout(180)
class GitHttpBackendTest {
    private static final String BACKEND = "/usr/lib/git-core/git-http-backend";

    @TempDir
    static Path folder;

    @TempDir
    Path work;

    private static Site site;
    private static Git git;
    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        Programs.require("git http-backend", "git", BACKEND);
        site = Site.in(folder);
        git = Git.in(site.folder("home"));
        GitRepository.bare(git, site.folder("git/project.git"), 20, 60, 0);
        site.script("git", """
                #!/bin/sh
                export HOME='%s' GIT_PROJECT_ROOT='%s' GIT_HTTP_EXPORT_ALL=1
                exec %s
                """.formatted(git.home(), site.data().resolve("git"), BACKEND));
        htbin = RunningHtbin.on(site);
    }

    @AfterAll
    static void stop() throws Exception {
        if (htbin != null) {
            htbin.close();
        }
    }

    @Test
    void clonesAndFetches() throws Exception {
        GitRepository origin = GitRepository.bare(git, site.folder("git/fetched.git"), 5, 0, 0);
        Path clone = clone(work, "fetched");
        git.run(clone, "fsck", "--full");
        assertEquals(origin.head(), git.head(clone));

        Path other = work.resolve("other");
        git.run(work, "clone", "-q", origin.path().toString(), other.toString());
        commit(other, "new", new byte[] {1});
        git.run(other, "push", "-q", "origin", "main");
        git.run(clone, "pull", "-q", "--ff-only");
        assertEquals(origin.head(), git.head(clone));
    }

    @Test
    void clonesShallowlyAndDeepensLater() throws Exception {
        Path clone = clone(work, "project", "--depth", "1");
        assertEquals("1", git.run(clone, "rev-list", "--count", "HEAD").text().strip());
        git.run(clone, "fetch", "-q", "--unshallow");
        assertEquals("20", git.run(clone, "rev-list", "--count", "HEAD").text().strip());
    }

    @Test
    void takesARequestThatGitCompresses() throws Exception {
        Run run = git.run(work, "clone", url("project"), "w");
        assertTrue(run.errors().contains("=> Send header: Content-Encoding: gzip"), run::errors);
        String branches = git.run(work.resolve("w"), "branch", "-r").text();
        assertEquals(60, branches.lines().filter(b -> b.contains("topic/")).count());
    }

    @Test
    void takesAPushOfThreeMegabytesThatGitSendsChunked() throws Exception {
        GitRepository origin = GitRepository.bare(git, site.folder("git/pushed.git"), 2, 0, 0);
        Path clone = clone(work, "pushed");
        var big = new byte[3 << 20];
        new Random(5).nextBytes(big);
        commit(clone, "big", big);
        Run run = git.run(clone, "push", "origin", "main");
        assertTrue(run.errors().contains("=> Send header: Transfer-Encoding: chunked"), run::errors);
        assertEquals(git.head(clone), origin.head());
        git.run(origin.path(), "fsck", "--full");
    }

    @Test
    void takesAPushWhoseRequestIsCompressed() throws Exception {
        GitRepository origin = GitRepository.bare(git, site.folder("git/compressed.git"), 2, 0, 0);
        Path clone = clone(work, "compressed");
        String before = git.head(clone);
        commit(clone, "new", "new".repeat(10_000).getBytes(StandardCharsets.US_ASCII));
        String after = git.head(clone);

        var request = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(request)) {
            String line = "%s %s refs/heads/main\0 report-status\n".formatted(before, after);
            gzip.write("%04x%s0000".formatted(line.length() + 4, line).getBytes(StandardCharsets.US_ASCII));
            byte[] revisions = "%s\n^%s\n".formatted(after, before).getBytes(StandardCharsets.US_ASCII);
            gzip.write(git.run(clone, revisions, "pack-objects", "--revs", "--stdout", "-q")
                    .good()
                    .output());
        }
        var response = htbin.post(
                "/cgi-bin/git/compressed.git/git-receive-pack",
                request.toByteArray(),
                "Content-Type",
                "application/x-git-receive-pack-request",
                "Content-Encoding",
                "gzip");
        assertEquals(200, response.statusCode());
        String report = new String(response.body(), StandardCharsets.US_ASCII);
        assertTrue(report.contains("unpack ok") && report.contains("ok refs/heads/main"), report);
        assertEquals(after, origin.head());
    }

    @Test
    void servesTwoClonesAtOnceOfSixtyMegabytes() throws Exception {
        GitRepository origin = GitRepository.bare(git, site.folder("git/big.git"), 1, 0, 60);
        try (var clients = Executors.newFixedThreadPool(2)) {
            Callable<Path> one = () -> clone(Files.createDirectories(work.resolve("one")), "big", "--bare");
            Callable<Path> two = () -> clone(Files.createDirectories(work.resolve("two")), "big", "--bare");
            for (var clone : clients.invokeAll(List.of(one, two))) {
                assertEquals(origin.head(), git.head(clone.get()));
                git.run(clone.get(), "fsck", "--connectivity-only");
            }
        }
    }

    @Test
    void tellsThatARepositoryIsNotThere() throws Exception {
        Run run = git.run(work, new byte[0], "clone", "-q", url("nothere"), "w");
        assertEquals(128, run.status());
        assertTrue(run.errors().contains("not found"), run::errors);
    }

    private static String url(String repository) {
        return htbin.url("/cgi-bin/git/" + repository + ".git");
    }

    private static Path clone(Path folder, String repository, String... options) throws Exception {
        var arguments = new ArrayList<>(List.of("clone", "-q"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of(url(repository), "w"));
        git.run(folder, arguments.toArray(String[]::new));
        return folder.resolve("w");
    }

    private static void commit(Path clone, String name, byte[] content) throws Exception {
        Files.write(clone.resolve(name), content);
        git.run(clone, "add", "-A");
        git.run(clone, "commit", "-q", "-m", "change " + name);
    }
}
