package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.it.GitRepository.Git;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** End to end: unmodified scripts answer the same from a warm interpreter as executed, and tell apart only by what is documented. */
@Timeout(180)
class WarmTest {
    private static final String FLASK = "/usr/bin/python3";
    /** What the time of day, the port of the server and the pace of a script make of a response. */
    private static final Set<String> PASSING =
            Set.of("date", "content-length", "transfer-encoding", "x-request-id", "x-warm");

    @TempDir
    static Path folder;

    private static Site site;
    private static RunningHtbin cold;
    private static RunningHtbin warm;

    @BeforeAll
    static void start() throws Exception {
        Programs.require(
                "warm interpreters",
                FLASK,
                "/usr/bin/ruby",
                "perl",
                "git",
                "/usr/share/gitweb/gitweb.cgi",
                "/usr/share/perl5/CGI.pm",
                "/usr/lib/python3/dist-packages/flask",
                "/usr/lib/python3/dist-packages/lxml",
                "/usr/lib/python3/dist-packages/numpy");
        site = Site.in(folder);
        applications();
        gitweb();
        try (Stream<Path> examples = Files.list(Product.home().resolve("examples/site/cgi-bin"))) {
            for (Path example : examples.toList()) {
                site.script(example.getFileName().toString(), Files.readString(example, StandardCharsets.ISO_8859_1));
            }
        }
        String[] options = {
            "--env",
            "GITWEB_CONFIG=" + site.data().resolve("gitweb.conf"),
            "--env",
            "HOME=" + site.data().resolve("home")
        };
        cold = RunningHtbin.on(site, options);
        warm = RunningHtbin.on(
                site, Stream.concat(Stream.of("--warm"), Stream.of(options)).toArray(String[]::new));
    }

    private static void applications() throws Exception {
        site.script("app", "#!" + FLASK + """
                 -Wignore
                from flask import Flask, jsonify, make_response, redirect, request, session, url_for
                from wsgiref.handlers import CGIHandler
                app = Flask(__name__)
                app.secret_key = 'key'
                @app.after_request
                def tell(response):
                    response.headers['X-Warm'] = 'warm:' in open('/proc/self/cmdline').read()
                    return response
                @app.get('/hi/<path:name>')
                def hi(name): return jsonify([name, request.args['q'], request.script_root, url_for('hi', name='b')])
                @app.post('/form')
                def form(): return request.form['note'] + str(len(request.files['f'].read()))
                @app.get('/teapot')
                def teapot(): return 'short and stout', 418
                @app.get('/bug')
                def bug(): return 1 / 0
                CGIHandler().run(app)
                """);
        site.script("form.pl", """
                #!/usr/bin/perl -T
                use strict; use warnings; use CGI qw(-utf8); binmode(STDOUT, ':utf8');
                open my $line, '<', '/proc/self/cmdline'; my $warm = <$line> =~ m,^/usr/bin/, ? 'False' : 'True';
                my $q = CGI->new; print $q->header(-type => 'text/plain', -charset => 'utf-8', -x_warm => $warm);
                for my $n (sort $q->multi_param) { print "$n=", join('|', $q->multi_param($n)), "\\n"; }
                print 'path=', $q->path_info, "\\nself=", $q->self_url, "\\n";
                """);
        site.script("json.rb", """
                #!/usr/bin/ruby
                require "json"
                require "cgi"
                warm = File.read("/proc/self/cmdline").start_with?("/usr/bin/") ? "False" : "True"
                print "Content-Type: application/json\\r\\nX-Warm: #{warm}\\r\\n\\r\\n"
                print JSON.generate([CGI.escape("a&b"), ENV.keys.sort, ARGV, $0, __FILE__, STDIN.read])
                """);
        site.script("extensions.py", """
                #!/usr/bin/python3
                import json, sqlite3, numpy, sys
                from lxml import etree
                row = sqlite3.connect(':memory:').execute('select 1 + 1').fetchone()
                print('Content-Type: text/plain')
                print('X-Warm:', 'warm:' in open('/proc/self/cmdline').read(), end='\\n\\n')
                print(json.dumps([row, numpy.arange(6).reshape(2, 3).sum(0).tolist()]))
                print(etree.tostring(etree.fromstring(b'<a><b/></a>')), sys.argv, __file__)
                """);
    }

    private static void gitweb() throws Exception {
        Git git = Git.in(site.folder("home"));
        GitRepository.bare(git, site.folder("git/project.git"), 3, 0, 0);
        site.datum("gitweb.conf", """
                $projectroot = '%s';
                $git_temp = '/tmp';
                $feature{'pathinfo'}{'default'} = [1];
                open my $line, '<', '/proc/self/cmdline';
                print 'X-Warm: ', (<$line> =~ m,^/usr/bin/, ? 'False' : 'True'), "\\n";
                1;
                """.formatted(site.data().resolve("git")));
        site.script("gitweb.cgi", Files.readString(Path.of("/usr/share/gitweb/gitweb.cgi"), StandardCharsets.UTF_8));
    }

