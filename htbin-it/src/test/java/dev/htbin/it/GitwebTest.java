package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.it.GitRepository.Git;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: gitweb, a Perl program that speaks in PATH_INFO and in queries with semicolons. */
@Timeout(120)
class GitwebTest {
    @TempDir
    static Path folder;

    private static GitRepository project;
    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        Programs.require("gitweb", "git", "perl", "/usr/share/gitweb/gitweb.cgi", "/usr/share/perl5/CGI.pm");
        Site site = Site.in(folder);
        Git git = Git.in(site.folder("home"));
        project = GitRepository.bare(git, site.folder("git/project.git"), 9, 0, 0);
        script(site, git);
        htbin = RunningHtbin.on(site);
    }

    /** Writes the script {@code gitweb} for the repositories in the data folder {@code git}. */
    static void script(Site site, Git git) throws Exception {
        Path configuration = site.datum("gitweb.conf", """
                $projectroot = '%s';
                $git_temp = '/tmp';
                $feature{'pathinfo'}{'default'} = [1];
                $feature{'snapshot'}{'default'} = ['tgz'];
                1;
                """.formatted(site.data().resolve("git")));
        site.script("gitweb", """
                #!/bin/sh
                export GITWEB_CONFIG='%s' HOME='%s'
                exec /usr/bin/perl /usr/share/gitweb/gitweb.cgi
                """.formatted(configuration, git.home()));
    }

    @AfterAll
    static void stop() throws Exception {
        if (htbin != null) {
            htbin.close();
        }
    }

    @Test
    void listsProjects() throws Exception {
        assertTrue(page("", 200).contains("project.git"));
    }

    @Test
    void findsTheProjectInPathInfo() throws Exception {
        String summary = page("/project.git", 200);
        assertTrue(summary.contains("revision 9"), summary);
        assertTrue(summary.contains("/cgi-bin/gitweb/project.git/shortlog"), summary);
    }

    @Test
    void readsAQueryWithSemicolons() throws Exception {
        String commit = page("?p=project.git;a=commitdiff;h=" + project.head(), 200);
        assertTrue(commit.contains("revision 9") && commit.contains("diff"), commit);
    }

    @Test
    void sendsAFileWhoseNameHasASpaceAndAPlus() throws Exception {
        byte[] blob = get("/project.git/blob_plain/HEAD:/docs/a%20b+c.txt", 200).body();
        assertArrayEquals("revision 9\n".getBytes(StandardCharsets.US_ASCII), blob);
    }

    @Test
    void sendsASnapshotThatOpens() throws Exception {
        var response = get("/project.git/snapshot/HEAD.tar.gz", 200);
        assertTrue(
                response.headers().firstValue("Content-Disposition").orElse("").contains("filename"));
        String names =
                Run.of(folder, Map.of(), response.body(), "tar", "tz").good().text();
        assertTrue(names.contains("/README"), names);
    }

    @Test
    void keepsGitwebsOwnStatus() throws Exception {
        assertTrue(page("?p=none.git;a=summary", 404).contains("404"));
        assertTrue(page("?p=project.git;a=nothing", 400).contains("400"));
    }

    private static String page(String target, int status) throws Exception {
        return new String(get(target, status).body(), StandardCharsets.UTF_8);
    }

    private static HttpResponse<byte[]> get(String target, int status) throws Exception {
        var response = htbin.get("/cgi-bin/gitweb" + target);
        assertEquals(status, response.statusCode());
        return response;
    }
}
