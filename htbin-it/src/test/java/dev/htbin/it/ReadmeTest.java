package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README keeps its word: its commands run, its program is the one that is compiled, its links lead somewhere. */
class ReadmeTest {
    private static final Pattern BLOCK = Pattern.compile("```(\\w+)\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)\\)");

    @Test
    void serveCommandServesTheExamples() throws Exception {
        String command =
                commands().stream().filter(c -> c.endsWith(" 8000")).findFirst().orElseThrow();
        assertEquals("./htbin --cgi --directory examples/site 8000", command);
        List<String> words = List.of(command.replace(" 8000", " 0").split(" "));
        try (var server = RunningServer.start(Product.command(words))) {
            assertTrue(server.get("/").body().contains("It works."));
            assertTrue(server.get("/cgi-bin/hello.sh").body().startsWith("Hello, 127.0.0.1."));
            assertEquals(418, server.get("/cgi-bin/status.pl?code=418").statusCode());
            assertEquals(302, server.get("/cgi-bin/redirect.sh").statusCode());
            assertEquals(502, server.get("/cgi-bin/fails.sh").statusCode());
            assertTrue(server.get("/cgi-bin/form.py?name=%3Cb%3E").body().contains("&lt;b&gt;"));
            assertTrue(
                    server.get("/cgi-bin/environment.py/a/b?c=d").body().contains("<th>PATH_INFO</th><td>/a/b</td>"));
            assertTrue(server.get("/cgi-bin/guess.pl").body().contains("from 1 to 100"));
            assertEquals(0, server.stop(), server.log());
            assertTrue(server.log().contains("the database is on holiday"), server.log());
        }
    }

    @Test
    void verifyCommandIsTheOneOfContinuousIntegration() throws IOException {
        assertTrue(commands().contains("./verify"));
        String ci = Files.readString(Product.home().resolve(".ci/run"));
        assertTrue(ci.strip().endsWith("exec \"$(dirname \"$0\")/../verify\""), ci);
        for (String script : List.of("htbin", "verify", ".ci/run")) {
            assertTrue(Files.isExecutable(Product.home().resolve(script)), script);
        }
    }

    @Test
    void explainCommandExplains() throws Exception {
        String command = commands().stream()
                .filter(c -> c.contains("explain"))
                .findFirst()
                .orElseThrow();
        var ended = Product.run(Product.command(List.of("/bin/sh", "-c", command)));
        assertEquals(0, ended.code(), ended.err());
        assertTrue(ended.out().contains("PATH_INFO=/extra\n"), ended.out());
        assertTrue(ended.out().contains("QUERY_STRING=a=1\n"), ended.out());
    }

    @Test
    void helpCommandHelps() throws Exception {
        assertTrue(readme().contains("`./htbin --help`"));
        assertEquals(0, Product.htbin("--help").code());
    }

    @Test
    void programIsTheOneInExamples() throws IOException {
        String program = blocks("java").getFirst().strip().indent(4);
        String source =
                Files.readString(Product.home().resolve("examples/embedding/dev/htbin/examples/Embedding.java"));
        assertTrue(source.contains(program), source);
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        var broken = new ArrayList<String>();
        try (var files = Files.walk(Product.home().resolve("docs"))) {
            var pages = new ArrayList<>(
                    files.filter(f -> f.toString().endsWith(".md")).toList());
            pages.add(Product.home().resolve("README.md"));
            pages.add(Product.home().resolve("SECURITY.md"));
            for (Path page : pages) {
                var matcher = LINK.matcher(Files.readString(page));
                while (matcher.find()) {
                    String target = matcher.group(1);
                    if (!target.startsWith("http") && !Files.exists(page.resolveSibling(target))) {
                        broken.add(page + ": " + target);
                    }
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    private static List<String> commands() throws IOException {
        return blocks("sh").stream()
                .flatMap(String::lines)
                .filter(l -> !l.isBlank())
                .toList();
    }

    private static List<String> blocks(String language) throws IOException {
        return BLOCK.matcher(readme())
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toList();
    }

    private static String readme() throws IOException {
        return Files.readString(Product.home().resolve("README.md"));
    }
}
