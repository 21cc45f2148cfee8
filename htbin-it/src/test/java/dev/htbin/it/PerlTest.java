package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: Perl scripts with CGI.pm. */
@Timeout(120)
class PerlTest {
    @TempDir
    static Path folder;

    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        Programs.require("Perl with CGI.pm", "perl", "/usr/share/perl5/CGI.pm");
        Site site = Site.in(folder);
        site.script("form.pl", """
                #!/usr/bin/perl -T
                use strict; use warnings; use CGI qw(-utf8); binmode(STDOUT, ':utf8');
                my $q = CGI->new; print $q->header(-type => 'text/plain', -charset => 'utf-8');
                for my $n (sort $q->multi_param) { print "$n=", join('|', $q->multi_param($n)), "\\n"; }
                print 'path=', $q->path_info, "\\nself=", $q->self_url, "\\n";
                """);
        site.script("upload.pl", """
                #!/usr/bin/perl
                use strict; use CGI; use Digest::SHA; my $q = CGI->new;
                my $d = Digest::SHA->new(256); $d->addfile($q->upload('f'));
                print $q->header('text/plain'), $d->hexdigest, '|', scalar $q->param('note');
                """);
        site.script(
                "redirect.pl",
                "#!/usr/bin/perl\nuse CGI; print CGI->new->redirect(-uri => 'http://example.org/#x', -status => '303 See Other');\n");
        site.script(
                "nph-own.pl",
                "#!/usr/bin/perl\nuse CGI; print CGI->new->header(-nph => 1, -status => '404 Gone fishing', -type => 'text/plain'), 'nobody in';\n");
        htbin = RunningHtbin.on(site);
    }

    @AfterAll
    static void stop() throws Exception {
        if (htbin != null) {
            htbin.close();
        }
    }

    @Test
    void readsAFormFromTheQuery() throws Exception {
        String text = text(htbin.get("/cgi-bin/form.pl/extra/path?x=1&x=2;y=%E2%82%AC+u"), 200);
        assertTrue(text.contains("x=1|2\ny=€ u\npath=/extra/path\n"), text);
        assertTrue(text.contains("self=" + htbin.url("/cgi-bin/form.pl/extra/path?")), text);
    }

    @Test
    void readsAFormFromTheBody() throws Exception {
        byte[] form = "a=1&b=x%26y".getBytes(StandardCharsets.US_ASCII);
        var response = htbin.post("/cgi-bin/form.pl", form, "Content-Type", "application/x-www-form-urlencoded");
        assertTrue(text(response, 200).startsWith("a=1\nb=x&y\n"), () -> text(response, 200));
    }

    @Test
    void takesAnUpload() throws Exception {
        byte[] file = Content.random(5 << 20);
        var response = htbin.post("/cgi-bin/upload.pl", Multipart.of(file, "n"), "Content-Type", Multipart.TYPE);
        assertEquals(Content.sha256(file) + "|n", text(response, 200));
    }

    @Test
    void redirectsWithItsOwnStatus() throws Exception {
        var response = htbin.get("/cgi-bin/redirect.pl");
        assertEquals(303, response.statusCode());
        assertEquals(
                "http://example.org/#x",
                response.headers().firstValue("Location").orElseThrow());
    }

    @Test
    void sendsItsOwnStatusLineWithNph() throws Exception {
        try (var socket = htbin.connect()) {
            socket.getOutputStream()
                    .write("GET /cgi-bin/nph-own.pl HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(answer.startsWith("HTTP/1.1 404 Gone fishing\r\n"), answer);
            assertTrue(answer.contains("nobody in"), answer);
            assertEquals(answer.indexOf("404"), answer.lastIndexOf("404"), answer);
        }
    }

    private static String text(HttpResponse<byte[]> response, int status) {
        String text = new String(response.body(), StandardCharsets.UTF_8);
        assertEquals(status, response.statusCode(), text);
        return text;
    }
}
