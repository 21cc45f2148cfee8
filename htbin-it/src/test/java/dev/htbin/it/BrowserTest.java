package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.it.GitRepository.Git;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: what headless Chromium makes of the pages. */
@Timeout(180)
class BrowserTest {
    @TempDir
    static Path folder;

    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        Programs.require(
                "pages in a browser",
                "chromium",
                "git",
                "perl",
                "/usr/share/gitweb/gitweb.cgi",
                "/usr/share/perl5/CGI.pm");
        Site site = Site.in(folder);
        for (String name : new String[] {"a.txt", "b&c <d>.txt", "€ uro.txt", "100%.txt", "q?x#y.txt"}) {
            site.file("listing dir/" + name, name);
        }
        Git git = Git.in(site.folder("home"));
        GitRepository.bare(git, site.folder("git/project.git"), 3, 0, 0);
        GitwebTest.script(site, git);
        site.file("form.html", """
                <!doctype html><title>form</title>
                <form method=post enctype=multipart/form-data action=/cgi-bin/greet><input name=name></form>
                <script>document.forms[0].elements[0].value = 'Ada & <Eve> €'; document.forms[0].submit()</script>
                """);
        site.script("greet", """
                #!/usr/bin/perl
                use CGI qw(-utf8); binmode(STDOUT, ':utf8'); my $q = CGI->new;
                print $q->header(-charset => 'utf-8'), '<!doctype html><title>greeting</title><p>Hello, ', $q->escapeHTML(scalar $q->param('name'));
                """);
        htbin = RunningHtbin.on(site);
    }

    @AfterAll
    static void stop() throws Exception {
        if (htbin != null) {
            htbin.close();
        }
    }

    @Test
    void rendersTheListing() throws Exception {
        String page = page("/listing%20dir/");
        for (String name : new String[] {"a.txt", "b&amp;c &lt;d&gt;.txt", "€ uro.txt", "100%.txt", "q?x#y.txt"}) {
            assertTrue(page.contains(name), page);
        }
    }

    @Test
    void rendersGitweb() throws Exception {
        String page = page("/cgi-bin/gitweb/project.git");
        assertTrue(page.contains("revision 3"), page);
    }

    @Test
    void submitsAForm() throws Exception {
        String page = page("/form.html");
        assertTrue(page.contains("Hello, Ada &amp; &lt;Eve&gt; €"), page);
    }

    private static String page(String path) throws Exception {
        return Browser.document(folder, htbin.url(path));
    }
}