    @AfterAll
    static void stop() throws Exception {
        if (cold != null) {
            cold.close();
        }
        if (warm != null) {
            warm.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "app/hi/a/b%20c?q=1",
                "app/teapot",
                "app/bug",
                "app/nothing",
                "form.pl/extra/path?x=1&x=2;y=%E2%82%AC+u",
                "json.rb?a+b",
                "extensions.py?word",
                "gitweb.cgi",
                "gitweb.cgi/project.git/tree",
                "gitweb.cgi/project.git/blob_plain/HEAD:/docs/a%20b+c.txt",
                "gitweb.cgi?p=none.git;a=summary",
            })
    void applicationsAnswerTheSameWarm(String target) throws Exception {
        String script = target.split("[/?]", 2)[0];
        WarmServer.warmUp(warm, site, script);
        HttpResponse<byte[]> executed = cold.get("/cgi-bin/" + target);
        // The second one has the modules that were learned from the first.
        for (int i = 0; i < 2; i++) {
            HttpResponse<byte[]> forked = warm.get("/cgi-bin/" + target);
            assertEquals(text(executed), text(forked));
            assertEquals("True", forked.headers().firstValue("X-Warm").orElse("absent"));
        }
        assertEquals("False", executed.headers().firstValue("X-Warm").orElse("absent"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "environment.py?a=1&b=%20",
                "form.py",
                "form.py?name=Ada&colour=red",
                "status.pl",
                "guess.pl?guess=101",
                "redirect.sh",
                "fails.sh"
            })
    void examplesAnswerTheSameWarm(String target) throws Exception {
        String script = target.split("[/?]", 2)[0];
        if (!script.endsWith(".sh")) {
            WarmServer.warmUp(warm, site, script);
        }
        assertEquals(text(cold.get("/cgi-bin/" + target)), text(warm.get("/cgi-bin/" + target)));
    }

    @Test
    void bodiesArriveWhole() throws Exception {
        WarmServer.warmUp(warm, site, "app");
        byte[] file = Content.random(3_000_000);
        for (RunningHtbin htbin : List.of(cold, warm)) {
            var response = htbin.post("/cgi-bin/app/form", Multipart.of(file, "€"), "Content-Type", Multipart.TYPE);
            assertEquals("€3000000", new String(response.body(), StandardCharsets.UTF_8));
        }
        WarmServer.warmUp(warm, site, "json.rb");
        byte[] words = "a=1".getBytes(StandardCharsets.US_ASCII);
        assertEquals(
                text(cold.send("PUT", "/cgi-bin/json.rb", BodyPublishers.ofByteArray(words))),
                text(warm.send("PUT", "/cgi-bin/json.rb", BodyPublishers.ofByteArray(words))));
    }

    @Test
    void explainSaysWhetherAndWhyNot() throws Exception {
        Map<String, String> expected = Map.of(
                "app", "\nwarm: yes\n",
                "hello", "\nwarm: no: 'sh' can't be warm (expected: python3, perl or ruby)\n");
        for (Map.Entry<String, String> entry : expected.entrySet()) {
            var explained = Product.htbin(
                    "explain", "--warm", "-d", site.root().toString(), "GET", "/cgi-bin/" + entry.getKey());
            assertEquals(0, explained.code(), explained.err());
            assertTrue(explained.out().contains(entry.getValue()), explained.out());
        }
        assertTrue(warm.log().contains("warm       Python, Perl and Ruby scripts"), warm.log());
    }

    /** Returns status, fields and body, but for what the server's port, its clock and the speed of the machine make of them. */
    private static String text(HttpResponse<byte[]> response) {
        var text = new StringBuilder("status " + response.statusCode() + "\n");
        new TreeMap<>(response.headers().map()).forEach((name, values) -> {
            if (!PASSING.contains(name)) {
                text.append(name).append(": ").append(values).append('\n');
            }
        });
        text.append(new String(response.body(), StandardCharsets.ISO_8859_1));
        return text.toString()
                .replaceAll("(?s)(127\\.0\\.0\\.1|localhost)(:|%3[Aa])[0-9]+", "HOST")
                .replaceAll("(_PORT|UNIQUE_ID)(</th><td>)[\\w-]+", "$1$2N")
                .replaceAll("under the id [0-9a-f]+", "under the id N")
                .replaceAll("guess=[0-9]+", "guess=N")
                .replaceAll("(title=\"[0-9-]+\"><i>|<i>|age[0-2]\">)[a-z0-9 ]+ ago", "$1N ago");
    }
}
